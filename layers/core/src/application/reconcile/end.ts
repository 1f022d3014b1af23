import { mustBrake } from '../../domain/reconcile/brake.ts'
import { BucketDigests } from '../../domain/reconcile/bucket-digests.ts'
import { bucketCount } from '../../domain/reconcile/fingerprints.ts'
import type { Receipt, Run, RunCode } from '../../domain/reconcile/run.ts'
import { beginWalk } from '../../domain/reconcile/walk.ts'
import type { PageOutcome, PullFailure } from '../ports.ts'
import type { ReconcileDependencies, ReconcileRules, Step } from './step.ts'

/** A source that gave no answer so often in a row is left alone until the next run. */
const mostFailures = 10
const firstWaitMs = 2_000
const longestWaitMs = 15 * 60_000
/** Longer than this no `Retry-After` is believed. */
const longestRetryAfterMs = 60 * 60_000
/** A walk that contradicts itself is begun again so often. */
const mostAttempts = 3
const betweenAttemptsMs = 30_000

type Clocked = Pick<ReconcileDependencies, 'clock' | 'rules'>

/** The source gave no answer: the run waits, from the same place, as long as the source asked for. */
export function waitForSource(dependencies: Clocked, run: Run, code: RunCode, retryAfterMs = 0): Step {
  const failures = run.failures + 1
  if (failures > mostFailures) return endRun(dependencies, { ...run, failures, distrust: code })
  const asked = Math.min(retryAfterMs, longestRetryAfterMs)
  const wait = Math.max(asked, Math.min(firstWaitMs * 2 ** (failures - 1), longestWaitMs))
  return { run: { ...run, state: 'waiting', code, failures, wakeAt: dependencies.clock() + wait } }
}

/**
 * The walk contradicts itself: it is begun again from the first page. After a few times nothing is concluded from what it did
 * not show, and what it did show is settled account by account.
 */
export function walkAgain(dependencies: Clocked, run: Run, code: RunCode): Step {
  const { attempt } = run.walk
  if (attempt >= mostAttempts) return settleOrBrake(dependencies, { ...run, distrust: code })
  const now = dependencies.clock()
  const { suspects } = run
  return {
    run: {
      ...run,
      state: 'waiting',
      code,
      phase: 'walk',
      wakeAt: now + betweenAttemptsMs * attempt,
      walk: beginWalk(attempt + 1, now),
      losing: { accounts: 0, assignments: 0 },
      examples: [],
      counts: { ...run.counts, same: 0 },
      suspects: { chunks: suspects.chunks, chunk: suspects.chunks, done: 0 },
      bucket: 0,
      agreeing: 0,
    },
  }
}

/** Everything that has to be asked for one by one is known: a person is asked first where much would be taken away. */
export function settleOrBrake(dependencies: Clocked, run: Run): Step {
  const { losing, held } = run
  if (run.release === undefined && mustBrake(losing, held, dependencies.rules.brake)) {
    const { wakeAt: _, ...rest } = run
    return { run: { ...rest, phase: 'settle', state: 'braked', code: 'mass_removal' } }
  }
  const { chunk, chunks } = run.suspects
  return chunk < chunks ? { run: { ...run, phase: 'settle' } } : endRun(dependencies, run)
}

/** The end of a run, with its receipt. */
export function endRun(
  {
    clock,
    rules,
  }: Pick<ReconcileDependencies, 'clock'> & { readonly rules: Pick<ReconcileRules, 'everyMs' | 'againMs'> },
  run: Run,
): Step {
  const now = clock()
  const outcome = outcomeOf(run)
  const { code: _, distrust, ...rest } = run
  const said = distrust === undefined ? {} : { code: distrust }
  const ended: Run = {
    ...rest,
    ...said,
    state: outcome === 'stopped' || outcome === 'failed' ? outcome : 'done',
    soundAsOf: outcome === 'zero_drift' ? run.walk.startedAt : run.soundAsOf,
    wakeAt: now + (outcome === 'zero_drift' ? rules.everyMs : rules.againMs),
  }
  const receipt: Receipt = {
    organization: run.organization,
    run: run.run,
    reason: run.reason,
    outcome,
    ...said,
    asOf: run.walk.startedAt,
    startedAt: run.startedAt,
    finishedAt: now,
    pages: run.walk.pages,
    attempts: run.walk.attempt,
    compared: run.walk.listed,
    buckets: { agreeing: run.agreeing, all: bucketCount },
    digest: new BucketDigests(run.walk.digests).total(),
    counts: run.counts,
    ...(run.release !== undefined && { release: run.release }),
  }
  return { run: ended, beside: { receipt } }
}

function outcomeOf({ distrust, counts }: Run): Receipt['outcome'] {
  if (distrust === 'stopped_by_person') return 'stopped'
  if (distrust !== undefined) return 'failed'
  return counts.left > 0 ? 'drift_left' : 'zero_drift'
}

/** The code of a page or an account that the source did not give. */
export function codeOfFailure(failure: PullFailure | Extract<PageOutcome, { outcome: 'inconsistent' }>): RunCode {
  switch (failure.outcome) {
    case 'timeout':
      return 'source_timeout'
    case 'unavailable':
      return failure.cause === 'rate_limited' ? 'source_rate_limited' : 'source_unavailable'
    case 'refused':
      return 'source_refused_us'
    case 'garbage':
      return 'source_garbage'
    case 'partial':
      return 'source_partial'
    case 'inconsistent':
      return 'source_inconsistent'
  }
}
