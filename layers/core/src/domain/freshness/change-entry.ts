import { removesAnything } from '../assignment/apply-statement.ts'
import { neverConfirmed } from '../assignment/marks.ts'
import type { CustomRole, Organization } from '../assignment/organization.ts'
import type { AccountRecord, RoleAssignment } from '../assignment/statement.ts'
import { roleChangesRemoveAnything } from '../catalog/role-changes.ts'
import { tokenLife } from './token-life.ts'

interface Change {
  /** When the change was written, epoch milliseconds by the writer's clock. */
  readonly at: number
}

interface Revised extends Change {
  /** Tokens minted from a lower revision of what the scope names are stale. */
  readonly revision: number
}

interface Confirmed extends Change {
  /** Tokens whose assignment was confirmed no later than this are stale. Epoch milliseconds. */
  readonly confirmedUntil: number
}

interface Issued extends Change {
  /** The first second, as epoch seconds, in which a token must have been issued. */
  readonly issuedFrom: number
}

/**
 * One entry of the change log: something was taken away, so that tokens minted before may say too much.
 * `account` compares with the account's version, `organization` with the organization's revision (only in tokens for
 * `application`, where it is given). `confirmation`: what the identity admin had confirmed of an account no longer counts.
 * `application`: a catalog takes something away; the operators write it. `key`: no token of this `kid` is accepted.
 */
export type ChangeEntry =
  | (Revised & { readonly scope: 'account'; readonly organization: string; readonly account: string })
  | (Confirmed & { readonly scope: 'confirmation'; readonly organization: string; readonly account: string })
  | (Revised & { readonly scope: 'organization'; readonly organization: string; readonly application?: string })
  | (Issued & { readonly scope: 'application'; readonly application: string })
  | (Revised & { readonly scope: 'key'; readonly kid: string })

/** An entry shows at most this long after its `at`: clocks 5 s apart, and a write given up within 5 s. Milliseconds. */
export const changeOverlapMs = 10_000

/** An entry matters while a token minted before it may live; a minute more for clocks and for writes that show late. */
export const changeRetentionSeconds = tokenLife.most + 60

/**
 * What the log must say of a change of an account's record: that it can take something away, or that its confirmation no
 * longer counts (the source knows no such account, or a hint says that something changed there).
 */
export function accountChanges(
  before: AccountRecord | undefined,
  after: AccountRecord,
  { at, mayNarrow }: { readonly at: number; readonly mayNarrow: (added: RoleAssignment) => boolean },
): readonly ChangeEntry[] {
  if (before === undefined) return []
  const { organization, account, version } = after
  const subject = { organization, account, at }
  const { confirmedAt: confirmedUntil } = before
  const withdrawn = confirmedUntil !== neverConfirmed && after.confirmedAt === neverConfirmed
  return [
    ...(removesAnything(before, after, mayNarrow)
      ? [{ scope: 'account', ...subject, revision: version } satisfies ChangeEntry]
      : []),
    ...(withdrawn ? [{ scope: 'confirmation', ...subject, confirmedUntil } satisfies ChangeEntry] : []),
  ]
}

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
