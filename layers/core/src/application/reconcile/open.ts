import type { Run, Suspect } from '../../domain/reconcile/run.ts'
import type { RunWrite } from '../sync/ports.ts'
import type { ReconcileDependencies, Step } from './step.ts'

/** Suspects of one chunk, an item of the table. */
const chunkSize = 500
/** So many hinted accounts are asked for before the walk; it finds the others. */
const mostHinted = 5_000

/** Notes what is held now, which the brake is measured by, and who has to be asked for first. */
export async function openRun(dependencies: ReconcileDependencies, run: Run): Promise<Step> {
  const known = await dependencies.known.load(dependencies.listings, run)
  const hinted = known.hinted.slice(0, mostHinted).map((account): Suspect => ({ account, why: 'hinted' }))
  const opened = { ...run, held: known.held }
  if (hinted.length === 0) return { run: { ...opened, phase: 'walk' } }
  return {
    run: withSuspects({ ...opened, phase: 'sweep' }, hinted.length),
    beside: { suspects: inChunks(run, hinted) },
  }
}

/** The chunks in which these suspects are written, behind those there are. */
export function inChunks(
  { suspects: { chunks } }: Run,
  suspects: readonly Suspect[],
): NonNullable<RunWrite['suspects']> {
  return Array.from({ length: Math.ceil(suspects.length / chunkSize) }, (_, index) => ({
    chunk: chunks + index,
    suspects: suspects.slice(index * chunkSize, (index + 1) * chunkSize),
  }))
}

/** The run that knows of so many suspects more. */
export function withSuspects(run: Run, count: number): Run {
  return { ...run, suspects: { ...run.suspects, chunks: run.suspects.chunks + Math.ceil(count / chunkSize) } }
}
