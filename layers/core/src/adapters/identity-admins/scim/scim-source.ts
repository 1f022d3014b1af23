import { createHash } from 'node:crypto'
import type { IdentityAdmin, PageOutcome, PullFailure, PullOutcome } from '../../../application/ports.ts'
import type { AccountKey, UnversionedStatement } from '../../../domain/assignment/statement.ts'
import type { SettingsOf } from '../../environment/identity-admins.ts'
import { type Authorization, GivenToken } from '../http/authorization.ts'
import { checkedUrl } from '../http/checked-url.ts'
import { secretInHeader } from '../http/client-authentication.ts'
import { ClientCredentials } from '../http/client-credentials.ts'
import { isFailure } from '../http/each-of.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { type Get, Source } from '../http/source.ts'
import { type Surroundings, surroundingsWith } from '../http/surroundings.ts'
import { IDENTIFIER } from '../identifier.ts'
import { mapRoles } from '../role-mapping.ts'
import { clientSecretOf, type SourceSecret, tokenOf } from '../secrets.ts'
import {
  endOfWalk,
  followIndex,
  followTokens,
  type Inconsistent,
  inconsistent,
  indexOfCursor,
  startOf,
  tokenOfCursor,
} from '../walk.ts'
import { cursorPage, noSuchResource, type User, user, userList } from './formats.ts'

const USERS_PER_PAGE = 100
const MEDIA_TYPE = 'application/scim+json'
const ENTITY_TAG = /^(W\/)?"[\x21\x23-\x7e]{1,128}"$/

/** A page after its checks. */
interface Walked {
  readonly users: readonly User[]
  readonly next?: string
}

/**
 * A SCIM 2.0 service provider as a source: its users with their `active`, `roles` and `groups`. Conditional reads are used only
 * where no group is mapped: a provider need not change the version of a user whose groups change.
 * @throws TypeError or InvalidConfig from the constructor if the settings cannot be used
 */
export class ScimSource implements IdentityAdmin {
  readonly #settings: SettingsOf<'scim'>
  readonly #users: string
  readonly #source: Source
  readonly #clock: Surroundings['clock']
  /** Of the mapping: what was unchanged under another one means something else now. */
  readonly #digest: string

  constructor(settings: SettingsOf<'scim'>, secret: SourceSecret, surroundings: Partial<Surroundings> = {}) {
    const around = surroundingsWith(surroundings)
    this.#settings = settings
    this.#users = `${checkedUrl(settings.url, 'base URL').href.replace(/\/$/, '')}/Users`
    this.#clock = around.clock
    this.#source = new Source(authorizationOf(settings, secret, around), around)
    this.#digest = createHash('sha256').update(JSON.stringify(settings.roles)).digest('base64url').slice(0, 11)
  }

  async readAccount(
    key: AccountKey,
    { etag, deadlineMs }: { readonly etag?: string; readonly deadlineMs: number },
  ): Promise<PullOutcome> {
    const { organization, account } = key
    if (organization !== this.#settings.organization || !IDENTIFIER.test(account)) return { outcome: 'not_found' }
    const occurredAt = this.#clock()
    const byId = this.#settings.accounts === 'id'
    const read = await this.#source.within(deadlineMs, (get) =>
      byId ? this.#readById(get, account, this.#sourceTag(etag)) : this.#find(get, account),
    )
    if (!('user' in read)) return read
    const { statement, unmapped } = this.#stated(key, read.user, occurredAt)
    const tag = read.etag !== undefined && this.#conditional() ? { etag: `${this.#digest}.${read.etag}` } : {}
    return { outcome: 'statement', statement, ...tag, ...(unmapped > 0 && { unmapped }) }
  }

