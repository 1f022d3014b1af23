import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { LocalError } from '../assembly/local-error.ts'
import { isRecord } from '../assembly/template.ts'
import type { Invocation } from '../lambda/function-pool.ts'
import type { Functions } from '../lambda/functions.ts'
import type { Log } from '../lambda/log.ts'
import type { Queue, QueueMessage } from './queue.ts'
import type { QueueMapping } from './queue-mapping.ts'
import type { Queues } from './queues.ts'

/** The functions that take messages, at work. */
export interface QueueFeeds {
  /** When every message that was in the queues at the call is taken or given up. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export interface QueueFeedsOptions {
  readonly mappings: readonly QueueMapping[]
  readonly queues: Queues
  readonly functions: Functions
  readonly log: Log
  /**
   * Milliseconds until a message shows again that its function did not take, by the number of the try. On AWS it is the queue's
   * visibility timeout; nobody waits that long at a desk.
   */
  readonly retryDelays?: readonly number[]
}

/** Looks again this often although nothing has arrived: messages show again. */
const lookMs = 250

/**
 * Feeds queues to functions as Lambda's event source mappings do: batches, partial failures, dead letters.
 * @throws LocalError `reference_unknown` for a queue that the stage does not have.
 */
export function feedFunctions(options: QueueFeedsOptions): QueueFeeds {
  const { mappings, queues, functions, log, retryDelays = [1_000, 2_000, 5_000] } = options
  const stopping = new AbortController()
  const fed: Queue[] = []

  const invoke = async (mapping: QueueMapping, queue: Queue, batch: readonly QueueMessage[]): Promise<void> => {
    const pool = functions.find(mapping.functionName)
    const answer = await pool.invoke({ Records: batch.map((each) => toRecord(each, queue, pool.definition.region)) })
    const failed = failedOf(batch, answer, mapping.partialFailures)
    for (const { id, received } of batch) {
      if (failed.has(id)) queue.hide(id, retryDelays[received - 1] ?? retryDelays.at(-1) ?? 0)
      else queue.delete(id)
    }
  }
  const giveUp = (queue: Queue) => (message: QueueMessage) => {
    const { redrive, name } = queue.settings
    log('queues', `${name}: message ${message.id} was handed over ${message.received} times and is given up`)
    if (redrive !== undefined) queues.find(redrive.arn)?.send(message.body, { id: message.id, sentAt: message.sentAt })
  }
  const feed = async (mapping: QueueMapping, queue: Queue): Promise<void> => {
    // While its function has a message, nobody else gets it: an invocation ends before the function's own timeout.
    const terms = { most: mapping.batchSize, visibilityMs: Number.POSITIVE_INFINITY }
    while (!stopping.signal.aborted) {
      const batch = queue.receive(terms, giveUp(queue))
      if (batch.length > 0) await invoke(mapping, queue, batch)
      else await arrival(queue, stopping.signal)
    }
  }
  const running = mappings.flatMap((mapping) => {
    const queue = queues.find(mapping.queueArn)
    if (queue === undefined) {
      throw new LocalError('reference_unknown', `${mapping.functionName}: no queue ${mapping.queueArn} in the stage.`)
    }
    fed.push(queue)
    return Array.from({ length: mapping.concurrency }, () => feed(mapping, queue))
  })
  return {
    async settled() {
      const waiting = fed.flatMap((queue) => queue.messages.map(({ id }) => [queue, id] as const))
      const isLeft = () => waiting.some(([queue, id]) => queue.messages.some((each) => each.id === id))
      while (isLeft() && !stopping.signal.aborted) await wait(10)
    },
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}

/** Answers with the next arrival, after a while, or when all is to stop. */
function arrival(queue: Queue, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      forget()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, lookMs)
    const forget = queue.onArrival(done)
    signal.addEventListener('abort', done)
  })
}

/** All of a batch after an error; after a partial failure those that are named, and all where a name is none of the batch's. */
function failedOf(batch: readonly QueueMessage[], answer: Invocation, partialFailures: boolean): ReadonlySet<string> {
  const ids = new Set(batch.map(({ id }) => id))
  if (answer.outcome === 'failed') return ids
  const failures = isRecord(answer.payload) ? answer.payload['batchItemFailures'] : undefined
  if (!partialFailures || !Array.isArray(failures)) return new Set()
  const named = failures.map((failure: unknown) => (isRecord(failure) ? String(failure['itemIdentifier']) : ''))
  return named.every((id) => ids.has(id)) ? new Set(named) : ids
}

function toRecord({ id, body, sentAt, received, firstReceivedAt }: QueueMessage, queue: Queue, awsRegion: string) {
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: String(received),
      SentTimestamp: String(sentAt),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(firstReceivedAt ?? sentAt),
    },
    messageAttributes: {},
    md5OfBody: md5(body),
    eventSource: 'aws:sqs',
    eventSourceARN: queue.settings.arn,
    awsRegion,
  }
}

/** SQS names bodies by it, and SDKs check it; it protects nothing. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
