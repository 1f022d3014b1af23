import type { JsonObject } from '../scim/json.ts'

export type ResourceKind = 'user' | 'group'

/**
 * A user or a group as a client made it. A deleted one stays as a tombstone with its revision, so that no write that was
 * based on an older state brings it back.
 */
export interface DirectoryResource {
  readonly organization: string
  readonly kind: ResourceKind
  /** Issued by us, never used twice. */
  readonly id: string
  /** Rises with every change, of memberships too. */
  readonly revision: number
  /** The revision at which `attributes` last changed: memberships leave it alone. */
  readonly contentRevision: number
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly modifiedAt: number
  readonly deleted: boolean
  /** SCIM attributes under their schema's spelling; without `id`, `meta`, `schemas`, `groups` and `members`. Empty once deleted. */
  readonly attributes: JsonObject
  /** Groups a user is a direct member of, ascending; some may be deleted by now. Always empty for a group. */
  readonly groups: readonly string[]
  /** The names it had before they last changed or it was deleted, so that whoever repeats that change ends what was begun. */
  readonly formerly?: JsonObject
}

/** Which attribute of a user is the account, the `sub` of the identity provider's tokens. */
export type AccountAttribute = 'externalId' | 'userName' | 'id'

/** What an organization has decided for its directory. */
export interface DirectorySettings {
  readonly organization: string
  readonly account: AccountAttribute
  /** Roles (`<application>/<role>`) that groups of this display name give their members, beside those of the group itself. */
  readonly groupRoles: readonly { readonly displayName: string; readonly roles: readonly string[] }[]
  /** Whether /ResourceTypes lists the resource types by which a client finds out the roles there are. */
  readonly announceRoles: boolean
}
