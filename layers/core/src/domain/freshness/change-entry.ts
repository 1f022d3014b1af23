import type { CustomRole, Organization } from '../assignment/organization.ts'
import { roleChangesRemoveAnything } from '../catalog/role-changes.ts'
import { tokenLife } from './token-life.ts'

interface Change {
  /** Tokens minted from a lower revision of what the scope names are stale. */
  readonly revision: number
  /** When the change was written, epoch milliseconds by the writer's clock. */
  readonly at: number
}

/**
 * One entry of the change log: something was taken away, so that tokens minted before may say too much.
 * `account` compares with the account's version, `organization` with the organization's revision (only in tokens for
 * `application`, where it is given), `application` with the catalog's epoch. `key`: no token of this `kid` is accepted.
 */
export type ChangeEntry =
  | (Change & { readonly scope: 'account'; readonly organization: string; readonly account: string })
  | (Change & { readonly scope: 'organization'; readonly organization: string; readonly application?: string })
  | (Change & { readonly scope: 'application'; readonly application: string })
  | (Change & { readonly scope: 'key'; readonly kid: string })

/** An entry shows at most this long after its `at`: clocks 5 s apart, and a write of about 3 s. Milliseconds. */
export const changeOverlapMs = 10_000

/** An entry matters while a token minted before it may live; a minute more for clocks and for writes that show late. */
export const changeRetentionSeconds = tokenLife.most + 60

/**
 * Whether a change of settings can take something away: another issuer or identity admin; an application, a feature, default-full access or
 * something a role grants gone.
 */
export function settingsRemoveAnything(before: Organization | undefined, after: Organization): boolean {
  if (before === undefined) return false
  if (before.issuer !== after.issuer || before.identityAdmin !== after.identityAdmin) return true
  return Object.entries(before.applications).some(([application, had]) => {
    if (!Object.hasOwn(after.applications, application)) return true
    const has = after.applications[application]
    if (has === undefined || (had.defaultFull && !has.defaultFull)) return true
    if (roleChangesRemoveAnything(had.roleChanges, has.roleChanges)) return true
    return had.features.some((feature) => !has.features.includes(feature))
  })
}

/** Whether a change of a custom role can take something from its holders. Deleting (`after` absent) always can. */
export function roleChangeRemovesAnything(before: CustomRole | undefined, after: CustomRole | undefined): boolean {
  if (before === undefined) return false
  if (after === undefined) return true
  return (
    before.grants.some((grant) => !after.grants.includes(grant)) ||
    before.gates.some((gate) => !after.gates.includes(gate))
  )
}
