import type { IdentityAdmin, PageOutcome, PullFailure, PullOutcome } from '../../../application/ports.ts'
import type { AccountKey, UnversionedStatement } from '../../../domain/assignment/statement.ts'
import type { SettingsOf } from '../../environment/identity-admins.ts'
import { checkedUrl } from '../http/checked-url.ts'
import { secretInBody } from '../http/client-authentication.ts'
import { ClientCredentials } from '../http/client-credentials.ts'
import { eachOf, isFailure } from '../http/each-of.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { type Get, Source } from '../http/source.ts'
import { type Surroundings, surroundingsWith } from '../http/surroundings.ts'
import { IDENTIFIER } from '../identifier.ts'
import { mapRoles } from '../role-mapping.ts'
import { endOfWalk, followTokens, tokenOfCursor } from '../walk.ts'
import { memberPage, noSuchUser, organizationPage, rolePage, user } from './formats.ts'

/** Each member of a page costs one more request, to see whether the user is blocked. */
const MEMBERS_PER_PAGE = 25
const REQUESTS_AT_ONCE = 4
const PER_PAGE = 50
const MAX_PAGES = 10

const notFound = { outcome: 'not_found' } as const
type NotFound = typeof notFound

/**
 * An Auth0 tenant, read by its Management API: the members of its organizations and the roles that are assigned to them there,
 * directly. A user who is no member is not found, and one who is blocked is inactive. Auth0 lists members with delay: whoever
 * misses one on a walk asks for it.
 * @throws TypeError from the constructor if the settings cannot be used
 */
export class Auth0 implements IdentityAdmin {
  readonly #settings: SettingsOf<'auth0'>
  readonly #base: string
  readonly #source: Source
  readonly #clock: Surroundings['clock']

  constructor(settings: SettingsOf<'auth0'>, clientSecret: string, surroundings: Partial<Surroundings> = {}) {
    const around = surroundingsWith(surroundings)
    this.#settings = settings
    this.#base = checkedUrl(settings.url, 'base URL').href.replace(/\/$/, '')
    this.#clock = around.clock
    const credentials = new ClientCredentials(
      {
        tokenUrl: new URL(`${this.#base}/oauth/token`),
        client: secretInBody({ clientId: settings.clientId, clientSecret }),
        parameters: { audience: settings.audience ?? `${this.#base}/api/v2/` },
      },
      around,
    )
    this.#source = new Source(credentials, around, 3)
  }

