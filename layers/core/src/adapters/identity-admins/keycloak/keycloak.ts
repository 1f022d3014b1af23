import type { IdentityAdmin, PageOutcome, PullFailure, PullOutcome } from '../../../application/ports.ts'
import type { AccountKey, UnversionedStatement } from '../../../domain/assignment/statement.ts'
import type { SettingsOf } from '../../environment/identity-admins.ts'
import { checkedUrl } from '../http/checked-url.ts'
import { secretInHeader } from '../http/client-authentication.ts'
import { ClientCredentials } from '../http/client-credentials.ts'
import { eachOf, isFailure } from '../http/each-of.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { type Get, Source } from '../http/source.ts'
import { type Surroundings, surroundingsWith } from '../http/surroundings.ts'
import { IDENTIFIER } from '../identifier.ts'
import { type MappedRoles, mapRoles } from '../role-mapping.ts'
import { followIndex, indexOfCursor, startOf } from '../walk.ts'
import { count, groupCount, groupList, noSuchRole, noSuchUser, role, roleList, user, userList } from './formats.ts'

const USERS_PER_PAGE = 50
const REQUESTS_AT_ONCE = 6
const GROUPS_PER_PAGE = 100
const MAX_GROUP_PAGES = 10

const notFound = { outcome: 'not_found' } as const
type NotFound = typeof notFound

/**
 * A realm of Keycloak, read by its Admin REST API: the user, the effective realm and client roles (composites and groups
 * resolved by Keycloak), and the groups the user is in, each only where the mapping names some of its kind.
 * @throws TypeError from the constructor if the settings cannot be used
 */
export class Keycloak implements IdentityAdmin {
  readonly #settings: SettingsOf<'keycloak'>
  readonly #realm: string
  readonly #source: Source
  readonly #clock: Surroundings['clock']

  constructor(settings: SettingsOf<'keycloak'>, clientSecret: string, surroundings: Partial<Surroundings> = {}) {
    const around = surroundingsWith(surroundings)
    const base = checkedUrl(settings.url, 'base URL').href.replace(/\/$/, '')
    this.#settings = settings
    this.#realm = `${base}/admin/realms/${settings.realm}`
    this.#clock = around.clock
    const credentials = new ClientCredentials(
      {
        tokenUrl: new URL(`${base}/realms/${settings.realm}/protocol/openid-connect/token`),
        client: secretInHeader({ clientId: settings.clientId, clientSecret }),
        parameters: {},
      },
      around,
    )
    this.#source = new Source(credentials, around, 5)
  }

