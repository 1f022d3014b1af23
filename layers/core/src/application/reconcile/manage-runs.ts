import { nothing } from '../../domain/reconcile/brake.ts'
import { hasEnded, noCounts, type Run } from '../../domain/reconcile/run.ts'
import { beginWalk } from '../../domain/reconcile/walk.ts'
import type { Clock } from '../ports.ts'
import type { Listings, RunStore } from '../sync/ports.ts'
import { endRun } from './end.ts'
import type { ReconcileRules } from './step.ts'

export interface RunManagement {
  readonly runs: RunStore
  readonly clock: Clock
  readonly newId: () => string
}

export type Managed =
  | { readonly outcome: 'done'; readonly run: Run }
  /** Not in a state in which this can be done; the run as it is, if there is one. */
  | { readonly outcome: 'refused'; readonly run?: Run }

/** Begins a run of an organization, unless one is under way. Others make its steps. */
export async function startRun(
  { runs, clock, newId }: RunManagement,
  organization: string,
  { reason, by }: { readonly reason: Run['reason']; readonly by?: string },
): Promise<Managed> {
  const last = await runs.readRun(organization)
  if (last !== undefined && !hasEnded(last)) return { outcome: 'refused', run: last }
  const now = clock()
  const run: Run = {
    organization,
    run: newId(),
    reason,
    state: 'running',
    phase: 'open',
    startedAt: now,
    updatedAt: now,
    wakeAt: now,
    failures: 0,
    walk: beginWalk(1, now),
    held: nothing,
    losing: nothing,
    examples: [],
    counts: noCounts,
    suspects: { chunks: 0, chunk: 0, done: 0 },
    bucket: 0,
    agreeing: 0,
    soundAsOf: last?.soundAsOf ?? now,
    ...(by !== undefined && { requestedBy: by }),
    revision: last?.revision ?? 0,
  }
  return write(runs, run)
}

/** A person lets exactly this run go on, whatever it takes away of what it has found. */
export async function releaseRun(
  { runs, clock }: RunManagement,
  organization: string,
  { run: name, by }: { readonly run: string; readonly by: string },
): Promise<Managed> {
  const run = await runs.readRun(organization)
  if (run === undefined || run.run !== name || run.state !== 'braked') return refused(run)
  const now = clock()
  return write(runs, { ...run, state: 'running', release: { by, at: now }, updatedAt: now, wakeAt: now })
}

/** A person ends a run; what it has repaired stays. */
export async function stopRun(
  { runs, clock, rules }: RunManagement & { readonly rules: Pick<ReconcileRules, 'everyMs' | 'againMs'> },
  organization: string,
  { run: name }: { readonly run: string },
): Promise<Managed> {
  const run = await runs.readRun(organization)
  if (run === undefined || run.run !== name || hasEnded(run)) return refused(run)
  const { lease: _, ...rest } = run
  const step = endRun({ clock, rules }, { ...rest, distrust: 'stopped_by_person', updatedAt: clock() })
  return (await runs.writeRun(step.run, step.beside)) === 'written' ? { outcome: 'done', run: step.run } : refused(run)
}

/** What a look at all organizations did. */
export interface Woken {
  readonly started: readonly string[]
  /** Runs that wait for nothing any more, or whose caller disappeared. */
  readonly resumed: readonly string[]
  readonly braked: readonly string[]
  /** No receipt of zero drift for longer than it should be. */
  readonly overdue: readonly string[]
}

/**
 * Looks after every organization: begins runs that are due (the schedule's, and those that a hint about a whole organization
 * asks for, these first) and hands on those that stand still. It makes no step itself.
 */
export async function wakeRuns(
  management: RunManagement & { readonly listings: Listings; readonly rules: ReconcileRules },
): Promise<Woken> {
  const { runs, listings, clock, rules } = management
  const now = clock()
  const [organizations, known] = await Promise.all([listings.listOrganizations(), runs.listRuns()])
  const runOf = new Map(known.map((run) => [run.organization, run]))
  const hinted = ({ organization, dirtySince }: (typeof organizations)[number]) =>
    dirtySince !== undefined && dirtySince > (runOf.get(organization)?.hintsUntil ?? 0)
  const woken = { started: [] as string[], resumed: [] as string[], braked: [] as string[], overdue: [] as string[] }
  for (const each of [...organizations].sort((one, other) => Number(hinted(other)) - Number(hinted(one)))) {
    const { organization } = each
    const run = runOf.get(organization)
    if (run?.state === 'braked') woken.braked.push(organization)
    if (run !== undefined && now - run.soundAsOf > overdueAfter(rules)) woken.overdue.push(organization)
    if (run === undefined || hasEnded(run)) {
      const due = run === undefined || (run.wakeAt ?? 0) <= now
      const early = run !== undefined && hinted(each) && run.updatedAt + rules.hintedEveryMs <= now
      if (!due && !early) continue
      const { outcome } = await startRun(management, organization, { reason: early ? 'hinted' : 'due' })
      if (outcome === 'done') woken.started.push(organization)
    } else if (run.state !== 'braked' && (run.wakeAt ?? 0) <= now && (await handOn(management, organization))) {
      woken.resumed.push(organization)
    }
  }
  return woken
}

/** Writes the run anew, which whoever follows the table's changes takes as the call for its next step. */
async function handOn({ runs, clock }: RunManagement, organization: string): Promise<boolean> {
  const run = await runs.readRun(organization)
  const now = clock()
  if (run === undefined || hasEnded(run) || run.state === 'braked' || (run.wakeAt ?? 0) > now) return false
  const { lease: _, ...rest } = run
  return (await runs.writeRun({ ...rest, state: 'running', updatedAt: now, wakeAt: now + handedOnMs })) === 'written'
}

/** A run that was handed on and then nobody took up is handed on again. */
const handedOnMs = 60_000

function overdueAfter({ everyMs }: ReconcileRules): number {
  return everyMs + everyMs / 4
}

async function write(runs: RunStore, run: Run): Promise<Managed> {
  return (await runs.writeRun(run)) === 'written'
    ? { outcome: 'done', run: { ...run, revision: run.revision + 1 } }
    : refused(run)
}

function refused(run: Run | undefined): Managed {
  return run === undefined ? { outcome: 'refused' } : { outcome: 'refused', run }
}
