import { removesAnything } from '../assignment/apply-statement.ts'
import { neverConfirmed } from '../assignment/marks.ts'
import { canonicalAssignments } from '../assignment/role-names.ts'
import type { AccountRecord, RoleAssignment, SourceStatement } from '../assignment/statement.ts'

/**
 * What a page says of an account, held against what is stored:
 * - `same`: nothing to do;
 * - `unknown`: not stored so far;
 * - `wider`: a newer version that takes nothing away;
 * - `narrower`: takes something away, so it waits for the end of the walk and for the brake;
 * - `doubtful`: the source has to be asked for this one account: it contradicts itself, lies behind, counts no versions
 *   (a page is no fence), or the stored record waits for a confirmation.
 */
export type Comparison = 'same' | 'unknown' | 'wider' | 'narrower' | 'doubtful'

export interface Compared {
  readonly comparison: Comparison
  /** Roles that would be taken away; only where something would. */
  readonly loses?: number
}

/** `mayNarrow`: whether holding this added role can take something away. */
export function compareStatement(
  statement: SourceStatement,
  stored: AccountRecord | undefined,
  mayNarrow?: (added: RoleAssignment) => boolean,
): Compared {
  if (stored === undefined) return { comparison: 'unknown' }
  const same = saysTheSame(statement, stored)
  const sameVersion = statement.version === undefined || statement.version === stored.version
  if (same && sameVersion) return { comparison: stored.confirmedAt === neverConfirmed ? 'doubtful' : 'same' }
  const narrows = removesAnything(stored, { ...statement, version: stored.version }, mayNarrow)
  const loss = narrows && stored.confirmedAt !== neverConfirmed ? { loses: rolesLost(statement, stored) } : {}
  const newer = statement.version !== undefined && statement.version > stored.version
  if (!newer) return { comparison: 'doubtful', ...loss }
  // What waits for its confirmation gets it by a read of its own, begun after the hint.
  if (stored.confirmedAt === neverConfirmed) return { comparison: 'doubtful' }
  return narrows ? { comparison: 'narrower', ...loss } : { comparison: 'wider' }
}

function saysTheSame(statement: SourceStatement, stored: AccountRecord): boolean {
  const spelt = (roles: readonly RoleAssignment[]) => JSON.stringify(canonicalAssignments(roles))
  return statement.status === stored.status && spelt(statement.roles) === spelt(stored.roles)
}

function rolesLost(statement: SourceStatement, stored: AccountRecord): number {
  if (statement.status === 'inactive') return stored.roles.length
  const holds = new Set(statement.roles.map(({ application, role }) => `${application} ${role}`))
  return stored.roles.filter(({ application, role }) => !holds.has(`${application} ${role}`)).length
}
