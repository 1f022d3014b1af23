import type { Organization } from '../assignment/organization.ts'
import { canonicalAssignments } from '../assignment/role-names.ts'
import type { AccountRecord, RoleAssignment } from '../assignment/statement.ts'
import type { ItemChange } from './item-change.ts'

/**
 * What a change comes to for those who look at it from outside. `unchanged`: only what is ours moved (a confirmation, a mark,
 * a revision). `withdrawn`: the source no longer stands by what it said; the content is as before, and grants nothing.
 * `reinstated`: it stands by it again.
 */
export type ChangeKind = 'created' | 'changed' | 'deleted' | 'withdrawn' | 'reinstated' | 'unchanged'

export function kindOf(change: ItemChange): ChangeKind {
  if (change.before === undefined) return change.after === undefined ? 'unchanged' : 'created'
  if (change.after === undefined) return 'deleted'
  if (JSON.stringify(contentOf(change.kind, change.before)) !== JSON.stringify(contentOf(change.kind, change.after))) {
    return 'changed'
  }
  return change.kind === 'account' ? standing(change.before, change.after) : 'unchanged'
}

/**
 * What became of the source's word for the same content. A hint takes the confirmation, too, and is no word of the source; after
 * one it may be said once too often that the source withdrew its word, or stands by it again, and never too seldom.
 */
function standing(before: AccountRecord, after: AccountRecord): 'withdrawn' | 'reinstated' | 'unchanged' {
  const { withdrawnSince: was, dirtySince: hinted = Number.NEGATIVE_INFINITY } = before
  const is = after.withdrawnSince
  const stood = was === undefined || before.confirmedAt > was
  if (is !== undefined && is !== was && (stood || hinted > was)) return 'withdrawn'
  return !stood && is !== undefined && after.confirmedAt > is ? 'reinstated' : 'unchanged'
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
