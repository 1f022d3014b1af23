import type { Clock } from '@rolecast/core/application/ports'
import { projectStreamed } from '@rolecast/core/application/sync/project-change'
import type { ProjectionStore } from '@rolecast/core/application/sync/projection-ports'
import {
  type PublishDependencies,
  publishOverdue,
  publishPending,
} from '@rolecast/core/application/sync/publish-outbound'
import type { StreamChange } from '@rolecast/core/domain/projection/item-change'

export interface ProjectDependencies extends PublishDependencies {
  /** What a record of the stream says; `undefined`: nothing that matters here. Throws for a record that cannot be read. */
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
 * changes nothing where they were followed. Any other event is the scheduled run: it tells what is overdue.
 */
export function createHandler(dependencies: ProjectDependencies) {
  const { readRecord, write } = dependencies
  const log = (line: Readonly<Record<string, unknown>>) => write(`${JSON.stringify(line)}\n`)
  const follow = async (record: unknown): Promise<void> => {
    const read = readRecord(record)
    if (read?.news === 'change') await projectStreamed(dependencies, read.streamed)
    if (read?.news === 'pending') await publishPending(dependencies, read.eventId)
  }
  return async (event: unknown): Promise<BatchAnswer | { readonly published: number }> => {
    const records = recordsOf(event)
    if (records === undefined) {
      const published = await publishOverdue(dependencies)
      if (published > 0) log({ level: 'WARN', event: 'overdue_published', published })
      return { published }
    }
    for (const [index, record] of records.entries()) {
      try {
        await follow(record)
      } catch (error) {
        const itemIdentifier = sequenceOf(record)
        // No message and no stack: a record's images are somebody's roles.
        const reason = error instanceof Error ? error.name : 'unknown'
        log({ level: 'ERROR', event: 'project_failed', reason, sequence: itemIdentifier, left: records.length - index })
        if (itemIdentifier === undefined) throw error
        return { batchItemFailures: [{ itemIdentifier }] }
      }
    }
    return { batchItemFailures: [] }
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
