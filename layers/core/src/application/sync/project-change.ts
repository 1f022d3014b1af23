import type { StreamChange } from '../../domain/projection/item-change.ts'
import { concernsViews, projectChange } from '../../domain/projection/project.ts'
import { StoreUnavailable } from '../ports.ts'
import type { ProjectionStore } from './projection-ports.ts'

/** Somebody else follows the same item only while views are rebuilt, or when an answer was lost. */
const rounds = 5

/**
 * Brings the views to a change of an item. Repeating it, or coming back to it after later changes, changes nothing. Throws
 * `StoreUnavailable`; then it has to be repeated.
 */
export async function projectStreamed(
  { projections }: { readonly projections: ProjectionStore },
  streamed: StreamChange,
): Promise<'followed' | 'known'> {
  const { change } = streamed
  if (!concernsViews(change)) return 'known'
  for (let round = 0; round < rounds; round += 1) {
    const { projected, revision } = await projections.readProjected(change)
    const steps = projectChange(streamed, projected)
    if (steps.length === 0) return 'known'
    if (await writeAll(projections, streamed, { steps, revision })) return 'followed'
  }
  throw new StoreUnavailable('other writers of the same views were quicker again and again')
}

async function writeAll(
  projections: ProjectionStore,
  { change }: StreamChange,
  { steps, revision }: { readonly steps: ReturnType<typeof projectChange>; readonly revision: number },
): Promise<boolean> {
  let at = revision
  for (const step of steps) {
    if ((await projections.writeStep(change, step, at)) === 'conflict') return false
    at += 1
  }
  return true
}
