import { removesAnything } from '../assignment/apply-statement.ts'
import { customRoleName } from '../assignment/role-names.ts'
import type { AccountRecord } from '../assignment/statement.ts'
import { roleChangeRemovesAnything } from '../freshness/change-entry.ts'
import { kindOf, without } from './content.ts'
import type { ItemChange, StreamChange } from './item-change.ts'

/** `Permissions Changed`: what an account may do in some applications may be different from before. */
export interface PermissionsChanged {
  readonly type: 'Permissions Changed'
  readonly organization: string
  readonly account: string
  /** Of the account's statement: that of `rev` in tokens. Of two events about an account the higher one is the later. */
  readonly version: number
  /** Absent for an account that was not known before. */
  readonly previousVersion?: number
  /** The applications whose roles changed, ascending. */
  readonly applications: readonly string[]
  /** Also those that are not named: the account became active or inactive, is new, or its source stands by it no longer or again. */
  readonly everyApplication: boolean
  /** False only where nothing was taken away. */
  readonly mayRemove: boolean
  /** Epoch milliseconds, to the second. */
  readonly changedAt: number
}

/** `Role Changed`: a custom role was created, changed or deleted. */
export interface RoleChanged {
  readonly type: 'Role Changed'
  readonly organization: string
  readonly application: string
  /** As assignments name it: `custom:<id>`. */
  readonly role: string
  readonly change: 'created' | 'changed' | 'deleted'
  /** The role's revision after the change; of a deleted role its last one. */
  readonly revision: number
  readonly mayRemove: boolean
  /** Epoch milliseconds, to the second. */
  readonly changedAt: number
}

/** What product teams are told. It says that something changed and never what is granted: who wants to know asks for a token. */
export type OutboundEvent = PermissionsChanged | RoleChanged

/** `undefined`: nobody has to be told. An account item that an operator deletes is pulled anew, and then told of. */
export function outboundEventOf({ change, at }: StreamChange): OutboundEvent | undefined {
  const kind = kindOf(change)
  if (kind === 'unchanged' || change.kind === 'organization') return undefined
  if (change.kind === 'role') return roleChanged(change, at)
  return change.after === undefined ? undefined : permissionsChanged(change.before, change.after, at, kind)
}

function permissionsChanged(
  before: AccountRecord | undefined,
  after: AccountRecord,
  changedAt: number,
  kind: string,
): PermissionsChanged {
  const had = before?.roles ?? []
  const moved = [...without(had, after.roles), ...without(after.roles, had)]
  return {
    type: 'Permissions Changed',
    organization: after.organization,
    account: after.account,
    version: after.version,
    ...(before !== undefined && { previousVersion: before.version }),
    applications: [...new Set(moved.map(({ application }) => application))].sort(),
    everyApplication: before?.status !== after.status || kind === 'withdrawn' || kind === 'reinstated',
    // Whether an added role narrows is the catalogs' to say: where roles were added to others, it cannot be excluded.
    mayRemove: kind === 'withdrawn' || removesAnything(before, after, () => true),
    changedAt,
  }
}

function roleChanged(
  { organization, application, id, before, after }: ItemChange & { readonly kind: 'role' },
  changedAt: number,
): RoleChanged {
  return {
    type: 'Role Changed',
    organization,
    application,
    role: customRoleName(id),
    change: before === undefined ? 'created' : after === undefined ? 'deleted' : 'changed',
    revision: after?.revision ?? before?.revision ?? 0,
    mayRemove: roleChangeRemovesAnything(before, after),
    changedAt,
  }
}
