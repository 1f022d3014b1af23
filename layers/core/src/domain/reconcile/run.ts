import type { UnknownReason } from '../assignment/state.ts'
import type { Tally } from './brake.ts'
import type { Walk, WalkFault } from './walk.ts'

/**
 * One reconciliation of one organization with its source.
 *
 *   open → sweep → walk → match → settle → done
 *            │       │       │       │
 *            └───────┴── waiting ────┘   the source gave no answer: again later, from the same place
 *                            │
 *                         braked         much would be taken away: a person releases exactly this run, or stops it
 *   failed: the source could not be walked or asked to the end. stopped: by a person.
 */
export interface Run {
  readonly organization: string
  readonly run: string
  readonly reason: 'due' | 'hinted' | 'requested'
  readonly state: 'running' | 'waiting' | 'braked' | 'done' | 'failed' | 'stopped'
  readonly phase: 'open' | 'sweep' | 'walk' | 'match' | 'settle'
  /** Why it waits, brakes or has failed. Kept when it goes on, until something else is to be said. */
  readonly code?: RunCode
  /** Times are epoch milliseconds. */
  readonly startedAt: number
  readonly updatedAt: number
  /** When the schedule looks at it again, whatever happened in between. */
  readonly wakeAt?: number
  /** Who is at work on it; nobody else touches it before. */
  readonly lease?: { readonly holder: string; readonly until: number }
  /** Answers of the source in a row that were none. */
  readonly failures: number
  readonly walk: Walk
  /** What was held when the run began, by accounts that count. */
  readonly held: Tally
  /** What the run would take away, as far as is known. */
  readonly losing: Tally
  /** Some of those who would lose something: for the person who is asked. */
  readonly examples: readonly string[]
  readonly counts: RunCounts
  /** Accounts that the source is asked for one by one: chunks written, the chunk in hand, and how far it is done. */
  readonly suspects: { readonly chunks: number; readonly chunk: number; readonly done: number }
  /** The bucket to be matched next, from 0. */
  readonly bucket: number
  /** Buckets whose digests agreed at the end of the walk. */
  readonly agreeing: number
  /** Why nothing is concluded from what the walk did not show, if so; the run then ends as failed. */
  readonly distrust?: RunCode
  readonly release?: { readonly by: string; readonly at: number }
  readonly requestedBy?: string
  /** What the last receipt of zero drift speaks of; before there is one, when the first run began. */
  readonly soundAsOf: number
  /** Rises with every write; guards it. 0: not stored yet. */
  readonly revision: number
}

export interface RunCounts {
  /** Accounts compared that were as the source says. */
  readonly same: number
  /** Not stored before, and now are. */
  readonly created: number
  /** Repaired from the page: something was added. */
  readonly widened: number
  /** Asked for one by one. */
  readonly asked: number
  /** Of those: changed what is stored. */
  readonly repaired: number
  /** Of those: no longer confirmed, because the source knows no such account or contradicts itself. */
  readonly withdrawn: number
  /** As the source says after all, mostly found out without asking. */
  readonly agreed: number
  /** Listed nowhere, and yet there when asked for. */
  readonly stillThere: number
  /** Could not be settled. */
  readonly left: number
}

export const noCounts: RunCounts = {
  same: 0,
  created: 0,
  widened: 0,
  asked: 0,
  repaired: 0,
  withdrawn: 0,
  agreed: 0,
  stillThere: 0,
  left: 0,
}

/** Stable codes of a run that does not simply go on. Nobody is answered with them over HTTP. */
export type RunCode =
  | UnknownReason
  | WalkFault
  | 'source_rate_limited'
  /** No account at all, although some are known. */
  | 'source_empty'
  /** Accounts that no page listed are there when asked for. */
  | 'source_ended_early'
  | 'mass_removal'
  | 'stopped_by_person'
  | 'organization_gone'

/** Why an account is asked for on its own. */
export interface Suspect {
  readonly account: string
  readonly why: 'hinted' | 'narrower' | 'doubtful' | 'unlisted' | 'changed'
  /** What the walk listed of one that says something else now: its leaf, 16 hexadecimal digits. */
  readonly leaf?: string
}

/** What is kept of a finished run. */
export interface Receipt {
  readonly organization: string
  readonly run: string
  readonly reason: Run['reason']
  /** `zero_drift`: at `asOf` or later, every account was as the source said, those included that this run repaired. */
  readonly outcome: 'zero_drift' | 'drift_left' | 'failed' | 'stopped'
  readonly code?: RunCode
  /** Before the first page of the walk was asked for, epoch milliseconds. */
  readonly asOf: number
  readonly startedAt: number
  readonly finishedAt: number
  readonly pages: number
  readonly attempts: number
  /** Accounts that the source listed. */
  readonly compared: number
  readonly buckets: { readonly agreeing: number; readonly all: number }
  /** Of all active accounts as the source listed them: the same as in another receipt if nothing changed. */
  readonly digest: string
  readonly counts: RunCounts
  readonly release?: Run['release']
}

/**
 * Accounts that were not as the source says: found, and thereof repaired. One that was not stored so far is none: it would have
 * been asked for at its first access.
 */
export function driftOf({ widened, repaired, withdrawn, left }: RunCounts): {
  readonly found: number
  readonly repaired: number
} {
  const done = widened + repaired + withdrawn
  return { found: done + left, repaired: done }
}

/** Whether there is nothing more to do for it. */
export function hasEnded({ state }: Pick<Run, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'stopped'
}
