import type { IdentityAdmin, PageOutcome, PullFailure, PullOutcome } from '../../../application/ports.ts'
import type { AccountKey, UnversionedStatement } from '../../../domain/assignment/statement.ts'
import type { SettingsOf } from '../../environment/identity-admins.ts'
import { type Authorization, GivenToken } from '../http/authorization.ts'
import { checkedUrl } from '../http/checked-url.ts'
import { ClientCredentials } from '../http/client-credentials.ts'
import { eachOf, isFailure } from '../http/each-of.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { nextLink } from '../http/link-header.ts'
import { signedAssertion } from '../http/signed-assertion.ts'
import { type Get, Source } from '../http/source.ts'
import { type Surroundings, surroundingsWith } from '../http/surroundings.ts'
import { IDENTIFIER } from '../identifier.ts'
import { type MappedRoles, mapRoles } from '../role-mapping.ts'
import { privateKeyOf, type SourceSecret, tokenOf } from '../secrets.ts'
import { endOfWalk, followTokens, tokenOfCursor } from '../walk.ts'
import { activeStatuses, groupList, noSuchThing, type User, user, userList } from './formats.ts'

/** Each user of a page costs one more request, and Okta counts requests per minute. */
const USERS_PER_PAGE = 40
const REQUESTS_AT_ONCE = 5
/** Nobody is in more groups than so many pages show; a list that goes on is not read to its end. */
const MAX_GROUP_PAGES = 10

/**
 * An Okta org, read by its Users API: the user, and the groups the user is in. Roles are those of mapped groups; rules and
 * nesting are resolved by Okta. Deactivated users are not listed by Okta: whoever misses one on a walk asks for it.
 * @throws TypeError or InvalidConfig from the constructor if the settings cannot be used
 */
export class Okta implements IdentityAdmin {
  readonly #settings: SettingsOf<'okta'>
  readonly #base: string
  readonly #source: Source
  readonly #clock: Surroundings['clock']

  /**
   * The secret is the private key of a service app (with `client` in the settings), or an API token, which has the rights of
   * the administrator who made it.
   */
  constructor(settings: SettingsOf<'okta'>, secret: SourceSecret, surroundings: Partial<Surroundings> = {}) {
    const around = surroundingsWith(surroundings)
    this.#settings = settings
    this.#base = checkedUrl(settings.url, 'base URL').href.replace(/\/$/, '')
    this.#source = new Source(authorizationOf(settings, secret, { ...around, base: this.#base }), around, 2)
    this.#clock = around.clock
  }

