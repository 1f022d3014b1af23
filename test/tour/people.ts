import type { RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import { people } from '../../infra/local/demo-data.ts'
import { oktaPeople } from '../../infra/local/demo-okta.ts'
import { scimPeople } from '../../infra/local/demo-scim.ts'
import { signIn } from '../../infra/local/identity-provider/sign-in.ts'
import type { Running } from '../../infra/local/running.ts'

const everybody = [...people, ...oktaPeople, ...scimPeople]

/** Everything a person of the story can do, over HTTP only, as a client of the product would. */
export class Visitor {
  readonly #running: Running
  readonly #signedIn: string
  readonly name: string

  private constructor(running: Running, name: string, signedIn: string) {
    this.#running = running
    this.name = name
    this.#signedIn = signedIn
  }

  /** Authorization code with PKCE at the identity provider. */
  static async signIn(running: Running, username: string): Promise<Visitor> {
    const person = everybody.find((each) => each.username === username)
    if (person === undefined) throw new Error(`the demo data has no ${username}`)
    const { accessToken } = await signIn(running.urls.identityProvider, username, running.password)
    return new Visitor(running, person.name, accessToken)
  }

  /** The provider's own access token. */
  get providerToken(): string {
    return this.#signedIn
  }

  /** RFC 8693. Answers with the status and the body, whatever they are. */
  async exchange(audience: string): Promise<{ status: number; token: string; body: Record<string, unknown> }> {
    const response = await fetch(`${this.#running.urls.tokenService}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: this.#signedIn,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience,
      }),
    })
    const body = (await response.json()) as Record<string, unknown>
    return { status: response.status, token: String(body['access_token'] ?? ''), body }
  }
}

export interface Reply {
  readonly status: number
  readonly body: Record<string, unknown>
}

/** A request with a bearer token; the body of the answer where it is JSON. */
export async function call(token: string, method: string, url: string, body?: unknown): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  try {
    return { status: response.status, body: JSON.parse(text) }
  } catch {
    return { status: response.status, body: { text } }
  }
}

/** Organization Admin in iX Admin: what the guide's six steps do, through the interface behind the page. */
export class OrganizationAdmin {
  readonly #running: Running
  readonly #account: string
  #token: string | undefined

  constructor(running: Running, username: string) {
    const person = people.find((each) => each.username === username)
    if (person === undefined) throw new Error(`the demo data has no ${username}`)
    this.#running = running
    this.#account = person.account
  }

  /** Replaces the roles of a person of the same organization. Returns the HTTP status. */
  async setRoles(
    username: string,
    change: (roles: readonly RoleAssignment[]) => readonly RoleAssignment[],
  ): Promise<number> {
    const person = people.find((each) => each.username === username)
    if (person === undefined) throw new Error(`the demo data has no ${username}`)
    const account = `${this.#running.urls.ixAdmin}/v1/organizations/${person.organization}/accounts/${encodeURIComponent(person.account)}`
    const headers = { authorization: `Bearer ${await this.#bearer()}`, 'acting-account': this.#account }
    const read = await fetch(account, { headers })
    const { roles } = (await read.json()) as { roles: RoleAssignment[] }
    const response = await fetch(`${account}/roles`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/json', 'if-match': read.headers.get('etag') ?? '' },
      body: JSON.stringify({ roles: change(roles) }),
    })
    await response.body?.cancel()
    return response.status
  }

  async #bearer(): Promise<string> {
    if (this.#token !== undefined) return this.#token
    const { clientId, clientSecret } = this.#running.adminClient
    const response = await fetch(`${this.#running.urls.ixAdmin}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    if (!response.ok) throw new Error(`iX Admin gave no token: ${response.status}`)
    const { access_token: token } = (await response.json()) as { access_token: string }
    this.#token = token
    return token
  }
}
