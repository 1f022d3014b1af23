import { describeError, type LogMembers } from '@rolecast/core/application/describe-error'
import { type Clock, StoreCorrupt } from '@rolecast/core/application/ports'
import { projectStreamed } from '@rolecast/core/application/sync/project-change'
import type { ProjectionStore } from '@rolecast/core/application/sync/projection-ports'
import {
  type PublishDependencies,
  publishOverdue,
  publishPending,
} from '@rolecast/core/application/sync/publish-outbound'
import type { StreamChange } from '@rolecast/core/domain/projection/item-change'
import { inLanes } from './in-lanes.ts'

export interface ProjectDependencies extends PublishDependencies {
  /** What a record of the stream says; `undefined`: nothing that matters here. Throws StoreCorrupt. */
  readonly readRecord: (
    record: unknown,
  ) =>
    | { readonly news: 'change'; readonly item: string; readonly streamed: StreamChange }
    | { readonly news: 'pending'; readonly eventId: string }
    | undefined
  readonly projections: ProjectionStore
  readonly clock: Clock
  readonly write: (line: string) => void
}

/** What Lambda reads on with: from the first of these on, everything comes again. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

/** Items that are followed at the same time. */
const lanes = 8

/** Events that are told at the same time: what the bus takes at once. */
const eventsAtOnce = 10

/**
 * A batch of the stream is followed, each item in its order and different items side by side. From the first record that fails on
 * everything comes again, which changes nothing where it was followed. Neither an item that cannot be read (it stays in the table,
 * as it is) nor a bus that takes nothing (the event stays in the outbox) holds up the records behind. Any event without records is
 * the scheduled run: it tells what is overdue.
 */
export function createHandler(dependencies: ProjectDependencies) {
  const log = (level: string, event: string, details: LogMembers) =>
    dependencies.write(`${JSON.stringify({ level, event, ...details })}\n`)
  const read = (record: unknown) => {
    try {
      return dependencies.readRecord(record)
    } catch (error) {
      if (!(error instanceof StoreCorrupt)) throw error
      log('ERROR', 'unreadable_record', { ...describeError(error), sequence: sequenceOf(record) })
      return undefined
    }
  }
  /** Where the first failure is. */
  const follow = async (records: readonly unknown[]): Promise<number | undefined> => {
    const changes: { readonly index: number; readonly item: string; readonly streamed: StreamChange }[] = []
    const eventIds: string[] = []
    for (const [index, record] of records.entries()) {
      const said = read(record)
      if (said?.news === 'change') changes.push({ index, ...said })
      if (said?.news === 'pending') eventIds.push(said.eventId)
    }
    const items = [...Map.groupBy(changes, ({ item }) => item).values()]
    const failures: number[] = []
    await inLanes(lanes, items, async (ofItem) => {
      for (const { index, streamed } of ofItem) {
        try {
          await projectStreamed(dependencies, streamed)
        } catch (error) {
          const corrupt = error instanceof StoreCorrupt
          const event = corrupt ? 'unreadable_record' : 'project_failed'
          log('ERROR', event, { ...describeError(error), sequence: sequenceOf(records[index]) })
          if (corrupt) continue
          failures.push(index)
          return
        }
      }
    })
    for (let at = 0; at < eventIds.length; at += eventsAtOnce) {
      await publishPending(dependencies, eventIds.slice(at, at + eventsAtOnce)).catch((error: unknown) =>
        log('ERROR', 'publish_failed', describeError(error)),
      )
    }
    return failures.length === 0 ? undefined : Math.min(...failures)
  }
  return async (event: unknown): Promise<BatchAnswer | { readonly published: number }> => {
    const records = recordsOf(event)
    if (records === undefined) {
      const published = await publishOverdue(dependencies)
      if (published > 0) log('WARN', 'overdue_published', { published })
      return { published }
    }
    const failed = await follow(records)
    if (failed === undefined) return { batchItemFailures: [] }
    const itemIdentifier = sequenceOf(records[failed])
    if (itemIdentifier === undefined) throw new Error('a record without a sequence number could not be followed')
    return { batchItemFailures: [{ itemIdentifier }] }
  }
}

function recordsOf(event: unknown): readonly unknown[] | undefined {
  if (typeof event !== 'object' || event === null || !('Records' in event)) return undefined
  return Array.isArray(event.Records) ? event.Records : undefined
}

function sequenceOf(record: unknown): string | undefined {
  if (typeof record !== 'object' || record === null || !('dynamodb' in record)) return undefined
  const { dynamodb } = record
  if (typeof dynamodb !== 'object' || dynamodb === null || !('SequenceNumber' in dynamodb)) return undefined
  return typeof dynamodb.SequenceNumber === 'string' ? dynamodb.SequenceNumber : undefined
}
