import { secretInBody, secretInHeader } from '../identity-admins/http/client-authentication.ts'
import { ClientCredentials } from '../identity-admins/http/client-credentials.ts'
import { type ProbeHttp, ProbeRefused } from './probe-refused.ts'

export interface ClientTokenOptions extends ProbeHttp {
  readonly clock: () => number
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: () => Promise<string>
  /** Sent with the grant. */
  readonly parameters?: Readonly<Record<string, string>>
  readonly authenticateBy?: 'header' | 'body'
}

/** Access tokens by client credentials (RFC 6749 section 4.4), kept while they last. They reject with {@link ProbeRefused}. */
export function clientTokens(options: ClientTokenOptions): () => Promise<string> {
  const { tokenUrl, clientId, parameters = {}, authenticateBy = 'header', deadlineMs } = options
  const authenticate = authenticateBy === 'header' ? secretInHeader : secretInBody
  let credentials: ClientCredentials | undefined
  return async () => {
    if (credentials === undefined) {
      const client = authenticate({ clientId, clientSecret: await options.clientSecret() })
      credentials = new ClientCredentials({ tokenUrl: new URL(tokenUrl), client, parameters }, options)
    }
    const held = await credentials.credential(AbortSignal.timeout(deadlineMs))
    if (held.end === 'credential') return held.header.slice('Bearer '.length)
    // The secret may be another by now.
    credentials = undefined
    throw new ProbeRefused(`the token endpoint of ${clientId}: ${held.failure.outcome}`)
  }
}
