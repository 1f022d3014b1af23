import { neverConfirmed } from '../assignment/apply-statement.ts'
import type { Organization } from '../assignment/organization.ts'
import { canonicalAssignments } from '../assignment/role-names.ts'
import type { AccountRecord, RoleAssignment } from '../assignment/statement.ts'
import type { ItemChange } from './item-change.ts'

/**
 * What a change comes to for those who look at it from outside. `unchanged`: only what is ours moved (a confirmation, a mark,
 * a revision). `withdrawn`: the source no longer stands by what it said; the content is as before, and grants nothing.
 */
export type ChangeKind = 'created' | 'changed' | 'deleted' | 'withdrawn' | 'unchanged'

export function kindOf(change: ItemChange): ChangeKind {
  if (change.before === undefined) return change.after === undefined ? 'unchanged' : 'created'
  if (change.after === undefined) return 'deleted'
  if (JSON.stringify(contentOf(change.kind, change.before)) !== JSON.stringify(contentOf(change.kind, change.after))) {
    return 'changed'
  }
  return change.kind === 'account' && isWithdrawn(change.before, change.after) ? 'withdrawn' : 'unchanged'
}

/** A hint takes the confirmation, too, but is no word of the source. */
function isWithdrawn(before: AccountRecord, after: AccountRecord): boolean {
  return (
    before.confirmedAt !== neverConfirmed &&
    after.confirmedAt === neverConfirmed &&
    before.dirtySince === after.dirtySince
  )
}

/** The members in which people recognize the item, in a fixed order. */
export function contentOf(kind: ItemChange['kind'], image: NonNullable<ItemChange['before']>): object {
  if ('account' in image) {
    return { version: image.version, status: image.status, roles: canonicalAssignments(image.roles) }
  }
  if ('grants' in image) {
    const { title, description, grants, gates } = image
    return { title, description, grants: [...grants].sort(), gates: [...gates].sort() }
  }
  if ('issuer' in image) return settingsOf(image)
  throw new Error(`an image of another kind than ${kind}`)
}

function settingsOf({ title, issuer, identityAdmin, applications }: Organization): object {
  const sorted = Object.entries(applications).sort(([one], [other]) => (one < other ? -1 : 1))
  return {
    title,
    issuer,
    ...(identityAdmin !== undefined && { identityAdmin }),
    applications: sorted.map(([application, { features, defaultFull, roleChanges }]) => ({
      application,
      features: [...features].sort(),
      defaultFull,
      ...(roleChanges !== undefined && { roleChanges: Object.entries(roleChanges) }),
    })),
  }
}

/** The roles by which an account is a member: none, unless it is active. */
export function memberships(record: AccountRecord | undefined): readonly RoleAssignment[] {
  return record?.status === 'active' ? canonicalAssignments(record.roles) : []
}

export function without(all: readonly RoleAssignment[], others: readonly RoleAssignment[]): readonly RoleAssignment[] {
  const named = new Set(others.map(nameOf))
  return all.filter((one) => !named.has(nameOf(one)))
}

function nameOf({ application, role }: RoleAssignment): string {
  return JSON.stringify([application, role])
}