  async listAccounts(
    organization: string,
    { cursor, deadlineMs }: { readonly cursor?: string; readonly deadlineMs: number },
  ): Promise<PageOutcome> {
    if (organization !== this.#settings.organization) return { outcome: 'refused', status: 404 }
    const occurredAt = this.#clock()
    const walk = await this.#source.within(deadlineMs, (get) =>
      this.#settings.paging === 'cursor' ? this.#pageByCursor(get, cursor) : this.#pageByIndex(get, cursor),
    )
    if ('outcome' in walk) return walk.outcome === 'inconsistent' ? walk : endOfWalk(walk, cursor)
    const accounts = walk.users.map((each) => each[this.#settings.accounts] ?? '')
    const named = accounts.filter((account) => account !== '')
    if (new Set(named).size !== named.length) return inconsistent('an account twice')
    const statements: UnversionedStatement[] = []
    let ignored = 0
    for (const [index, each] of walk.users.entries()) {
      const account = accounts[index] ?? ''
      const { statement, unmapped } = this.#stated({ organization, account }, each, occurredAt)
      if (IDENTIFIER.test(account)) statements.push(statement)
      ignored += IDENTIFIER.test(account) ? unmapped : 1
    }
    const { next } = walk
    return {
      outcome: 'page',
      statements,
      ...(ignored > 0 && { unmapped: ignored }),
      ...(next !== undefined && { next }),
    }
  }

  async #readById(get: Get, id: string, tag: string | undefined): Promise<Read | PullOutcome> {
    const read = await fetchJson(get, {
      url: this.#url(`/${encodeURIComponent(id)}`, {}),
      schema: user,
      mediaType: MEDIA_TYPE,
      absent: noSuchResource,
      ...(tag !== undefined && { headers: { 'if-none-match': tag } }),
    })
    if (isFailure(read)) return read
    if (read.outcome === 'absent') return { outcome: 'not_found' }
    if (read.outcome === 'not_modified') return { outcome: 'unchanged' }
    if (read.value.id !== id) return { outcome: 'garbage', detail: 'about another user than the one asked for' }
    const etag = read.headers.get('etag')
    return etag !== null && ENTITY_TAG.test(etag) ? { user: read.value, etag } : { user: read.value }
  }

  /** By the attribute that names accounts here. */
  async #find(get: Get, account: string): Promise<Read | PullOutcome> {
    const attribute = this.#settings.accounts
    const query = { filter: `${attribute} eq ${JSON.stringify(account)}`, count: '2' }
    const read = await fetchJson(get, { url: this.#url('', query), schema: userList, mediaType: MEDIA_TYPE })
    if (isFailure(read)) return read
    if (read.outcome !== 'fetched') return { outcome: 'garbage', detail: 'no list of users' }
    const { totalResults, Resources } = read.value
    const [found] = Resources
    if (totalResults === 0 && found === undefined) return { outcome: 'not_found' }
    if (totalResults !== Resources.length) return { outcome: 'partial' }
    if (found === undefined || Resources.length > 1) return { outcome: 'garbage', detail: 'several users of one name' }
    const name = found[attribute] ?? ''
    if (name === account) return { user: found }
    // Names may be compared without case (RFC 7643 section 7); accounts are not.
    return name.toLowerCase() === account.toLowerCase()
      ? { outcome: 'not_found' }
      : { outcome: 'garbage', detail: 'about another user than the one asked for' }
  }

  async #pageByIndex(get: Get, cursor: string | undefined): Promise<Walked | PullFailure | Inconsistent> {
    const state = indexOfCursor(cursor)
    if (state !== undefined && 'outcome' in state) return state
    // SCIM counts from 1.
    const query = { startIndex: String(startOf(state) + 1), count: String(USERS_PER_PAGE) }
    const page = await fetchJson(get, { url: this.#url('', query), schema: userList, mediaType: MEDIA_TYPE })
    if (isFailure(page)) return page
    if (page.outcome !== 'fetched') return { outcome: 'garbage', detail: 'no list of users' }
    const { Resources, totalResults } = page.value
    const end = followIndex(
      state,
      Resources.map(({ id }) => id),
      totalResults,
    )
    if ('outcome' in end) return end
    return { users: Resources.slice(end.skip), ...(end.next !== undefined && { next: end.next }) }
  }

  async #pageByCursor(get: Get, cursor: string | undefined): Promise<Walked | PullFailure | Inconsistent> {
    const state = tokenOfCursor(cursor)
    if ('outcome' in state) return state
    const query = { cursor: state.after, count: String(USERS_PER_PAGE) }
    const page = await fetchJson(get, { url: this.#url('', query), schema: cursorPage, mediaType: MEDIA_TYPE })
    if (isFailure(page)) return page
    if (page.outcome !== 'fetched') return { outcome: 'garbage', detail: 'no list of users' }
    const { Resources, nextCursor, totalResults: total } = page.value
    const end = followTokens(state, { ids: Resources.map(({ id }) => id), next: nextCursor ?? undefined, total })
    return 'outcome' in end ? end : { users: Resources, ...end }
  }

  #stated(key: AccountKey, { active, roles, groups }: User, occurredAt: number) {
    const mapped = mapRoles([
      { mapping: this.#settings.roles, names: roles.map(({ value }) => value) },
      { mapping: this.#settings.groups, names: groups.map(({ value }) => value) },
    ])
    const status = active ? ('active' as const) : ('inactive' as const)
    const statement: UnversionedStatement = { ...key, status, roles: mapped.roles, occurredAt }
    return { statement, unmapped: mapped.unmapped }
  }

  #conditional(): boolean {
    return this.#settings.accounts === 'id' && Object.keys(this.#settings.groups).length === 0
  }

  /** The source's own validator, if this one was given under the present mapping. */
  #sourceTag(etag: string | undefined): string | undefined {
    if (!this.#conditional() || !etag?.startsWith(`${this.#digest}.`)) return undefined
    const tag = etag.slice(this.#digest.length + 1)
    return ENTITY_TAG.test(tag) ? tag : undefined
  }

  #url(path: string, query: Readonly<Record<string, string>>): URL {
    const attributes = 'id,userName,externalId,active,roles,groups'
    return new URL(`${this.#users}${path}?${new URLSearchParams({ ...query, attributes })}`)
  }
}

interface Read {
  readonly user: User
  readonly etag?: string
}

function authorizationOf(settings: SettingsOf<'scim'>, secret: SourceSecret, around: Surroundings): Authorization {
  const { client, name } = settings
  if (client === undefined) return new GivenToken('Bearer', tokenOf(secret, name))
  return new ClientCredentials(
    {
      tokenUrl: checkedUrl(client.tokenUrl, 'token URL'),
      client: secretInHeader({ clientId: client.clientId, clientSecret: clientSecretOf(secret, name) }),
      parameters: client.scope === undefined ? {} : { scope: client.scope },
    },
    around,
  )
}