  async readAccount(key: AccountKey, { deadlineMs }: { readonly deadlineMs: number }): Promise<PullOutcome> {
    const { organization, account } = key
    if (organization !== this.#settings.organization || !IDENTIFIER.test(account)) return notFound
    const occurredAt = this.#clock()
    return this.#source.within(deadlineMs, async (get): Promise<PullOutcome> => {
      const [status, held, blind] = await Promise.all([
        this.#status(get, account),
        this.#roles(get, account),
        this.#blindness(get),
      ])
      if (typeof status !== 'string') return status
      if (blind !== undefined) return blind
      // The user was there: without the roles, the answer is half of one.
      if ('outcome' in held) return held.outcome === 'not_found' ? { outcome: 'partial' } : held
      const { roles, unmapped } = held
      return {
        outcome: 'statement',
        statement: { ...key, status, roles, occurredAt },
        ...(unmapped > 0 && { unmapped }),
      }
    })
  }

  async listAccounts(
    organization: string,
    { cursor, deadlineMs }: { readonly cursor?: string; readonly deadlineMs: number },
  ): Promise<PageOutcome> {
    if (organization !== this.#settings.organization) return { outcome: 'refused', status: 404 }
    const state = indexOfCursor(cursor)
    if (state !== undefined && 'outcome' in state) return state
    const occurredAt = this.#clock()
    return this.#source.within(deadlineMs, async (get): Promise<PageOutcome> => {
      const query = { first: startOf(state), max: USERS_PER_PAGE, briefRepresentation: true }
      const [page, total, blind] = await Promise.all([
        fetchJson(get, { url: this.#url(['users'], query), schema: userList }),
        fetchJson(get, { url: this.#url(['users', 'count']), schema: count }),
        this.#blindness(get),
      ])
      if (isFailure(page)) return page
      if (isFailure(total)) return total
      if (blind !== undefined) return blind
      if (page.outcome !== 'fetched' || total.outcome !== 'fetched')
        return { outcome: 'garbage', detail: 'no list of users' }
      const following = followIndex(
        state,
        page.value.map(({ id }) => id),
        total.value,
      )
      if ('outcome' in following) return following
      const shown = page.value.slice(following.skip)
      const known = shown.filter(({ id }) => IDENTIFIER.test(id))
      const read = await eachOf(known, REQUESTS_AT_ONCE, async ({ id, enabled }): Promise<Listed | PullFailure> => {
        const held = await this.#roles(get, id)
        if ('outcome' in held) return held.outcome === 'not_found' ? { outcome: 'partial' } : held
        const status = enabled ? 'active' : 'inactive'
        return {
          statement: { organization, account: id, status, roles: held.roles, occurredAt },
          unmapped: held.unmapped,
        }
      })
      if ('outcome' in read) return read
      const unmapped = read.reduce((sum, each) => sum + each.unmapped, shown.length - known.length)
      const { next } = following
      return {
        outcome: 'page',
        statements: read.map(({ statement }) => statement),
        ...(unmapped > 0 && { unmapped }),
        ...(next !== undefined && { next }),
      }
    })
  }

  async #status(get: Get, id: string): Promise<UnversionedStatement['status'] | PullFailure | NotFound> {
    const read = await fetchJson(get, { url: this.#url(['users', id]), schema: user, absent: noSuchUser })
    if (isFailure(read)) return read
    if (read.outcome !== 'fetched') return notFound
    if (read.value.id !== id) return { outcome: 'garbage', detail: 'about another user than the one asked for' }
    return read.value.enabled ? 'active' : 'inactive'
  }

  async #roles(get: Get, id: string): Promise<MappedRoles | PullFailure | NotFound> {
    const { realmRoles, clientRoles, groups } = this.#settings
    const reads = [
      ...(isEmpty(realmRoles)
        ? []
        : [named(realmRoles, this.#roleNames(get, ['users', id, 'role-mappings', 'realm', 'composite']))]),
      ...Object.entries(clientRoles).map(([client, mapping]) =>
        named(mapping, this.#roleNames(get, ['users', id, 'role-mappings', 'clients', client, 'composite'])),
      ),
      ...(isEmpty(groups) ? [] : [named(groups, this.#groupPaths(get, id))]),
    ]
    const all = []
    for (const { mapping, names } of await Promise.all(reads)) {
      if ('outcome' in names) return names
      all.push({ mapping, names })
    }
    return mapRoles(all)
  }

  /**
   * Keycloak leaves out of effective roles what we may not see, without a word. Asked for a role by its name, it says so: one
   * of the realm and of each client is asked for, whether there is one of that name or not.
   */
  async #blindness(get: Get): Promise<PullFailure | undefined> {
    const { realmRoles, clientRoles } = this.#settings
    const containers = [
      { path: ['roles'], mapping: realmRoles },
      ...Object.entries(clientRoles).map(([client, mapping]) => ({ path: ['clients', client, 'roles'], mapping })),
    ]
    const asked = containers.map(async ({ path, mapping }) => {
      const [name] = Object.keys(mapping)
      if (name === undefined) return undefined
      return fetchJson(get, { url: this.#url([...path, name]), schema: role, absent: noSuchRole })
    })
    return (await Promise.all(asked)).find((each) => each !== undefined && isFailure(each))
  }

  async #roleNames(get: Get, path: readonly string[]): Promise<readonly string[] | PullFailure | NotFound> {
    const read = await fetchJson(get, { url: this.#url(path), schema: roleList, absent: noSuchUser })
    if (isFailure(read)) return read
    return read.outcome === 'fetched' ? read.value.map(({ name }) => name) : notFound
  }

  async #groupPaths(get: Get, id: string): Promise<readonly string[] | PullFailure | NotFound> {
    const counted = fetchJson(get, {
      url: this.#url(['users', id, 'groups', 'count']),
      schema: groupCount,
      absent: noSuchUser,
    })
    const paths = new Set<string>()
    for (let page = 0; page < MAX_GROUP_PAGES; page += 1) {
      const query = { first: page * GROUPS_PER_PAGE, max: GROUPS_PER_PAGE, briefRepresentation: true }
      const [read, total] = await Promise.all([
        fetchJson(get, { url: this.#url(['users', id, 'groups'], query), schema: groupList, absent: noSuchUser }),
        counted,
      ])
      if (isFailure(read)) return read
      if (isFailure(total)) return total
      if (read.outcome !== 'fetched' || total.outcome !== 'fetched') return notFound
      for (const { path } of read.value) paths.add(path)
      if (paths.size === total.value.count) return [...paths]
      if (read.value.length === 0) break
    }
    // More than were read, or a list that moved under us, so that one group came twice and another not at all.
    return { outcome: 'partial' }
  }

  #url(path: readonly string[], query: Readonly<Record<string, string | number | boolean>> = {}): URL {
    const parameters = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])
    const url = new URL([this.#realm, ...path.map(encodeURIComponent)].join('/'))
    url.search = new URLSearchParams(parameters).toString()
    return url
  }
}

interface Listed {
  readonly statement: UnversionedStatement
  readonly unmapped: number
}

async function named<Mapping, Names>(mapping: Mapping, reading: Promise<Names>) {
  return { mapping, names: await reading }
}

function isEmpty(mapping: object): boolean {
  return Object.keys(mapping).length === 0
}
