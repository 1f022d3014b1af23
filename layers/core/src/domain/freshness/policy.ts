import { isAfterMarks, neverConfirmed } from '../assignment/marks.ts'
import type { Organization } from '../assignment/organization.ts'
import type { UnknownReason } from '../assignment/state.ts'
import type { AccountRecord } from '../assignment/statement.ts'

/** Ages in milliseconds. */
export interface FreshnessLimits {
  /** A confirmation this young is used without asking the identity admin. */
  readonly confirmedForMs: number
  /** When the identity admin cannot answer, a confirmation this young is still used. */
  readonly staleIfErrorMs: number
}

/** Clocks of different machines may differ by this much; a confirmation further in the future is none. */
export const clockToleranceMs = 5_000

/**
 * The mark of a hint that reached us at `hintedAt`, over the one there is: later than every read that began before it can say it
 * began, whatever its clock, and later than what pulls made of the mark before. Each hint marks anew.
 */
export function markOf(hintedAt: number, before: number | undefined): number {
  return Math.max(hintedAt + clockToleranceMs, (before ?? 0) + 1)
}

/**
 * The mark of a hint about a whole organization: later also than what a pull may have made of a mark of one of its accounts, which is
 * kept elsewhere, and of some that were laid upon the mark before.
 */
export function organizationMarkOf(hintedAt: number, before: number | undefined): number {
  return Math.max(hintedAt + 2 * clockToleranceMs + 1_000, (before ?? 0) + 50)
}

/** A pull that began after a hint counts as later than its mark, and so by this much later than it was, with clocks apart. */
const confirmedAheadMs = 3 * clockToleranceMs + 2_000

/**
 * The youngest moment at which the assignment must have been confirmed, epoch milliseconds. `arrivedAt` is when the
 * request arrived; `assignmentMaxAgeMs` is what it asked for, and only ever tightens. With 0 the confirming read must
 * have started no earlier than the request arrived.
 */
export function confirmationFloor(
  request: { readonly arrivedAt: number; readonly assignmentMaxAgeMs?: number },
  limits: FreshnessLimits,
): number {
  return request.arrivedAt - Math.min(limits.confirmedForMs, request.assignmentMaxAgeMs ?? limits.confirmedForMs)
}

/** Whether the record was confirmed at or after `floor`, after the last hint about it, and not in the future. */
export function isConfirmedSince(record: AccountRecord | undefined, floor: number, now: number): boolean {
  if (record === undefined) return false
  const { confirmedAt } = record
  if (!isAfterMarks(record)) return false
  return confirmedAt >= floor && confirmedAt <= now + confirmedAheadMs
}

/** The record as the hints about its whole organization leave it: unconfirmed, if it was read at the last one or before. */
export function underHints(record: AccountRecord, { dirtySince }: Pick<Organization, 'dirtySince'>): AccountRecord {
  if (dirtySince === undefined || record.confirmedAt > dirtySince) return record
  return { ...record, confirmedAt: neverConfirmed }
}

/** Ends of a pull after which an older confirmation may still be used: the source gave no usable answer at all. */
const noAnswer: ReadonlySet<UnknownReason> = new Set<UnknownReason>([
  'source_timeout',
  'source_unavailable',
  'source_garbage',
  'source_partial',
  'source_behind',
])

/**
 * What a pull that ended in `reason` leaves. `stale`: the record may be used although the pull did not confirm it; where the
 * request asked for an age, it is within that age too.
 * `unconfirmed`: the request asked for a younger confirmation than there is. `unknown`: nothing is known, deny with
 * `reason`. A source that said no (not found, refused, contradicting itself) is believed at once.
 */
export function afterFailedPull(
  record: AccountRecord | undefined,
  reason: UnknownReason,
  request: { readonly now: number; readonly assignmentMaxAgeMs?: number; readonly limits: FreshnessLimits },
): 'stale' | 'unconfirmed' | 'unknown' {
  if (!noAnswer.has(reason)) return 'unknown'
  const { now, assignmentMaxAgeMs: asked, limits } = request
  if (asked === 0) return 'unconfirmed'
  const floor = now - Math.min(limits.staleIfErrorMs, asked ?? limits.staleIfErrorMs)
  if (isConfirmedSince(record, floor, now)) return 'stale'
  return asked === undefined ? 'unknown' : 'unconfirmed'
}