  async readAccount(key: AccountKey, { deadlineMs }: { readonly deadlineMs: number }): Promise<PullOutcome> {
    const organization = this.#organizationId(key.organization)
    if (organization === undefined || !IDENTIFIER.test(key.account)) return notFound
    const occurredAt = this.#clock()
    return this.#source.within(deadlineMs, async (get): Promise<PullOutcome> => {
      const [status, member, roles] = await Promise.all([
        this.#status(get, key.account),
        this.#isMember(get, key.account, organization),
        this.#roleIds(get, key.account, organization),
      ])
      if (typeof status !== 'string') return status
      if (typeof member !== 'boolean') return member
      if (!member) return notFound
      if ('outcome' in roles) return roles
      // Who is removed between the answers has no roles any more, which is not what a member without roles is.
      const still = roles.length > 0 || (await this.#isMember(get, key.account, organization))
      if (typeof still !== 'boolean') return still
      if (!still) return notFound
      const { roles: held, unmapped } = mapRoles([{ mapping: this.#settings.roles, names: roles }])
      const statement = { ...key, status, roles: held, occurredAt }
      return { outcome: 'statement', statement, ...(unmapped > 0 && { unmapped }) }
    })
  }

  async listAccounts(
    organization: string,
    { cursor, deadlineMs }: { readonly cursor?: string; readonly deadlineMs: number },
  ): Promise<PageOutcome> {
    const id = this.#organizationId(organization)
    if (id === undefined) return { outcome: 'refused', status: 404 }
    const state = tokenOfCursor(cursor)
    if ('outcome' in state) return state
    const { after: from } = state
    const occurredAt = this.#clock()
    return this.#source.within(deadlineMs, async (get): Promise<PageOutcome> => {
      const query = {
        take: MEMBERS_PER_PAGE,
        fields: 'user_id,roles',
        include_fields: true,
        ...(from !== '' && { from }),
      }
      const page = await fetchJson(get, { url: this.#url(['organizations', id, 'members'], query), schema: memberPage })
      if (isFailure(page)) return endOfWalk(page, cursor)
      if (page.outcome !== 'fetched') return { outcome: 'garbage', detail: 'no list of members' }
      const { members } = page.value
      const end = followTokens(state, { ids: members.map((each) => each.user_id), next: page.value.next })
      if ('outcome' in end) return end
      const known = members.filter((each) => IDENTIFIER.test(each.user_id))
      const read = await eachOf(known, REQUESTS_AT_ONCE, async (member): Promise<Listed | PullFailure> => {
        const status = await this.#status(get, member.user_id)
        // Deleted, and listed still.
        if (typeof status !== 'string') return status.outcome === 'not_found' ? { outcome: 'partial' } : status
        const names = member.roles.map((each) => each.id)
        const { roles, unmapped } = mapRoles([{ mapping: this.#settings.roles, names }])
        return { statement: { organization, account: member.user_id, status, roles, occurredAt }, unmapped }
      })
      if ('outcome' in read) return read
      const unmapped = read.reduce((sum, each) => sum + each.unmapped, members.length - known.length)
      const statements = read.map(({ statement }) => statement)
      return { outcome: 'page', statements, ...(unmapped > 0 && { unmapped }), ...end }
    })
  }

  async #status(get: Get, userId: string): Promise<UnversionedStatement['status'] | PullFailure | NotFound> {
    const url = this.#url(['users', userId], { fields: 'user_id,blocked', include_fields: true })
    const read = await fetchJson(get, { url, schema: user, absent: noSuchUser })
    if (isFailure(read)) return read
    if (read.outcome !== 'fetched') return notFound
    if (read.value.user_id !== userId)
      return { outcome: 'garbage', detail: 'about another user than the one asked for' }
    return read.value.blocked ? 'inactive' : 'active'
  }

  async #isMember(get: Get, userId: string, organization: string): Promise<boolean | PullFailure> {
    let from: string | undefined
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const url = this.#url(['users', userId, 'organizations'], { take: PER_PAGE, ...(from !== undefined && { from }) })
      const read = await fetchJson(get, { url, schema: organizationPage, absent: noSuchUser })
      if (isFailure(read)) return read
      if (read.outcome !== 'fetched') return false
      if (read.value.organizations.some(({ id }) => id === organization)) return true
      if (read.value.next === undefined) return false
      if (read.value.next === from) return { outcome: 'garbage', detail: 'a page that leads to itself' }
      from = read.value.next
    }
    return { outcome: 'partial' }
  }

  /** None for somebody who is no member, whom Auth0 may answer about in either way. */
  async #roleIds(get: Get, userId: string, organization: string): Promise<readonly string[] | PullFailure> {
    const names: string[] = []
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query = { page, per_page: PER_PAGE, include_totals: true }
      const url = this.#url(['organizations', organization, 'members', userId, 'roles'], query)
      const read = await fetchJson(get, { url, schema: rolePage, absent: noSuchUser })
      if (isFailure(read)) return read
      if (read.outcome !== 'fetched') return []
      const { roles, total } = read.value
      names.push(...roles.map(({ id }) => id))
      if (names.length === total) return names
      if (names.length > total || roles.length === 0) return { outcome: 'partial' }
    }
    return { outcome: 'partial' }
  }

  #organizationId(organization: string): string | undefined {
    const { organizations } = this.#settings
    return Object.hasOwn(organizations, organization) ? organizations[organization] : undefined
  }

  #url(path: readonly string[], query: Readonly<Record<string, string | number | boolean>>): URL {
    const parameters = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])
    return new URL(`${this.#base}/api/v2/${path.map(encodeURIComponent).join('/')}?${new URLSearchParams(parameters)}`)
  }
}

interface Listed {
  readonly statement: UnversionedStatement
  readonly unmapped: number
}
