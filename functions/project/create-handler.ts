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

export interface ProjectDependencies extends PublishDependencies {
  /** What a record of the stream says; `undefined`: nothing that matters here. Throws StoreCorrupt. */
  readonly readRecord: (
    record: unknown,
  ) => { news: 'change'; streamed: StreamChange } | { news: 'pending'; eventId: string } | undefined
  readonly projections: ProjectionStore
  readonly clock: Clock
  readonly write: (line: string) => void
}

/** What Lambda reads on with: from the first of these on, everything comes again. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

/**
 * A batch of the stream is followed in its order up to the first record that fails; that one and those behind it come again, which
 * changes nothing where they were followed. Neither an item that cannot be read (it stays in the table, as it is) nor a bus that
 * takes nothing (the event stays in the outbox) holds up the records behind. Any event without records is the scheduled run: it tells
 * what is overdue.
 */
export function createHandler(dependencies: ProjectDependencies) {
  const log = (level: string, event: string, details: LogMembers) =>
    dependencies.write(`${JSON.stringify({ level, event, ...details })}\n`)
  return async (event: unknown): Promise<BatchAnswer | { readonly published: number }> => {
    const records = recordsOf(event)
    if (records === undefined) {
      const published = await publishOverdue(dependencies)
      if (published > 0) log('WARN', 'overdue_published', { published })
      return { published }
    }
    for (const record of records) {
      const sequence = sequenceOf(record)
      try {
        await follow(dependencies, record, (error) =>
          log('ERROR', 'publish_failed', { ...describeError(error), sequence }),
        )
      } catch (error) {
        const details = { ...describeError(error), sequence }
        if (error instanceof StoreCorrupt) {
          log('ERROR', 'unreadable_record', details)
        } else {
          log('ERROR', 'project_failed', details)
          if (sequence === undefined) throw error
          return { batchItemFailures: [{ itemIdentifier: sequence }] }
        }
      }
    }
    return { batchItemFailures: [] }
  }
}

async function follow(
  dependencies: ProjectDependencies,
  record: unknown,
  onUnpublished: (error: unknown) => void,
): Promise<void> {
  const read = dependencies.readRecord(record)
  if (read?.news === 'change') await projectStreamed(dependencies, read.streamed)
  if (read?.news === 'pending') {
    await publishPending(dependencies, read.eventId).catch(onUnpublished)
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
