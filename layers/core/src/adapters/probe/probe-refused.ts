/** Somebody did not do what the probe asked for; the message says who, and with which status. It repeats nothing of an answer. */
export class ProbeRefused extends Error {
  override readonly name = 'ProbeRefused'
}

/** What of the machine the probe needs. */
export interface ProbeHttp {
  readonly fetch: typeof fetch
  /** Of every request, milliseconds. */
  readonly deadlineMs: number
}

const bodyBytes = 64 * 1024

/**
 * Sends one request; redirects are not followed, they would carry credentials along. Answers the body of a 2xx as text.
 * @throws {ProbeRefused} naming `who` for every other answer, and for none
 */
export async function ask(
  { fetch: fetcher, deadlineMs }: ProbeHttp,
  who: string,
  { url, ...init }: RequestInit & { readonly url: string | URL },
): Promise<{ readonly text: string; readonly headers: Headers }> {
  const response = await fetcher(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(deadlineMs) }).catch(
    () => undefined,
  )
  // The errors of `fetch` may quote addresses and headers.
  if (response === undefined) throw new ProbeRefused(`${who} did not answer`)
  const text = await response.text().catch(() => undefined)
  if (!response.ok) throw new ProbeRefused(`${who} answered ${response.status}`)
  if (text === undefined || text.length > bodyBytes) throw new ProbeRefused(`${who} gave an answer that cannot be read`)
  return { text, headers: response.headers }
}
