import type { Access } from '../../application/promise/ports.ts'
import type { ProbeHttp } from './probe-refused.ts'

/** Reads at the product with a token. Concurrent calls take connections of their own. Never rejects. */
export async function accessProduct(
  { fetch: fetcher, deadlineMs }: ProbeHttp,
  url: string,
  token: string,
): Promise<Access> {
  try {
    const response = await fetcher(url, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(deadlineMs),
    })
    // Read to its end, so that the connection serves the next access.
    await response.arrayBuffer()
    if (response.ok) return 'allowed'
    return response.status === 401 || response.status === 403 ? 'denied' : 'failed'
  } catch {
    // Refused connections and deadlines are counted with the other answers that are none.
    return 'failed'
  }
}
