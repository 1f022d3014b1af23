import * as v from 'valibot'
import { ask, type ProbeHttp, ProbeRefused } from './probe-refused.ts'

export interface ExchangedSignInOptions extends ProbeHttp {
  /** Where tokens are exchanged: `…/oauth/token`. */
  readonly exchangeUrl: string
  readonly application: string
  /** An access token of the organization's provider. */
  readonly providerToken: () => Promise<string>
}

const answer = v.object({ access_token: v.pipe(v.string(), v.regex(/^[\w.-]{1,8192}$/)) })

/** Signs in as clients of a product do: the provider's token, exchanged (RFC 8693). @throws {ProbeRefused} */
export async function exchangeSignIn(options: ExchangedSignInOptions): Promise<string> {
  const { exchangeUrl, application, providerToken } = options
  const { text } = await ask(options, 'the token service', {
    url: exchangeUrl,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: await providerToken(),
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: application,
    }).toString(),
  })
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), answer), text)
  if (!read.success) throw new ProbeRefused('the token service gave no token')
  return read.output.access_token
}
