import type { DirectoryResource, DirectorySettings, ResourceKind } from '../../domain/directory/resource.ts'

export type { DirectoryResource, DirectorySettings, ResourceKind }

/** What the directory that SCIM clients fill needs from outside. One contract suite runs against each implementation. */

/** Attributes by which a resource is found in one read; which of them are unique is said by `uniqueAttributes`. */
export type NameAttribute = 'userName' | 'externalId' | 'displayName'

/** Per kind, the attributes that are found by value. `userName` is compared without regard to case (RFC 7643 section 4.1.1). */
export const nameAttributes = {
  user: ['userName', 'externalId'],
  group: ['displayName', 'externalId'],
} as const satisfies Record<ResourceKind, readonly NameAttribute[]>

/** A value of these belongs to one resource of the organization at most: a user's account must not be two people's. */
export const uniqueAttributes: Readonly<Record<ResourceKind, readonly NameAttribute[]>> = {
  user: ['userName', 'externalId'],
  group: [],
}

export type NewResource = Pick<DirectoryResource, 'organization' | 'kind' | 'id' | 'attributes'>

/** `taken`: a unique attribute's value belongs to another resource. `conflict`: the resource is no longer at this revision. */
export type DirectoryWrite =
  | { readonly outcome: 'written'; readonly resource: DirectoryResource }
  | { readonly outcome: 'taken'; readonly attribute: NameAttribute }
  | { readonly outcome: 'conflict' }

/** Who has a value: ids, ascending. `[]`: somebody had it once. Absent: nobody ever had. */
export type NameOwners = readonly string[] | undefined

export interface MembershipChange {
  readonly organization: string
  readonly group: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

/** What holds where an organization has decided nothing. */
export const defaultSettings = { account: 'externalId', groupRoles: [], announceRoles: false } as const

/** Users and groups per organization. Every read is strongly consistent; an id of another organization does not exist. */
export interface DirectoryStore {
  readSettings(organization: string): Promise<DirectorySettings | undefined>
  putSettings(settings: DirectorySettings): Promise<void>

  /** Tombstones too; ids that never existed are absent from the answer. In no order. */
  readResources(organization: string, kind: ResourceKind, ids: readonly string[]): Promise<readonly DirectoryResource[]>
  /** Who has each of these values, in their order: one request for up to 100. */
  findOwners(
    organization: string,
    kind: ResourceKind,
    names: readonly { readonly attribute: NameAttribute; readonly value: string }[],
  ): Promise<readonly NameOwners[]>
  /**
   * The next resources by ascending id, without tombstones: at most `limit`, perhaps fewer, even none. Only the absence
   * of `next` says that there are no more; it is the id to go on from.
   */
  listResources(
    organization: string,
    kind: ResourceKind,
    page: { readonly after?: string; readonly limit: number },
  ): Promise<{ readonly resources: readonly DirectoryResource[]; readonly next?: string }>
  /** Ids of the users in a group, ascending. */
  listMembers(organization: string, group: string): Promise<readonly string[]>

  createResource(resource: NewResource): Promise<DirectoryWrite>
  /** Replaces the attributes of what is still at `revision`. */
  replaceResource(resource: NewResource & { readonly revision: number }): Promise<DirectoryWrite>
  /**
   * Leaves a tombstone with the names it had, and frees them. A user is out of every group then; where that takes more than one
   * transaction and is cut off, the user still exists, and is not active. The members of a group stay listed until `emptyDeletedGroup`.
   */
  deleteResource(organization: string, kind: ResourceKind, id: string, revision: number): Promise<DirectoryWrite>
  /** Forgets who was in a deleted group: it gives nothing already, so nothing depends on this coming to its end. */
  emptyDeletedGroup(organization: string, group: string): Promise<void>
  /**
   * Takes users out of a group, then puts users into it, some dozens in one transaction: a change that is cut off in between is
   * repeated by repeating it. Users that do not exist are left out. `conflict`: there is no such group (any more). Answers the
   * users whose memberships changed, as they are now.
   */
  changeMembers(
    change: MembershipChange,
  ): Promise<
    { readonly outcome: 'changed'; readonly users: readonly DirectoryResource[] } | { readonly outcome: 'conflict' }
  >
}

/** A bearer token of a SCIM client as it is kept: its hash, never itself. Times are epoch milliseconds. */
export interface ScimToken {
  readonly organization: string
  /** What people call it. */
  readonly id: string
  /** SHA-256 of the token, base64url. */
  readonly hash: string
  readonly createdAt: number
  readonly expiresAt: number
}

/** How many tokens an organization may have in use: one, and the next while they are exchanged. */
export const activeTokens = 2

export interface ScimTokenStore {
  /** By the hash alone, so nothing is compared that a caller could probe. Expired ones are absent. */
  findToken(hash: string, now: number): Promise<ScimToken | undefined>
  /** Those that have not expired, oldest first. */
  listTokens(organization: string, now: number): Promise<readonly ScimToken[]>
  /** `too_many`: as many as may be in use already are. */
  addToken(token: ScimToken): Promise<'added' | 'too_many'>
  revokeToken(organization: string, id: string): Promise<'revoked' | 'absent'>
}
