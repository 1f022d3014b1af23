import type { PullFailure } from '../../../application/ports.ts'

/** Reads something for each item, at most `atOnce` at a time, in the order of the items; ends with the first failure. */
export async function eachOf<In, Out extends object>(
  items: readonly In[],
  atOnce: number,
  read: (item: In) => Promise<Out | PullFailure>,
): Promise<readonly Out[] | PullFailure> {
  const found: Out[] = []
  let failure: PullFailure | undefined
  const rest = items.entries()
  const worker = async () => {
    for (const [index, item] of rest) {
      const result = await read(item)
      if (failure !== undefined) return
      if (isFailure(result)) failure = result
      else found[index] = result
      if (failure !== undefined) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return failure ?? found
}

const failures = new Set<unknown>([
  'timeout',
  'unavailable',
  'refused',
  'garbage',
  'partial',
] satisfies PullFailure['outcome'][])

/** Whether a read has ended in one of the named failures. */
export function isFailure<T extends object>(result: T | PullFailure): result is PullFailure {
  return 'outcome' in result && failures.has(result.outcome)
}
