import {
  type DirectoryResource,
  type DirectorySettings,
  type DirectoryStore,
  defaultSettings,
  type NameOwners,
} from '../../../application/directory/ports.ts'
import {
  type Clock,
  type IdentityAdmin,
  type OrganizationStore,
  type PageOutcome,
  type PullFailure,
  type PullOutcome,
  StoreUnavailable,
} from '../../../application/ports.ts'
import type { AccountKey, UnversionedStatement } from '../../../domain/assignment/statement.ts'
import { accountNameOf, heldRoles, isActive, withoutDefaultFull } from '../../../domain/directory/held-roles.ts'

export interface DirectoryDependencies {
  readonly directory: Pick<DirectoryStore, 'readSettings' | 'readResources' | 'findOwners' | 'listResources'>
  readonly organizations: Pick<OrganizationStore, 'readOrganization'>
  readonly clock: Clock
}

/** Users that a page of a walk looks at. */
const pageSize = 100

/** How often what was read is read again until nothing changed in between. */
const rounds = 5

interface WithGroups {
  readonly user: DirectoryResource
  readonly groups: readonly DirectoryResource[]
}

/**
 * The directory that SCIM clients fill, as a source of statements. They carry no version: what an account holds depends on
 * groups, too, which change without the user. Whoever applies one reads its fence first, and every write to the directory
 * settles the accounts it touches, so that what was read before the write is fenced or is read again.
 *
 * `inactive`: the user is not active, or was deleted (its values stay behind as tombstones). `not_found`: nobody ever was
 * this account here.
 */
export class Directory implements IdentityAdmin {
  readonly #dependencies: DirectoryDependencies

  constructor(dependencies: DirectoryDependencies) {
    this.#dependencies = dependencies
  }

