import { clockToleranceMs, markOf } from '../freshness/policy.ts'
import { isAfterMarks, neverConfirmed } from './marks.ts'
import { canonicalAssignments, rolesIn } from './role-names.ts'
import type {
  AccountRecord,
  AccountStatement,
  RoleAssignment,
  SourceStatement,
  UnversionedStatement,
} from './statement.ts'

/** The read behind a statement: when it was started (epoch milliseconds) and the validator that came with it. */
export interface Confirmation {
  readonly confirmedAt: number
  readonly etag?: string
  /** On which way the statement came. Evidence only, kept with the content that it brought. */
  readonly statedBy?: string
}

/**
 * `applied`: `record` is what must be stored now (it may equal the stored one). `older`: a newer version is stored.
 * `conflict`: the same version is stored with another content. In the last two `record` is the stored one, unchanged.
 */
export interface Applied {
  readonly outcome: 'applied' | 'older' | 'conflict'
  readonly record: AccountRecord
}

/**
 * The version guard of every store. Only `version` orders statements: a newer one replaces the record, an older one
 * changes nothing, the same one again moves `confirmedAt` forwards only. Neither the order nor the repetition of roles
 * makes a difference, and any order and duplication of consistent statements ends in the same record.
 * Throws when the statement is about another account than the record: a bug.
 */
export function applyStatement(
  stored: AccountRecord | undefined,
  statement: AccountStatement,
  confirmation: Confirmation,
): Applied {
  if (stored === undefined) return { outcome: 'applied', record: toRecord(statement, confirmation) }
  expectSameAccount(stored, statement)
  if (statement.version > stored.version)
    return { outcome: 'applied', record: replaced(stored, statement, confirmation) }
  if (statement.version !== stored.version) return { outcome: 'older', record: stored }
  if (!saysTheSame(stored, statement)) return { outcome: 'conflict', record: stored }
  return { outcome: 'applied', record: repeated(stored, statement, confirmation) }
}

/**
 * What a source without versions says, on top of a record that nobody wrote since before the source was asked (the caller
 * sees to that): another content gets the next version, the same content moves `confirmedAt` forwards only. The version
 * never falls, so whatever was minted or logged before stays comparable.
 */
export function applyUnversioned(
  stored: AccountRecord | undefined,
  statement: UnversionedStatement,
  confirmation: Confirmation,
): Applied & { readonly outcome: 'applied' } {
  const version = (stored?.version ?? 0) + 1
  if (stored === undefined) return { outcome: 'applied', record: toRecord({ ...statement, version }, confirmation) }
  expectSameAccount(stored, statement)
  const record = saysTheSame(stored, statement)
    ? repeated(stored, statement, confirmation)
    : replaced(stored, { ...statement, version }, confirmation)
  return { outcome: 'applied', record }
}

/**
 * The mark of a hint about this record that came at `hintedAt`: also what is stored confirms nothing any more, since a pull may
 * have counted as later than an older mark, and thereby as later than it was.
 */
export function nextMark(stored: AccountRecord, hintedAt: number): number {
  const marked = Math.max(stored.dirtySince ?? 0, stored.withdrawnSince ?? 0)
  return Math.max(markOf(hintedAt, marked), stored.confirmedAt)
}

/**
 * Something changed at the source, says a hint with this mark (`nextMark`): whatever was read there at the mark or before confirms
 * nothing, also if it comes in later. The content stays, for its version, until a younger read replaces or confirms it.
 */
export function markDirty(stored: AccountRecord, mark: number): AccountRecord {
  return discounted({ ...stored, dirtySince: Math.max(stored.dirtySince ?? mark, mark) })
}

/**
 * The source says that nothing changed since `version`. `gone`: nothing of that version is stored (no record, or an
 * older one), so only a full read helps.
 */
export function applyConfirmation(
  stored: AccountRecord | undefined,
  version: number,
  confirmedAt: number,
): Applied | { readonly outcome: 'gone' } {
  if (stored === undefined || stored.version < version) return { outcome: 'gone' }
  if (stored.version > version) return { outcome: 'older', record: stored }
  return { outcome: 'applied', record: confirmed(stored, { confirmedAt }) }
}

