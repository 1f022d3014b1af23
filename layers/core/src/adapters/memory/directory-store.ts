import {
  type DirectoryResource,
  type DirectorySettings,
  type DirectoryStore,
  type DirectoryWrite,
  type MembershipChange,
  type NameAttribute,
  type NameOwners,
  type NewResource,
  type ResourceKind,
  uniqueAttributes,
} from '../../application/directory/ports.ts'
import { formerNames, namesAsWritten, namesOf } from '../../application/directory/resource-names.ts'
import { nameKey } from '../../domain/directory/name-key.ts'
import { type MemoryDatabase, nameOf } from './database.ts'

/** Users and groups in memory, with the semantics of `DynamoDirectoryStore`. */
export class MemoryDirectoryStore implements DirectoryStore {
  readonly #database: MemoryDatabase
  readonly #settings = new Map<string, DirectorySettings>()
  readonly #resources = new Map<string, DirectoryResource>()
  readonly #hadOnce = new Set<string>()

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async readSettings(organization: string): Promise<DirectorySettings | undefined> {
    await this.#database.request('readSettings')
    return structuredClone(this.#settings.get(organization))
  }

  async putSettings(settings: DirectorySettings): Promise<void> {
    await this.#database.request('putSettings')
    this.#settings.set(settings.organization, structuredClone(settings))
  }

  async readResources(
    organization: string,
    kind: ResourceKind,
    ids: readonly string[],
  ): Promise<readonly DirectoryResource[]> {
    if (ids.length === 0) return []
    await this.#database.request('readResources')
    return [...new Set(ids)].flatMap((id) => structuredClone(this.#resources.get(nameOf(organization, kind, id)) ?? []))
  }

  async findOwners(
    organization: string,
    kind: ResourceKind,
    names: readonly { readonly attribute: NameAttribute; readonly value: string }[],
  ): Promise<readonly NameOwners[]> {
    if (names.length === 0) return []
    await this.#database.request('findOwners')
    return names.map(({ attribute, value }) => {
      const key = nameKey(attribute, value)
      const owners = this.#owners({ organization, kind }, attribute, key)
      return owners.length > 0 || this.#hadOnce.has(nameOf(organization, kind, attribute, key)) ? owners : undefined
    })
  }

  async listResources(
    organization: string,
    kind: ResourceKind,
    { after = '', limit }: { readonly after?: string; readonly limit: number },
  ): Promise<{ readonly resources: readonly DirectoryResource[]; readonly next?: string }> {
    await this.#database.request('listResources')
    const all = this.#all(organization, kind).filter(({ id }) => id > after)
    const page = all.slice(0, limit)
    const last = page.at(-1)
    const resources = structuredClone(page.filter(({ deleted }) => !deleted))
    return last === undefined || page.length === all.length ? { resources } : { resources, next: last.id }
  }

  async listMembers(organization: string, group: string): Promise<readonly string[]> {
    await this.#database.request('listMembers')
    return this.#all(organization, 'user').flatMap(({ id, groups }) => (groups.includes(group) ? id : []))
  }

  async createResource({ organization, kind, id, attributes }: NewResource): Promise<DirectoryWrite> {
    await this.#database.request('createResource')
    if (this.#resources.has(nameOf(organization, kind, id))) return { outcome: 'conflict' }
    const now = this.#database.clock()
    const times = { createdAt: now, modifiedAt: now, revision: 1, contentRevision: 1 }
    return this.#write({ organization, kind, id, attributes, ...times, deleted: false, groups: [] })
  }

  async replaceResource(replacement: NewResource & { readonly revision: number }): Promise<DirectoryWrite> {
    await this.#database.request('replaceResource')
    const stored = this.#at(replacement)
    if (stored === undefined) return { outcome: 'conflict' }
    return this.#write(
      this.#changed(stored, {
        attributes: replacement.attributes,
        ...formerNames(stored, replacement.attributes),
        contentRevision: stored.revision + 1,
      }),
    )
  }

  async deleteResource(
    organization: string,
    kind: ResourceKind,
    id: string,
    revision: number,
  ): Promise<DirectoryWrite> {
    await this.#database.request('deleteResource')
    const stored = this.#at({ organization, kind, id, revision })
    if (stored === undefined) return { outcome: 'conflict' }
    for (const group of stored.groups) {
      const left = this.#resources.get(nameOf(organization, 'group', group))
      if (left !== undefined) this.#put(this.#changed(left, {}))
    }
    const formerly = namesAsWritten(kind, stored.attributes)
    const tombstone = { deleted: true, attributes: {}, groups: [], formerly, contentRevision: stored.revision + 1 }
    return this.#write(this.#changed(stored, tombstone))
  }

  async emptyDeletedGroup(organization: string, group: string): Promise<void> {
    await this.#database.request('emptyDeletedGroup')
    const members = this.#all(organization, 'user').filter(({ groups }) => groups.includes(group))
    for (const user of members) this.#put(this.#changed(user, { groups: user.groups.filter((each) => each !== group) }))
  }

  async changeMembers({
    organization,
    group: id,
    add,
    remove,
  }: MembershipChange): Promise<
    { readonly outcome: 'changed'; readonly users: readonly DirectoryResource[] } | { readonly outcome: 'conflict' }
  > {
    await this.#database.request('changeMembers')
    const group = this.#resources.get(nameOf(organization, 'group', id))
    if (group === undefined || group.deleted) return { outcome: 'conflict' }
    const users: DirectoryResource[] = []
    for (const [ids, isIn] of [
      [remove, false],
      [add, true],
    ] as const) {
      for (const each of new Set(ids)) {
        const user = this.#resources.get(nameOf(organization, 'user', each))
        if (user === undefined || user.deleted || user.groups.includes(id) === isIn) continue
        const groups = isIn ? [...user.groups, id].sort() : user.groups.filter((other) => other !== id)
        users.push(this.#put(this.#changed(user, { groups })))
      }
    }
    if (users.length > 0) this.#put(this.#changed(group, {}))
    return { outcome: 'changed', users: structuredClone(users) }
  }

  #write(after: DirectoryResource): DirectoryWrite {
    for (const [attribute, value] of namesOf(after.kind, after.attributes)) {
      const others = this.#owners(after, attribute, value).filter((id) => id !== after.id)
      if (others.length > 0 && uniqueAttributes[after.kind].includes(attribute)) return { outcome: 'taken', attribute }
    }
    return { outcome: 'written', resource: structuredClone(this.#put(after)) }
  }

  #put(resource: DirectoryResource): DirectoryResource {
    const { organization, kind, id, attributes } = resource
    this.#resources.set(nameOf(organization, kind, id), structuredClone(resource))
    for (const [attribute, value] of namesOf(kind, attributes)) {
      this.#hadOnce.add(nameOf(organization, kind, attribute, value))
    }
    return resource
  }

  #changed(stored: DirectoryResource, change: Partial<DirectoryResource>): DirectoryResource {
    const modifiedAt = Math.max(stored.modifiedAt, this.#database.clock())
    return { ...stored, ...change, revision: stored.revision + 1, modifiedAt }
  }

  #at({
    organization,
    kind,
    id,
    revision,
  }: Pick<DirectoryResource, 'organization' | 'kind' | 'id' | 'revision'>): DirectoryResource | undefined {
    const stored = this.#resources.get(nameOf(organization, kind, id))
    return stored === undefined || stored.deleted || stored.revision !== revision ? undefined : stored
  }

  #owners(
    { organization, kind }: Pick<DirectoryResource, 'organization' | 'kind'>,
    attribute: NameAttribute,
    value: string,
  ): readonly string[] {
    return this.#all(organization, kind).flatMap(({ id, attributes }) =>
      namesOf(kind, attributes).get(attribute) === value ? id : [],
    )
  }

  #all(organization: string, kind: ResourceKind): readonly DirectoryResource[] {
    return [...this.#resources.values()]
      .filter((each) => each.organization === organization && each.kind === kind)
      .sort((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0))
  }
}
