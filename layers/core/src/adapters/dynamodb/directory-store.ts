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
import { type Clock, StoreUnavailable } from '../../application/ports.ts'
import { isActive } from '../../domain/directory/held-roles.ts'
import { nameKey } from '../../domain/directory/name-key.ts'
import type { JsonObject } from '../../domain/scim/json.ts'
import { ifRevision, type Write } from './conditions.ts'
import {
  fromMemberItem,
  fromNameItem,
  fromResourceItem,
  fromSettingsItem,
  type Name,
  type StoredName,
  toMemberItem,
  toNameItem,
  toResourceItem,
  toSettingsItem,
} from './directory-item.ts'
import {
  directoryItemKey,
  directoryMemberItemKey,
  directoryMembersPartition,
  directoryNameItemKey,
  directoryPartition,
  directorySettingsItemKey,
} from './keys.ts'
import { type DynamoTable, pause } from './table.ts'

/** Writers of one group meet at its revision; each round lets one through. */
const rounds = 12

/** Each takes two items of a transaction, which has room for 100; one is for the group or the user itself. */
const membersAtOnce = 45

export class DynamoDirectoryStore implements DirectoryStore {
  readonly #table: DynamoTable
  readonly #clock: Clock

  constructor({ table, clock }: { readonly table: DynamoTable; readonly clock: Clock }) {
    this.#table = table
    this.#clock = clock
  }

  async readSettings(organization: string): Promise<DirectorySettings | undefined> {
    const item = await this.#table.get(directorySettingsItemKey(organization))
    return item === undefined ? undefined : fromSettingsItem(organization, item)
  }

  async putSettings(settings: DirectorySettings): Promise<void> {
    await this.#table.transact([{ put: toSettingsItem(settings) }])
  }

  async readResources(
    organization: string,
    kind: ResourceKind,
    ids: readonly string[],
  ): Promise<readonly DirectoryResource[]> {
    const keys = [...new Set(ids)].map((id) => directoryItemKey(organization, kind, id))
    const items = await this.#table.batchGet(keys)
    return items.map((item) => fromResourceItem(organization, kind, item))
  }

  async findOwners(
    organization: string,
    kind: ResourceKind,
    names: readonly { readonly attribute: NameAttribute; readonly value: string }[],
  ): Promise<readonly NameOwners[]> {
    const keys = names.map(({ attribute, value }) => ({ kind, attribute, value: nameKey(attribute, value) }))
    const stored = await this.#readNames(organization, keys)
    return stored.map((name) => name?.owners)
  }

  async listResources(
    organization: string,
    kind: ResourceKind,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<{ readonly resources: readonly DirectoryResource[]; readonly next?: string }> {
    const from = after === undefined ? {} : { after: directoryItemKey(organization, kind, after).sk }
    const { items, next } = await this.#table.queryPage(directoryPartition(organization, kind), { ...from, limit })
    const all = items.map((item) => fromResourceItem(organization, kind, item))
    const last = all.at(-1)
    const resources = all.filter(({ deleted }) => !deleted)
    return next === undefined || last === undefined ? { resources } : { resources, next: last.id }
  }

  async listMembers(organization: string, group: string): Promise<readonly string[]> {
    const items = await this.#table.query(directoryMembersPartition(organization, group))
    return items.map(fromMemberItem).sort()
  }

  async createResource({ organization, kind, id, attributes }: NewResource): Promise<DirectoryWrite> {
    const now = this.#clock()
    const resource: DirectoryResource = {
      organization,
      kind,
      id,
      revision: 1,
      contentRevision: 1,
      createdAt: now,
      modifiedAt: now,
      deleted: false,
      attributes,
      groups: [],
    }
    return this.#write(resource, undefined)
  }

  async replaceResource(replacement: NewResource & { readonly revision: number }): Promise<DirectoryWrite> {
    const { organization, kind, id, attributes, revision } = replacement
    const stored = await this.#read(organization, kind, id)
    if (stored === undefined || stored.deleted || stored.revision !== revision) return { outcome: 'conflict' }
    return this.#write({ ...this.#changed(stored, { attributes }), ...formerNames(stored, attributes) }, stored)
  }

  async deleteResource(
    organization: string,
    kind: ResourceKind,
    id: string,
    revision: number,
  ): Promise<DirectoryWrite> {
    let stored = await this.#read(organization, kind, id)
    if (stored === undefined || stored.deleted || stored.revision !== revision) return { outcome: 'conflict' }
    if (stored.groups.length > 0 && isActive(stored)) {
      // Groups are left one by one. Cut off on the way, an active user would hold fewer roles, or none, which may mean everything.
      const shut = await this.#write(
        this.#changed(stored, { attributes: { ...stored.attributes, active: false } }),
        stored,
      )
      if (shut.outcome !== 'written') return shut
      stored = shut.resource
    }
    for (const group of kind === 'user' ? stored.groups : []) {
      const left = await this.changeMembers({ organization, group, add: [], remove: [id] })
      stored = left.outcome === 'changed' ? (left.users[0] ?? stored) : stored
    }
    const formerly = namesAsWritten(kind, stored.attributes)
    return this.#write({ ...this.#changed(stored, { deleted: true, attributes: {}, groups: [] }), formerly }, stored)
  }

