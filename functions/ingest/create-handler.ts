import { describeError, type LogMembers } from '@rolecast/core/application/describe-error'
import { type TakeEventDependencies, type Taken, takeEvent } from '@rolecast/core/application/sync/take-event'
import type { Refusal } from '@rolecast/core/domain/decision/refusal'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'

export interface IngestDependencies extends TakeEventDependencies {
  /** How often the queue hands a message over before it gives it up. */
  readonly deliveries: number
  readonly write: (line: string) => void
}

/**
 * Takes a batch of messages, each by itself. Answers those that the queue is to deliver again: what broke on the way, and
 * hints whose source gave no answer. What is wrong with a message itself is parked, so it fails nobody else.
 */
export function createHandler(dependencies: IngestDependencies) {
  const { deliveries, write } = dependencies
  const log = (level: 'INFO' | 'ERROR', event: string, members: LogMembers) =>
    write(`${JSON.stringify({ level, event, ...members })}\n`)

  const take = async (record: SQSRecord): Promise<Taken | 'broken'> => {
    const { messageId, body: raw, attributes } = record
    const attempt = Number(attributes.ApproximateReceiveCount)
    const receivedAt = Number(attributes.SentTimestamp)
    try {
      const taken = await takeEvent(dependencies, { messageId, raw, receivedAt, last: attempt >= deliveries })
      if (taken.outcome === 'parked') {
        const { code, evidence } = taken.refusal
        log('ERROR', 'parked', { ...ownWords(evidence), message: messageId, code, attempt })
      }
      if (taken.outcome === 'repeat') log('INFO', 'repeat', { message: messageId, reason: taken.reason, attempt })
      return taken
    } catch (error) {
      log('ERROR', 'failed', { message: messageId, attempt, ...describeError(error) })
      return 'broken'
    }
  }

  return async ({ Records: records }: SQSEvent): Promise<SQSBatchResponse> => {
    const ends = await Promise.all(records.map(take))
    const counts: Record<string, number> = {}
    for (const end of ends) {
      const name = end === 'broken' ? end : end.outcome
      counts[name] = (counts[name] ?? 0) + 1
    }
    log('INFO', 'ingested', counts)
    const failed = records.filter((_, index) => {
      const end = ends[index]
      return end === 'broken' || end?.outcome === 'repeat'
    })
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  }
}

/** Names of sources and organizations are as the message says them: they stay with the parked event. */
function ownWords(evidence: Refusal['evidence'] = {}): LogMembers {
  const { source: _, organization: __, ...ours } = evidence
  return ours
}