/**
 * The source, asked at `askedAt` (by then it is `now`), knows no such account or contradicts itself: what is stored counts as never confirmed,
 * so that nothing falls back on it, until the source confirms it again. A younger confirmation stays. `gone`: nothing is stored.
 */
export function withdrawConfirmation(
  stored: AccountRecord | undefined,
  askedAt: number,
  now: number,
): Applied | { readonly outcome: 'gone' } {
  if (stored === undefined) return { outcome: 'gone' }
  if (stored.confirmedAt > askedAt) return { outcome: 'older', record: stored }
  const { etag: _, ...record } = stored
  // Later than any clock may say that a statement from before was made; a question that counts as later than a mark is so already.
  const withdrawnSince = Math.max(stored.withdrawnSince ?? 0, askedAt, Math.min(askedAt, now) + clockToleranceMs)
  return { outcome: 'applied', record: { ...record, confirmedAt: neverConfirmed, withdrawnSince } }
}

/**
 * Whether going from one statement to the next can take something away, so that tokens minted before must be cut off:
 * the account becomes inactive, a role is gone, or an application gets its first role (which ends default-full access).
 * `mayNarrow` says of an added role whether holding it can take something away; without it, added roles only add.
 */
export function removesAnything(
  before: AccountStatement | undefined,
  after: AccountStatement,
  mayNarrow: (added: RoleAssignment) => boolean = () => false,
): boolean {
  if (before === undefined) return false
  if (before.status === 'active' && after.status === 'inactive') return true
  const applications = new Set([...before.roles, ...after.roles].map(({ application }) => application))
  for (const application of applications) {
    const held = rolesIn(application, before.roles)
    const holds = rolesIn(application, after.roles)
    if (held.length === 0 || held.some((role) => !holds.includes(role))) return true
    if (holds.some((role) => !held.includes(role) && mayNarrow({ application, role }))) return true
  }
  return false
}

function toRecord(statement: AccountStatement, { confirmedAt, etag, statedBy }: Confirmation): AccountRecord {
  const { organization, account, version, status, occurredAt } = statement
  const roles = canonicalAssignments(statement.roles)
  return {
    ...{ organization, account, version, status, roles, occurredAt, confirmedAt },
    ...(etag !== undefined && { etag }),
    ...(statedBy !== undefined && { statedBy }),
  }
}

/** Another content; the marks stay. */
function replaced(stored: AccountRecord, statement: AccountStatement, confirmation: Confirmation): AccountRecord {
  const { dirtySince, withdrawnSince } = stored
  return discounted({
    ...toRecord(statement, confirmation),
    ...(dirtySince !== undefined && { dirtySince }),
    ...(withdrawnSince !== undefined && { withdrawnSince }),
  })
}

/** The same content once more. */
function repeated(stored: AccountRecord, statement: SourceStatement, confirmation: Confirmation): AccountRecord {
  const occurredAt = Math.min(stored.occurredAt, statement.occurredAt)
  return { ...confirmed(stored, confirmation), occurredAt }
}

function confirmed(stored: AccountRecord, { confirmedAt, etag }: Confirmation): AccountRecord {
  const later = confirmedAt > stored.confirmedAt
  const validator = later ? (etag ?? stored.etag) : (stored.etag ?? etag)
  const record = discounted({ ...stored, confirmedAt: later ? confirmedAt : stored.confirmedAt })
  return validator === undefined ? record : { ...record, etag: validator }
}

/** The record as its own marks leave it. The validator stays: what it confirms later, a later read confirms. */
function discounted(record: AccountRecord): AccountRecord {
  return isAfterMarks(record) ? record : { ...record, confirmedAt: neverConfirmed }
}

function expectSameAccount(stored: AccountRecord, statement: SourceStatement): void {
  if (stored.organization !== statement.organization || stored.account !== statement.account) {
    throw new Error('a statement was applied to the record of another account')
  }
}

function saysTheSame(stored: AccountRecord, statement: SourceStatement): boolean {
  const before = canonicalAssignments(stored.roles)
  const after = canonicalAssignments(statement.roles)
  return (
    stored.status === statement.status &&
    before.length === after.length &&
    before.every(({ application, role }, index) => {
      const other = after[index]
      return other?.application === application && other.role === role
    })
  )
}
