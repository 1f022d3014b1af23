import type { Organization } from '../../domain/assignment/organization.ts'
import { hasEnded, type Run } from '../../domain/reconcile/run.ts'
import type { RunWrite } from '../sync/ports.ts'
import { endRun } from './end.ts'
import { matchBuckets } from './match.ts'
import { openRun } from './open.ts'
import { settleSuspects } from './settle.ts'
import type { ReconcileDependencies, Step } from './step.ts'
import { walkPage } from './walk.ts'

export type Advanced =
  /** A step was made and is stored. */
  | { readonly outcome: 'advanced'; readonly run: Run; readonly receipt?: RunWrite['receipt'] }
  /** Nothing to do now: no run, an ended one, or one that waits for a moment or a person. */
  | { readonly outcome: 'idle' }
  /** Somebody else is at work on it, or took it up. */
  | { readonly outcome: 'busy' }

/**
 * Makes one step of an organization's run: one page of the source at most. The run is leased first, so two callers never make
 * the same step; a caller that disappears leaves a lease that ends. Every step can be made again after a crash at any
 * place: what it writes about accounts is guarded by itself, and the run moves on only as a whole.
 * Throws `StoreUnavailable`; the step is made again when the lease has ended.
 */
export async function advanceRun(dependencies: ReconcileDependencies, organization: string): Promise<Advanced> {
  const { runs, clock, newId, rules } = dependencies
  const now = clock()
  const stored = await runs.readRun(organization)
  if (stored === undefined || !isDue(stored, now)) return { outcome: 'idle' }
  if (stored.lease !== undefined && stored.lease.until > now) return { outcome: 'busy' }
  const until = now + rules.leaseMs
  const leased: Run = { ...stored, state: 'running', lease: { holder: newId(), until }, wakeAt: until, updatedAt: now }
  if ((await runs.writeRun(leased)) === 'conflict') return { outcome: 'busy' }
  const settings = await dependencies.organizations.readOrganization(organization)
  const going = { ...leased, revision: leased.revision + 1 }
  const step =
    settings === undefined
      ? endRun(dependencies, { ...going, distrust: 'organization_gone' })
      : await steps[going.phase](dependencies, going, settings)
  const { lease: _, wakeAt, ...rest } = step.run
  const ownWake = step.run.state === 'running' ? clock() + rules.leaseMs : step.run.wakeAt
  const next: Run = { ...rest, updatedAt: clock(), ...(ownWake !== undefined && { wakeAt: ownWake }) }
  if ((await runs.writeRun(next, step.beside)) === 'conflict') return { outcome: 'busy' }
  const receipt = step.beside?.receipt
  return {
    outcome: 'advanced',
    run: { ...next, revision: next.revision + 1 },
    ...(receipt !== undefined && { receipt }),
  }
}

/** Whether a step can be made now. */
export function isDue(run: Run, now: number): boolean {
  if (hasEnded(run) || run.state === 'braked') return false
  return run.state === 'running' || (run.wakeAt ?? 0) <= now
}

type MakeStep = (dependencies: ReconcileDependencies, run: Run, organization: Organization) => Promise<Step>

const steps: Readonly<Record<Run['phase'], MakeStep>> = {
  open: openRun,
  sweep: settleSuspects,
  walk: walkPage,
  match: matchBuckets,
  settle: settleSuspects,
}
