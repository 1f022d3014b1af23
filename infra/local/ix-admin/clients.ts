import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { json, type Reply } from './http.ts'

export type Scope = 'statements:read' | 'people:read' | 'roles:write'

/** A machine client; `secret` is for the start only, afterwards its digest is kept. */
export interface Client {
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly Scope[]
}

interface IssuedToken {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly expiresAt: number
}

/** The token endpoint (RFC 6749 section 4.4) and the tokens it has issued; they live in memory. */
export class Clients {
  readonly #clients: ReadonlyMap<string, { readonly secret: Buffer; readonly scopes: readonly Scope[] }>
  readonly #tokens = new Map<string, IssuedToken>()
  readonly #clock: () => number
  readonly #tokenSeconds: number

  constructor(clients: readonly Client[], { clock, tokenSeconds }: { clock: () => number; tokenSeconds: number }) {
    this.#clients = new Map(
      clients.map(({ clientId, clientSecret, scopes }) => [clientId, { secret: digest(clientSecret), scopes }]),
    )
    this.#clock = clock
    this.#tokenSeconds = tokenSeconds
  }

  /** Answers a token request: its Authorization header and its form body (`undefined`: not a form). */
  issue(authorization: string | undefined, body: string | undefined): Reply {
    const clientId = this.#authenticate(authorization)
    if (clientId === undefined) {
      return oauthError(401, 'invalid_client', { 'www-authenticate': 'Basic realm="ix-admin", charset="UTF-8"' })
    }
    if (body === undefined) return oauthError(400, 'invalid_request')
    const form = new URLSearchParams(body)
    if (form.getAll('grant_type').length !== 1 || form.getAll('scope').length > 1)
      return oauthError(400, 'invalid_request')
    if (form.get('grant_type') !== 'client_credentials') return oauthError(400, 'unsupported_grant_type')
    const allowed: readonly string[] = this.#clients.get(clientId)?.scopes ?? []
    const scopes = form.get('scope')?.split(' ') ?? allowed
    if (!scopes.every((scope) => allowed.includes(scope))) return oauthError(400, 'invalid_scope')

    const now = this.#clock()
    for (const [token, { expiresAt }] of this.#tokens) if (expiresAt <= now) this.#tokens.delete(token)
    const token = randomBytes(32).toString('base64url')
    this.#tokens.set(token, { clientId, scopes, expiresAt: now + this.#tokenSeconds * 1000 })
    return json(
      200,
      { access_token: token, token_type: 'Bearer', expires_in: this.#tokenSeconds, scope: scopes.join(' ') },
      { 'cache-control': 'no-store' },
    )
  }

  /** The client behind a bearer token, with its scopes; `undefined` if the token is unknown or over. */
  verify(
    authorization: string | undefined,
  ): { readonly clientId: string; readonly scopes: readonly string[] } | undefined {
    const token = /^Bearer ([A-Za-z0-9_-]+)$/i.exec(authorization ?? '')?.[1]
    const issued = token === undefined ? undefined : this.#tokens.get(token)
    return issued !== undefined && this.#clock() < issued.expiresAt ? issued : undefined
  }

  /** All tokens end now, as after a restart. */
  revokeAll(): void {
    this.#tokens.clear()
  }

  #authenticate(authorization: string | undefined): string | undefined {
    const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(authorization ?? '')?.[1]
    if (encoded === undefined) return undefined
    const [clientId, secret, ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':').map(formDecoded)
    if (clientId === undefined || secret === undefined || rest.length > 0) return undefined
    const known = this.#clients.get(clientId)
    return known !== undefined && timingSafeEqual(known.secret, digest(secret)) ? clientId : undefined
  }
}

function formDecoded(value: string): string | undefined {
  return new URLSearchParams(`v=${value.replaceAll('&', '%26')}`).get('v') ?? undefined
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function oauthError(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return json(status, { error }, { 'cache-control': 'no-store', ...headers })
}