  async changeMembers({
    organization,
    group,
    add,
    remove,
  }: MembershipChange): Promise<
    { readonly outcome: 'changed'; readonly users: readonly DirectoryResource[] } | { readonly outcome: 'conflict' }
  > {
    const users = new Map<string, DirectoryResource>()
    for (const [ids, isIn] of [
      [remove, false],
      [add, true],
    ] as const) {
      for (let start = 0; start < ids.length; start += membersAtOnce) {
        const changed = await this.#changeSome(organization, group, {
          ids: ids.slice(start, start + membersAtOnce),
          isIn,
        })
        if (changed === undefined) return { outcome: 'conflict' }
        for (const user of changed) users.set(user.id, user)
      }
    }
    return { outcome: 'changed', users: [...users.values()] }
  }

  /** Puts some users into a group or takes them out, all in one transaction; `undefined` where there is no such group. */
  async #changeSome(
    organization: string,
    groupId: string,
    { ids, isIn }: { readonly ids: readonly string[]; readonly isIn: boolean },
  ): Promise<readonly DirectoryResource[] | undefined> {
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await pause(round)
      const group = await this.#read(organization, 'group', groupId)
      if (group === undefined || group.deleted) return undefined
      const users = (await this.readResources(organization, 'user', ids)).filter(
        ({ deleted, groups }) => !deleted && groups.includes(groupId) !== isIn,
      )
      if (users.length === 0) return []
      const writes: Write[] = [this.#put(this.#changed(group, {}), group.revision)]
      const changed = users.map((user) => {
        const groups = isIn ? [...user.groups, groupId].sort() : user.groups.filter((each) => each !== groupId)
        const after = this.#changed(user, { groups })
        writes.push(this.#put(after, user.revision), membership(after, groupId, isIn))
        return after
      })
      if ((await this.#table.transact(writes)).length === 0) return changed
    }
    throw new StoreUnavailable('other writers of the group were quicker again and again')
  }

  async emptyDeletedGroup(organization: string, group: string): Promise<void> {
    const ids = await this.listMembers(organization, group)
    for (let start = 0; start < ids.length; start += membersAtOnce) {
      const some = ids.slice(start, start + membersAtOnce)
      for (let round = 0; round < rounds; round += 1) {
        if (round > 0) await pause(round)
        const users = await this.readResources(organization, 'user', some)
        const writes: Write[] = some.map((user) => membershipEnd(organization, group, user))
        for (const user of users.filter(({ groups }) => groups.includes(group))) {
          const groups = user.groups.filter((each) => each !== group)
          writes.push(this.#put(this.#changed(user, { groups }), user.revision))
        }
        if ((await this.#table.transact(writes)).length === 0) break
      }
    }
  }

  /** The resource and the names it takes and frees, in one transaction. */
  async #write(after: DirectoryResource, before: DirectoryResource | undefined): Promise<DirectoryWrite> {
    const { organization, kind, id } = after
    const had = namesOf(kind, before?.attributes ?? {})
    const has = namesOf(kind, after.attributes)
    const changes = [...new Set([...had.keys(), ...has.keys()])].flatMap((attribute) => {
      const [old, value] = [had.get(attribute), has.get(attribute)]
      if (old === value) return []
      return [
        ...(old === undefined ? [] : [{ name: { kind, attribute, value: old }, takes: false }]),
        ...(value === undefined ? [] : [{ name: { kind, attribute, value }, takes: true }]),
      ]
    })
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await pause(round)
      const stored = await this.#readNames(
        organization,
        changes.map(({ name }) => name),
      )
      const writes: Write[] = [this.#put(after, before?.revision ?? 0)]
      for (const [index, { name, takes }] of changes.entries()) {
        const { owners, revision } = stored[index] ?? { owners: [], revision: 0 }
        const others = owners.filter((each) => each !== id)
        if (takes && others.length > 0 && uniqueAttributes[kind].includes(name.attribute)) {
          return { outcome: 'taken', attribute: name.attribute }
        }
        const now = { owners: takes ? [...others, id].sort() : others, revision: revision + 1 }
        writes.push({ put: toNameItem(organization, name, now), condition: ifRevision(revision) })
      }
      const failed = await this.#table.transact(writes)
      if (failed.length === 0) return { outcome: 'written', resource: after }
      if (failed.includes(0)) return { outcome: 'conflict' }
    }
    throw new StoreUnavailable('other writers of the names were quicker again and again')
  }

  async #read(organization: string, kind: ResourceKind, id: string): Promise<DirectoryResource | undefined> {
    const item = await this.#table.get(directoryItemKey(organization, kind, id))
    return item === undefined ? undefined : fromResourceItem(organization, kind, item)
  }

  async #readNames(organization: string, names: readonly Name[]): Promise<readonly (StoredName | undefined)[]> {
    const keys = names.map((name) => directoryNameItemKey(organization, name))
    const distinct = [...new Map(keys.map((key) => [key.pk, key])).values()]
    const items = new Map((await this.#table.batchGet(distinct)).map((item) => [String(item['pk']), item]))
    return keys.map(({ pk }) => {
      const item = items.get(pk)
      return item === undefined ? undefined : fromNameItem(item)
    })
  }

  #changed(
    stored: DirectoryResource,
    change: { readonly attributes?: JsonObject; readonly groups?: readonly string[]; readonly deleted?: boolean },
  ): DirectoryResource {
    const revision = stored.revision + 1
    const contentRevision = change.attributes === undefined ? stored.contentRevision : revision
    // Times never go backwards for those who order by them.
    return { ...stored, ...change, revision, contentRevision, modifiedAt: Math.max(stored.modifiedAt, this.#clock()) }
  }

  #put(resource: DirectoryResource, was: number): Write {
    return { put: toResourceItem(resource), condition: ifRevision(was) }
  }
}

function membership({ organization, id }: DirectoryResource, group: string, isIn: boolean): Write {
  return isIn ? { put: toMemberItem(organization, group, id) } : membershipEnd(organization, group, id)
}

function membershipEnd(organization: string, group: string, user: string): Write {
  // Deleting what is not there is what was wanted, too.
  return {
    remove: directoryMemberItemKey(organization, group, user),
    condition: { ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(pk)' },
  }
}