  async readAccount(key: AccountKey, { deadlineMs }: { readonly deadlineMs: number }): Promise<PullOutcome> {
    const { organization, account } = key
    if (organization !== this.#settings.organization || !IDENTIFIER.test(account)) return { outcome: 'not_found' }
    const occurredAt = this.#clock()
    return this.#source.within(deadlineMs, async (get): Promise<PullOutcome> => {
      const [read, groups] = await Promise.all([this.#user(get, account), this.#roles(get, account)])
      if ('outcome' in read) return read
      if (this.#accountOf(read) !== account) return anotherUser(account, read)
      // The user was there: without the groups, the answer is half of one.
      if ('outcome' in groups) return groups.outcome === 'not_found' ? { outcome: 'partial' } : groups
      return { outcome: 'statement', statement: stated(key, read, { groups, occurredAt }), ...counted(groups.unmapped) }
    })
  }

  async listAccounts(
    organization: string,
    { cursor, deadlineMs }: { readonly cursor?: string; readonly deadlineMs: number },
  ): Promise<PageOutcome> {
    if (organization !== this.#settings.organization) return { outcome: 'refused', status: 404 }
    const state = tokenOfCursor(cursor)
    if ('outcome' in state) return state
    const { after } = state
    const occurredAt = this.#clock()
    return this.#source.within(deadlineMs, async (get): Promise<PageOutcome> => {
      const query = new URLSearchParams({ limit: String(USERS_PER_PAGE), ...(after !== '' && { after }) })
      const page = await fetchJson(get, { url: this.#url(`/api/v1/users?${query}`), schema: userList })
      if (isFailure(page)) return endOfWalk(page, cursor)
      if (page.outcome !== 'fetched') return { outcome: 'garbage', detail: 'no list of users' }
      const following = afterOf(page.headers, '/api/v1/users')
      if (following === 'ambiguous')
        return { outcome: 'garbage', detail: 'a link to the next page that leads elsewhere' }
      const end = followTokens(state, { ids: page.value.map(({ id }) => id), next: following })
      if ('outcome' in end) return end
      const known = page.value.filter((each) => IDENTIFIER.test(this.#accountOf(each)))
      const read = await eachOf(known, REQUESTS_AT_ONCE, async (each): Promise<Listed | PullFailure> => {
        const groups = await this.#roles(get, each.id)
        if ('outcome' in groups) return groups.outcome === 'not_found' ? { outcome: 'partial' } : groups
        const key = { organization, account: this.#accountOf(each) }
        return { statement: stated(key, each, { groups, occurredAt }), unmapped: groups.unmapped }
      })
      if ('outcome' in read) return read
      const unmapped = read.reduce((sum, each) => sum + each.unmapped, page.value.length - known.length)
      const statements = read.map(({ statement }) => statement)
      return { outcome: 'page', statements, ...counted(unmapped), ...end }
    })
  }

  async #user(get: Get, account: string): Promise<User | PullFailure | { readonly outcome: 'not_found' }> {
    const url = this.#url(`/api/v1/users/${encodeURIComponent(account)}`)
    const read = await fetchJson(get, { url, schema: user, absent: noSuchThing })
    if (isFailure(read)) return read
    return read.outcome === 'fetched' ? read.value : { outcome: 'not_found' }
  }

  /** Of a user by id or login. */
  async #roles(get: Get, name: string): Promise<MappedRoles | PullFailure | { readonly outcome: 'not_found' }> {
    const path = `/api/v1/users/${encodeURIComponent(name)}/groups`
    const names: string[] = []
    let after: string | undefined
    for (let page = 0; page < MAX_GROUP_PAGES; page += 1) {
      const query = after === undefined ? '' : `?${new URLSearchParams({ after })}`
      const read = await fetchJson(get, { url: this.#url(path + query), schema: groupList, absent: noSuchThing })
      if (isFailure(read)) return read
      if (read.outcome !== 'fetched') return { outcome: 'not_found' }
      names.push(...read.value.map(({ id }) => id))
      const following = afterOf(read.headers, path)
      if (following === undefined) return mapRoles([{ mapping: this.#settings.groups, names }])
      if (following === 'ambiguous' || following === after) {
        return { outcome: 'garbage', detail: 'a link to the next page that leads elsewhere' }
      }
      after = following
    }
    return { outcome: 'partial' }
  }

  #accountOf({ id, profile }: User): string {
    return this.#settings.accounts === 'id' ? id : profile.login
  }

  #url(path: string): URL {
    return new URL(this.#base + path)
  }
}

const SCOPES = 'okta.users.read okta.groups.read'

function authorizationOf(
  { client, name }: SettingsOf<'okta'>,
  secret: SourceSecret,
  { base, ...around }: Surroundings & { readonly base: string },
): Authorization {
  if (client === undefined) return new GivenToken('SSWS', tokenOf(secret, name))
  const tokenUrl = new URL(`${base}/oauth2/v1/token`)
  const privateKey = privateKeyOf(secret, name)
  const assertion = signedAssertion({ ...client, tokenUrl, privateKey })
  return new ClientCredentials({ tokenUrl, client: assertion, parameters: { scope: SCOPES } }, around)
}

interface Listed {
  readonly statement: UnversionedStatement
  readonly unmapped: number
}

/**
 * Okta finds a user by id, by login, by the part of a login before its `@`, and as `me`. What was found by another name than
 * the one accounts have here is no account of that name.
 */
function anotherUser(asked: string, found: User): PullOutcome {
  const names = [found.id, found.profile.login, found.profile.login.split('@', 1)[0]]
  return asked === 'me' || names.some((name) => name?.toLowerCase() === asked.toLowerCase())
    ? { outcome: 'not_found' }
    : { outcome: 'garbage', detail: 'about another user than the one asked for' }
}

function stated(
  key: AccountKey,
  { status }: User,
  { groups, occurredAt }: { readonly groups: MappedRoles; readonly occurredAt: number },
): UnversionedStatement {
  return { ...key, status: activeStatuses.has(status) ? 'active' : 'inactive', roles: groups.roles, occurredAt }
}

function counted(unmapped: number): { readonly unmapped?: number } {
  return unmapped === 0 ? {} : { unmapped }
}

/** Where the list goes on. Of the link only the cursor is used: credentials go to the address we were configured with. */
function afterOf(headers: Headers, path: string): string | undefined | 'ambiguous' {
  const link = nextLink(headers)
  if (link === undefined || link === 'ambiguous') return link
  const url = URL.parse(link)
  return (url?.pathname.endsWith(path) && url.searchParams.get('after')) || 'ambiguous'
}
