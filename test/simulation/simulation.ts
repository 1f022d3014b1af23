import { Worker } from 'node:worker_threads'
import type { Plan } from './plan.ts'
import type { PlantedBug } from './planted-bugs.ts'

export interface Summary {
  readonly schedules: number
  readonly decisions: number
  /** Decisions that nothing still in force explains, and other things that must never be. */
  readonly wrongDecisions: number
  /** Accounts of which the table, all messages done and the source reconciled, says something else than the source. */
  readonly lostChanges: number
  /** From the moment the table knew of a removal to the last request that was allowed for what was before, milliseconds. */
  readonly worstStalenessMs: number
}

/** A schedule that went wrong, as short as it was found to still go wrong. */
export interface Failure {
  readonly seed: number
  readonly plan: Plan
  readonly reasons: readonly string[]
}

export interface Partial extends Summary {
  readonly failures: readonly Failure[]
}

export interface SimulationOptions {
  readonly seed: number
  readonly schedules: number
  readonly workers?: number
  /** Each worker stops after so many schedules that went wrong (default 3). */
  readonly mostFailures?: number
  readonly bug?: PlantedBug
  readonly onProgress?: (schedules: number) => void
}

/**
 * Runs the schedules of the seeds `seed`, `seed + 1`, … in worker threads. Which worker runs a schedule makes no difference to it.
 * @throws what a schedule throws: a bug of the simulation or of what it runs.
 */
export async function simulate(options: SimulationOptions): Promise<Partial> {
  const { seed, schedules, workers = 2 } = options
  const each = Math.ceil(schedules / workers)
  const done = new Map<number, number>()
  const ranges = Array.from({ length: workers }, (_, at) => ({
    from: seed + at * each,
    until: Math.min(seed + (at + 1) * each, seed + schedules),
  }))
  const parts = await Promise.all(
    ranges.map((range, at) =>
      runWorker(range, options, (part) => {
        done.set(at, part.schedules)
        options.onProgress?.([...done.values()].reduce((sum, count) => sum + count, 0))
      }),
    ),
  )
  return parts.reduce(add)
}

function runWorker(
  range: { readonly from: number; readonly until: number },
  { bug, mostFailures = 3 }: SimulationOptions,
  onPart: (part: Partial) => void,
): Promise<Partial> {
  const workerData = { ...range, most: mostFailures, ...(bug === undefined ? {} : { bug }) }
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData })
  return new Promise((resolve, reject) => {
    worker.on('message', ({ part, done }: { readonly part: Partial; readonly done: boolean }) => {
      onPart(part)
      if (done) resolve(part)
    })
    worker.on('error', reject)
    worker.on('exit', (code) => reject(new Error(`a worker of the simulation ended with ${code} before it was done`)))
  })
}

function add(one: Partial, other: Partial): Partial {
  return {
    schedules: one.schedules + other.schedules,
    decisions: one.decisions + other.decisions,
    wrongDecisions: one.wrongDecisions + other.wrongDecisions,
    lostChanges: one.lostChanges + other.lostChanges,
    worstStalenessMs: Math.max(one.worstStalenessMs, other.worstStalenessMs),
    failures: [...one.failures, ...other.failures],
  }
}
