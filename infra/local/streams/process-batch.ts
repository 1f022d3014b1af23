import { isRecord } from '../assembly/template.ts'
import { matchesPattern } from '../bus/event-pattern.ts'
import type { Invocation } from '../lambda/function-pool.ts'
import type { EventSourceMapping } from './event-source-mapping.ts'
import type { StreamRecord } from './stream-client.ts'

export interface BatchContext {
  readonly mapping: EventSourceMapping
  invoke(records: readonly StreamRecord[]): Promise<Invocation>
  /** Takes records that are given up. */
  discard(records: readonly StreamRecord[]): void
  /** Waits before a new try; rejects when the local stack stops. */
  pause(attempt: number): Promise<void>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Feeds records to a function, in order, until each is taken or given up: filters, partial batch failures, bisection,
 * retries. Cutting a batch in two costs no try.
 */
export async function processBatch(records: readonly StreamRecord[], context: BatchContext): Promise<void> {
  const { filters } = context.mapping
  const wanted = records.filter(
    (record) => filters.length === 0 || filters.some((filter) => matchesPattern(filter, record)),
  )
  await feed(wanted, context)
}

async function feed(records: readonly StreamRecord[], context: BatchContext): Promise<void> {
  const { mapping, now } = context
  let left = records
  for (let attempt = 0; left.length > 0; attempt += 1) {
    const rest = failedPart(left, await context.invoke(left), mapping)
    if (rest.length === 0) return
    left = rest
    if (mapping.bisect && left.length > 1) {
      const middle = Math.ceil(left.length / 2)
      await feed(left.slice(0, middle), context)
      return feed(left.slice(middle), context)
    }
    const oldest = left[0]?.dynamodb.ApproximateCreationDateTime ?? 0
    if (attempt >= mapping.retries || now() / 1000 - oldest > mapping.maximumAge) return context.discard(left)
    await context.pause(attempt)
  }
}

/** What is still to be done: all of it after an error, the rest from the first failed record after a partial failure. */
function failedPart(
  records: readonly StreamRecord[],
  answer: Invocation,
  { partialFailures }: EventSourceMapping,
): readonly StreamRecord[] {
  if (answer.outcome === 'failed') return records
  const failures = isRecord(answer.payload) ? answer.payload['batchItemFailures'] : undefined
  if (!partialFailures || !Array.isArray(failures) || failures.length === 0) return []
  const positions = failures.map((failure: unknown) => {
    const id = isRecord(failure) ? failure['itemIdentifier'] : undefined
    return records.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === id)
  })
  // An id that is none of the batch's makes the whole batch a failure.
  return positions.includes(-1) ? records : records.slice(Math.min(...positions))
}
