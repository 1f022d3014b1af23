import type { Clock } from '../ports.ts'
import type { Access } from './ports.ts'

/** A change of a role that somebody waits for. */
export interface AwaitedChange {
  /** Epoch milliseconds; absent until it is acknowledged. */
  acknowledgedAt?: number
  /** It could not be made, or nobody waits any more. */
  ended?: boolean
}

export interface WatchTerms {
  readonly awaited: Exclude<Access, 'failed'>
  /** So many accesses in a row, for so long at least, before it counts as stable. */
  readonly stable: { readonly accesses: number; readonly ms: number }
  /** Given up when it has not begun so long after the acknowledgement. */
  readonly limitMs: number
  /** Between an answer and the next access. */
  readonly everyMs: number
}

export interface WatchDependencies {
  /** One access of this caller. Settles within a deadline of its own. */
  readonly access: () => Promise<Access>
  readonly clock: Clock
  readonly pause: (ms: number) => Promise<void>
}

/** `never`: not within the limit; then `ms` is how long it was watched. */
export interface Watched {
  readonly outcome: 'stable' | 'never' | 'ended'
  /** From the acknowledgement to the answer that began the stable stretch; 0 where that came first. */
  readonly ms: number
  /** Accesses sent since the acknowledgement, up to and with that answer. */
  readonly accesses: number
  /** Those that were neither allowed nor denied. They settle nothing and break no stretch. */
  readonly failed: number
}

/**
 * One caller goes on calling until what is awaited is stable. The sample is taken by the LAST answer to the contrary: several
 * authorizers answer a caller, and an early refusal by one of them says nothing about the others.
 */
export async function watchCaller(
  { access, clock, pause }: WatchDependencies,
  change: AwaitedChange,
  { awaited, stable, limitMs, everyMs }: WatchTerms,
): Promise<Watched> {
  let accesses = 0
  let failed = 0
  let stretch: { readonly since: number; readonly accesses: number; length: number } | undefined
  for (;;) {
    if (change.ended === true) return { outcome: 'ended', ms: 0, accesses, failed }
    if (change.acknowledgedAt !== undefined) accesses++
    const answer = await access()
    const now = clock()
    if (answer === 'failed') failed++
    else if (answer !== awaited) stretch = undefined
    else {
      stretch ??= { since: now, accesses, length: 0 }
      stretch.length++
    }
    const { acknowledgedAt } = change
    if (acknowledgedAt !== undefined) {
      const ms = Math.max(0, (stretch?.since ?? now) - acknowledgedAt)
      if (ms > limitMs) return { outcome: 'never', ms: Math.max(0, now - acknowledgedAt), accesses, failed }
      if (stretch !== undefined && stretch.length >= stable.accesses) {
        const stableFor = now - Math.max(stretch.since, acknowledgedAt)
        if (stableFor >= stable.ms) return { outcome: 'stable', ms, accesses: stretch.accesses, failed }
      }
    }
    await pause(everyMs)
  }
}
