import * as v from 'valibot'
import type {
  DirectoryResource,
  DirectorySettings,
  NameAttribute,
  ResourceKind,
} from '../../application/directory/ports.ts'
import { StoreCorrupt } from '../../application/ports.ts'
import type { JsonObject } from '../../domain/scim/json.ts'
import type { Item } from './conditions.ts'
import { directoryItemKey, directoryMemberItemKey, directoryNameItemKey, directorySettingsItemKey } from './keys.ts'
import { count, expectSame, moment, parseItem } from './parse-item.ts'

/** Attributes are kept as JSON text: what a client sent comes back to the last member, and no name is special. */
const resourceItem = v.object({
  kind: v.picklist(['directory-user', 'directory-group']),
  organization: v.string(),
  id: v.string(),
  revision: v.pipe(count, v.minValue(1)),
  contentRevision: v.pipe(count, v.minValue(1)),
  createdAt: moment,
  modifiedAt: moment,
  deleted: v.boolean(),
  attributes: v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown())),
  groups: v.array(v.string()),
  formerly: v.optional(v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()))),
})

const nameItem = v.object({
  kind: v.literal('directory-name'),
  owners: v.array(v.string()),
  revision: v.pipe(count, v.minValue(1)),
})

const memberItem = v.object({ kind: v.literal('directory-member'), user: v.string() })

const settingsItem = v.object({
  kind: v.literal('directory-settings'),
  organization: v.string(),
  account: v.picklist(['externalId', 'userName', 'id']),
  groupRoles: v.array(v.object({ displayName: v.string(), roles: v.array(v.string()) })),
  announceRoles: v.boolean(),
})

export function toResourceItem(resource: DirectoryResource): Item {
  const { kind, attributes, groups, formerly, ...rest } = resource
  return {
    ...directoryItemKey(rest.organization, kind, rest.id),
    ...rest,
    kind: `directory-${kind}`,
    attributes: JSON.stringify(attributes),
    groups: [...groups],
    ...(formerly !== undefined && { formerly: JSON.stringify(formerly) }),
  }
}

export function fromResourceItem(organization: string, kind: ResourceKind, item: Item): DirectoryResource {
  const { kind: stored, attributes, formerly, ...rest } = parseItem(resourceItem, item, 'directory resource')
  expectSame('directory resource', {
    kind: [stored, `directory-${kind}`],
    organization: [rest.organization, organization],
    id: [directoryItemKey(organization, kind, rest.id).sk, String(item['sk'])],
  })
  const names = formerly === undefined ? {} : { formerly: formerly as JsonObject }
  return { ...rest, ...names, kind, attributes: attributes as JsonObject }
}

export interface StoredName {
  readonly owners: readonly string[]
  readonly revision: number
}

export interface Name {
  readonly kind: ResourceKind
  readonly attribute: NameAttribute
  /** As it is compared. */
  readonly value: string
}

export function toNameItem(organization: string, name: Name, { owners, revision }: StoredName): Item {
  return { ...directoryNameItemKey(organization, name), kind: 'directory-name', owners: [...owners], revision }
}

export function fromNameItem(item: Item): StoredName {
  const { owners, revision } = parseItem(nameItem, item, 'directory name')
  return { owners, revision }
}

export function toMemberItem(organization: string, group: string, user: string): Item {
  return { ...directoryMemberItemKey(organization, group, user), kind: 'directory-member', user }
}

export function fromMemberItem(item: Item): string {
  return parseItem(memberItem, item, 'directory member').user
}

export function toSettingsItem(settings: DirectorySettings): Item {
  const groupRoles = settings.groupRoles.map(({ displayName, roles }) => ({ displayName, roles: [...roles] }))
  return { ...directorySettingsItemKey(settings.organization), ...settings, kind: 'directory-settings', groupRoles }
}

export function fromSettingsItem(organization: string, item: Item): DirectorySettings {
  const { kind, ...settings } = parseItem(settingsItem, item, 'directory settings')
  if (settings.organization !== organization) {
    throw new StoreCorrupt(`a stored ${kind} belongs to another organization than its key says`)
  }
  return settings
}
