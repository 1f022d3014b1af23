/** What a request to a token endpoint carries to say which client asks. `now` in epoch milliseconds. */
export type ClientAuthentication = (
  now: number,
) => Promise<{ readonly headers: Readonly<Record<string, string>>; readonly form: Readonly<Record<string, string>> }>

export interface ClientSecret {
  readonly clientId: string
  readonly clientSecret: string
}

/** `client_secret_basic` (RFC 6749 section 2.3.1). */
export function secretInHeader({ clientId, clientSecret }: ClientSecret): ClientAuthentication {
  const basic = `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`)}`
  return async () => ({ headers: { authorization: basic }, form: {} })
}

/** `client_secret_post`, for authorization servers that take nothing else. */
export function secretInBody({ clientId, clientSecret }: ClientSecret): ClientAuthentication {
  return async () => ({ headers: {}, form: { client_id: clientId, client_secret: clientSecret } })
}

function formEncoded(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1)
}
