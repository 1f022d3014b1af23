/** How old what is known of removals may be. Milliseconds, ascending. */
export interface FreshnessAges {
  /** An older copy of the feed is read on, in the background. */
  readonly pollMs: number
  /** The promise: with an older copy a request waits for the read, unless its token is younger. */
  readonly boundMs: number
  /** When the feed cannot be read: older than this, what may write is refused, */
  readonly refuseWritesAfterMs: number
  /** and older than this everything. */
  readonly refuseAllAfterMs: number
}

export const defaultAges: FreshnessAges = {
  pollMs: 5_000,
  boundMs: 10_000,
  refuseWritesAfterMs: 60_000,
  refuseAllAfterMs: 300_000,
}

/** Clocks of the token service and of a reader may differ by this much; a token from further ahead is not taken for young. */
export const clockToleranceMs = 5_000

/**
 * How old what is known of a token is: since it was issued, or since the feed was read that says nothing against it, whichever
 * is younger. Epoch milliseconds; times in the future say nothing.
 */
export function ageOf(issuedAtMs: number, asOf: number, now: number): number {
  const sinceIssued = now - issuedAtMs
  const sinceRead = now - asOf
  const own = sinceIssued < -clockToleranceMs ? Number.POSITIVE_INFINITY : sinceIssued
  return Math.min(own, sinceRead < 0 ? Number.POSITIVE_INFINITY : sinceRead)
}

/** @throws {RangeError} unless they ascend. */
export function checkAges(ages: FreshnessAges): FreshnessAges {
  const { pollMs, boundMs, refuseWritesAfterMs, refuseAllAfterMs } = ages
  const ascend = 0 < pollMs && pollMs <= boundMs && boundMs <= refuseWritesAfterMs
  if (!ascend || !(refuseWritesAfterMs <= refuseAllAfterMs)) throw new RangeError('freshness ages must ascend')
  return ages
}
