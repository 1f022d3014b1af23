import * as oauth from 'oauth4webapi'
import { API_RESOURCE, CLI_CLIENT, CLI_REDIRECT } from './configuration.ts'

/** The provider did not let the person in; the message is what its page says. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed'
}

export interface SignedIn {
  /** For `API_RESOURCE`. */
  readonly accessToken: string
  readonly idToken: string
  /** Seconds from now until the access token ends. */
  readonly expiresIn: number
}

const MAX_STEPS = 10
// The provider of this machine speaks plain HTTP, on a loopback address only.
const onLoopback = { [oauth.allowInsecureRequests]: true }

/**
 * Signs a demo person in as a browser would: authorization code with PKCE, the login form, cookies; then checks state, nonce and the ID
 * token's signature. `baseUrl` is the issuer; `username` may be the e-mail address.
 * @throws SignInFailed
 */
export async function signIn(baseUrl: string, username: string, password: string): Promise<SignedIn> {
  const issuer = new URL(baseUrl)
  const discovery = await oauth.discoveryRequest(issuer, onLoopback)
  const server = await oauth.processDiscoveryResponse(issuer, discovery)
  const client: oauth.Client = { client_id: CLI_CLIENT, id_token_signed_response_alg: 'ES256' }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()

  const start = new URL(server.authorization_endpoint ?? '')
  start.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: CLI_REDIRECT,
    response_type: 'code',
    scope: 'openid profile email',
    resource: API_RESOURCE,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  }).toString()

  const back = await new Browser().letIn(start, { username, password })
  const parameters = oauth.validateAuthResponse(server, client, back, state)
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    CLI_REDIRECT,
    verifier,
    { ...onLoopback, additionalParameters: { resource: API_RESOURCE } },
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(server, answer, onLoopback)
  const { access_token: accessToken, id_token: idToken = '', expires_in: expiresIn = 0 } = tokens
  return { accessToken, idToken, expiresIn }
}

/** What a browser does between the first request and the redirect back: follows redirects, keeps cookies, fills in the one form. */
class Browser {
  readonly #cookies = new Map<string, string>()

  async letIn(start: URL, fields: { readonly username: string; readonly password: string }): Promise<URL> {
    let at = start
    let form: URLSearchParams | undefined
    for (let step = 0; step < MAX_STEPS; step++) {
      const response = await this.#open(at, form)
      const location = response.headers.get('location')
      if (location !== null) {
        form = undefined
        at = new URL(location, at)
        if (at.href.startsWith(CLI_REDIRECT)) return at
        if (at.origin !== start.origin) throw new SignInFailed(`The provider sent us to ${at.origin}`)
        continue
      }
      const page = await response.text()
      if (form !== undefined || !response.ok || !page.includes('name="password"')) throw new SignInFailed(alertOf(page))
      form = new URLSearchParams(fields)
    }
    throw new SignInFailed(`No end after ${MAX_STEPS} steps`)
  }

  async #open(url: URL, form: URLSearchParams | undefined): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const init = form === undefined ? {} : { method: 'POST', body: form }
    const response = await fetch(url, { redirect: 'manual', headers: { cookie }, ...init })
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(set) ?? []
      this.#cookies.set(name, value)
    }
    return response
  }
}

function alertOf(page: string): string {
  return /role="alert">([^<]*)</.exec(page)?.[1] ?? 'The provider showed a page that is not its login form'
}
