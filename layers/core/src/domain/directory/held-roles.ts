import type { Organization } from '../assignment/organization.ts'
import { canonicalAssignments } from '../assignment/role-names.ts'
import type { RoleAssignment } from '../assignment/statement.ts'
import { isObject, type Json, listOf } from '../scim/json.ts'
import type { DirectoryResource, DirectorySettings } from './resource.ts'
import { readAssignment, readRoleEntry } from './role-values.ts'
import { groupSchema } from './schema-names.ts'

/** What a user of the directory holds, by itself and by its groups; `unmapped` counts entries that stand for no role. */
export interface HeldRoles {
  readonly roles: readonly RoleAssignment[]
  readonly unmapped: number
}

/** Which account a user is; `undefined` where the attribute that says so is missing. */
export function accountNameOf(
  user: DirectoryResource,
  { account }: Pick<DirectorySettings, 'account'>,
): string | undefined {
  if (account === 'id') return user.id
  const value = user.attributes[account]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Only what was said to be active is: neither a missing attribute nor anything but `true`. */
export function isActive(user: DirectoryResource): boolean {
  return !user.deleted && user.attributes['active'] === true
}

/** `roles` and `entitlements` of the user, and what its groups give. Groups that are deleted give nothing. */
export function heldRoles(
  user: DirectoryResource,
  groups: readonly DirectoryResource[],
  settings: Pick<DirectorySettings, 'groupRoles'>,
): HeldRoles {
  const own = [...listOf(user.attributes['roles']), ...listOf(user.attributes['entitlements'])]
  const entries = [...own, ...groups.flatMap((group) => rolesOfGroup(group, settings))]
  const assignments = entries.map(readRoleEntry)
  const roles = canonicalAssignments(assignments.filter((each) => each !== undefined))
  return { roles, unmapped: assignments.filter((each) => each === undefined).length }
}

/** The entries of `roles` in the group's extension, and those that the organization's settings give its name. */
export function rolesOfGroup(group: DirectoryResource, { groupRoles }: Pick<DirectorySettings, 'groupRoles'>): Json[] {
  if (group.deleted) return []
  const extension = group.attributes[groupSchema]
  const own = isObject(extension) ? extension['roles'] : []
  const byName = groupRoles.filter(({ displayName }) => displayName === group.attributes['displayName'])
  return [...listOf(own), ...byName.flatMap(({ roles }) => roles.map((value) => ({ value })))]
}

/** No role of this name exists, so whoever holds it is refused where it is held. */
const unreadable = 'unreadable'

/**
 * Identity providers push users before the groups that bring their roles, and may leave roles out that they cannot express: that a
 * user has no entry is never the complete word of the source. So where the organization has opted into "no role means
 * everything", a user without roles in an application is kept out of it instead.
 */
export function withoutDefaultFull(
  { roles }: Pick<HeldRoles, 'roles'>,
  organization: Pick<Organization, 'applications'> | undefined,
): readonly RoleAssignment[] {
  const open = Object.entries(organization?.applications ?? {}).filter(([, { defaultFull }]) => defaultFull)
  const kept = open
    .map(([application]) => ({ application, role: unreadable }))
    .filter(({ application }) => !roles.some((each) => each.application === application))
  return canonicalAssignments([...roles, ...kept])
}

/** Whether settings name only roles that can be read. */
export function areAssignments(values: readonly string[]): boolean {
  return values.every((value) => readAssignment(value) !== undefined)
}