  readAccount(key: AccountKey, { deadlineMs }: { readonly deadlineMs: number }): Promise<PullOutcome> {
    return within(deadlineMs, () => this.#readAccount(key))
  }

  listAccounts(
    organization: string,
    { cursor, deadlineMs }: { readonly cursor?: string; readonly deadlineMs: number },
  ): Promise<PageOutcome> {
    return within(deadlineMs, () => this.#listAccounts(organization, cursor))
  }

  async #readAccount(key: AccountKey): Promise<PullOutcome> {
    const settings = await this.#settings(key.organization)
    const owners = await this.#ownersOf(key, settings)
    if (owners === undefined) return { outcome: 'not_found' }
    const [owner] = owners
    if (owner === undefined) return { outcome: 'statement', statement: this.#gone(key) }
    for (let round = 0; round < rounds; round += 1) {
      const [user] = await this.#dependencies.directory.readResources(key.organization, 'user', [owner])
      if (user === undefined) return { outcome: 'not_found' }
      if (user.deleted) return { outcome: 'statement', statement: this.#gone(key) }
      // A userName is found whatever its case, but accounts differ by case: this one is somebody else's name.
      if (accountNameOf(user, settings) !== key.account) return { outcome: 'not_found' }
      const [whole] = await this.#withGroups(key.organization, [user])
      if (whole !== undefined) return this.#outcome(key, whole, settings)
    }
    return { outcome: 'unavailable', cause: 'status' }
  }

  async #listAccounts(organization: string, cursor: string | undefined): Promise<PageOutcome> {
    const { directory } = this.#dependencies
    const settings = await this.#settings(organization)
    const page = await directory.listResources(organization, 'user', {
      limit: pageSize,
      ...(cursor === undefined ? {} : { after: cursor }),
    })
    const users = page.resources.filter((user) => accountNameOf(user, settings) !== undefined)
    const read = new Map((await this.#withGroups(organization, users)).map((each) => [each.user.id, each]))
    const statements: UnversionedStatement[] = []
    let unmapped = 0
    for (const user of users) {
      const key = { organization, account: accountNameOf(user, settings) ?? '' }
      const whole = read.get(user.id)
      const outcome = whole === undefined ? await this.#readAccount(key) : await this.#outcome(key, whole, settings)
      if (outcome.outcome === 'not_found' || outcome.outcome === 'unchanged') continue
      if (outcome.outcome !== 'statement') return outcome
      statements.push({ ...outcome.statement, version: undefined })
      unmapped += outcome.unmapped ?? 0
    }
    const rest = page.next === undefined ? {} : { next: page.next }
    return { outcome: 'page', statements, ...rest, ...(unmapped > 0 && { unmapped }) }
  }

  async #outcome(key: AccountKey, whole: WithGroups, settings: DirectorySettings): Promise<PullOutcome> {
    const { user, groups } = whole
    const held = heldRoles(user, groups, settings)
    const { organizations } = this.#dependencies
    const organization = held.unmapped === 0 ? undefined : await organizations.readOrganization(key.organization)
    const statement = {
      ...key,
      status: isActive(user) ? 'active' : 'inactive',
      roles: withoutDefaultFull(held, organization),
      occurredAt: Math.max(user.modifiedAt, ...groups.map(({ modifiedAt }) => modifiedAt)),
    } as const
    return { outcome: 'statement', statement, ...(held.unmapped > 0 && { unmapped: held.unmapped }) }
  }

  /**
   * Users with their groups as they were at one moment: all are read twice, and what is the same in both readings was so in
   * between. Users that changed meanwhile are absent from the answer.
   */
  async #withGroups(organization: string, users: readonly DirectoryResource[]): Promise<readonly WithGroups[]> {
    const ids = [...new Set(users.flatMap(({ groups }) => groups))]
    if (ids.length === 0) return users.map((user) => ({ user, groups: [] }))
    const { directory } = this.#dependencies
    const groups = byId(await directory.readResources(organization, 'group', ids))
    const [usersAgain, groupsAgain] = await Promise.all([
      directory.readResources(
        organization,
        'user',
        users.map(({ id }) => id),
      ),
      directory.readResources(organization, 'group', ids),
    ])
    const [latestUsers, latestGroups] = [byId(usersAgain), byId(groupsAgain)]
    const settled = (id: string) => groups.get(id)?.contentRevision === latestGroups.get(id)?.contentRevision
    return users
      .filter((user) => latestUsers.get(user.id)?.revision === user.revision && user.groups.every(settled))
      .map((user) => ({ user, groups: user.groups.flatMap((id) => groups.get(id) ?? []) }))
  }

  async #ownersOf({ organization, account }: AccountKey, settings: DirectorySettings): Promise<NameOwners> {
    if (settings.account === 'id') return [account]
    const name = { attribute: settings.account, value: account }
    const [owners] = await this.#dependencies.directory.findOwners(organization, 'user', [name])
    return owners
  }

  async #settings(organization: string): Promise<DirectorySettings> {
    return (await this.#dependencies.directory.readSettings(organization)) ?? { organization, ...defaultSettings }
  }

  #gone(key: AccountKey): UnversionedStatement {
    return { ...key, status: 'inactive', roles: [], occurredAt: this.#dependencies.clock() }
  }
}

function byId(resources: readonly DirectoryResource[]): ReadonlyMap<string, DirectoryResource> {
  return new Map(resources.map((each) => [each.id, each]))
}

/** The table's own limits end a read in about 3 s; a caller who wants it sooner is told so. */
async function within<T>(deadlineMs: number, read: () => Promise<T>): Promise<T | PullFailure> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<PullFailure>((resolve) => {
    timer = setTimeout(() => resolve({ outcome: 'timeout' }), deadlineMs)
  })
  try {
    return await Promise.race([read().catch(unavailable), late])
  } finally {
    clearTimeout(timer)
  }
}

/** A table that cannot be reached is a source that cannot; what only damage or a bug explains is thrown. */
function unavailable(error: unknown): PullFailure {
  if (error instanceof StoreUnavailable) return { outcome: 'unavailable', cause: 'network' }
  throw error
}
