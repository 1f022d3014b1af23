import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { json, type Reply } from '../ix-admin/http.ts'

const LIFE_SECONDS = 600

export interface IssuerClient {
  readonly clientId: string
  readonly clientSecret: string
}

/** Issues bearer tokens by the client credentials grant (RFC 6749 section 4.4), to one client. */
export class TokenIssuer {
  readonly #client: IssuerClient
  readonly #clock: () => number
  readonly #until = new Map<string, number>()

  constructor(client: IssuerClient, clock: () => number) {
    this.#client = client
    this.#clock = clock
  }

  /** `clientBy`: where this source wants the client to say who it is. */
  issue(headers: IncomingHttpHeaders, form: URLSearchParams, clientBy: 'header' | 'body'): Reply {
    const said =
      clientBy === 'body' ? [form.get('client_id'), form.get('client_secret')] : basicIn(headers.authorization)
    if (form.get('grant_type') !== 'client_credentials') return json(400, { error: 'unsupported_grant_type' })
    if (said[0] !== this.#client.clientId || said[1] !== this.#client.clientSecret) {
      return json(401, { error: 'invalid_client' })
    }
    const token = randomBytes(24).toString('base64url')
    this.#until.set(token, this.#clock() + LIFE_SECONDS * 1000)
    return json(200, { access_token: token, token_type: 'Bearer', expires_in: LIFE_SECONDS })
  }

  knows(authorization: string | undefined): boolean {
    const until = this.#until.get(authorization?.replace(/^Bearer /, '') ?? '')
    return until !== undefined && this.#clock() < until
  }

  /** As after a restart. */
  revokeAll(): void {
    this.#until.clear()
  }
}

function basicIn(authorization: string | undefined): readonly string[] {
  const text = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64').toString()
  return text.split(':', 2).map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
}
