import * as v from 'valibot'
import { md5 } from '../queues/feed-functions.ts'
import type { Queue } from '../queues/queue.ts'
import type { Queues } from '../queues/queues.ts'
import { AwsFault, type Operation } from './aws-json.ts'

const queueUrl = v.pipe(v.string(), v.minLength(1))
const sendInput = v.object({ QueueUrl: queueUrl, MessageBody: v.pipe(v.string(), v.minLength(1)) })
const receiveInput = v.object({
  QueueUrl: queueUrl,
  MaxNumberOfMessages: v.optional(v.number(), 1),
  VisibilityTimeout: v.optional(v.number()),
})
const deleteInput = v.object({ QueueUrl: queueUrl, ReceiptHandle: v.string() })
const attributesInput = v.object({ QueueUrl: queueUrl })
const moveInput = v.object({ SourceArn: v.string(), DestinationArn: v.optional(v.string()) })

/** Bytes of a message (SQS quota). */
const MOST_BYTES = 1024 * 1024

/** The operations of SQS that the functions and the operators of this system use. */
export function openSqs(queues: Queues): Readonly<Record<string, Operation>> {
  const find = (name: string): Queue => {
    const queue = queues.find(name)
    if (queue === undefined) throw new AwsFault('QueueDoesNotExist', `There is no queue "${name}".`)
    return queue
  }
  return {
    'AmazonSQS.SendMessage': async (input) => {
      const { QueueUrl, MessageBody } = parse(sendInput, input)
      if (Buffer.byteLength(MessageBody) > MOST_BYTES) throw new AwsFault('InvalidParameterValue', 'message too long')
      return { MessageId: find(QueueUrl).send(MessageBody).id, MD5OfMessageBody: md5(MessageBody) }
    },
    'AmazonSQS.ReceiveMessage': async (input) => {
      const { QueueUrl, MaxNumberOfMessages: most, VisibilityTimeout } = parse(receiveInput, input)
      const queue = find(QueueUrl)
      const visibility = VisibilityTimeout === undefined ? {} : { visibilityMs: VisibilityTimeout * 1_000 }
      const received = queue.receive({ most, ...visibility }, ({ body }) => {
        if (queue.settings.redrive !== undefined) queues.find(queue.settings.redrive.arn)?.send(body)
      })
      return {
        Messages: received.map(({ id, body, sentAt, received: count }) => ({
          MessageId: id,
          ReceiptHandle: id,
          Body: body,
          MD5OfBody: md5(body),
          Attributes: { SentTimestamp: String(sentAt), ApproximateReceiveCount: String(count) },
        })),
      }
    },
    'AmazonSQS.DeleteMessage': async (input) => {
      const { QueueUrl, ReceiptHandle } = parse(deleteInput, input)
      find(QueueUrl).delete(ReceiptHandle)
      return {}
    },
    'AmazonSQS.GetQueueAttributes': async (input) => {
      const { messages, settings } = find(parse(attributesInput, input).QueueUrl)
      return { Attributes: { QueueArn: settings.arn, ApproximateNumberOfMessages: String(messages.length) } }
    },
    'AmazonSQS.StartMessageMoveTask': async (input) => {
      const { SourceArn, DestinationArn } = parse(moveInput, input)
      const source = find(SourceArn)
      const origins = queues.all.filter(({ settings }) => settings.redrive?.arn === source.settings.arn)
      const target = DestinationArn === undefined ? origins[0] : find(DestinationArn)
      if (target === undefined || origins.length === 0) {
        throw new AwsFault('InvalidParameterValue', 'The source is no dead-letter queue.')
      }
      for (const { id, body } of source.messages) {
        target.send(body)
        source.delete(id)
      }
      return { TaskHandle: 'local' }
    },
  }
}

function parse<T>(schema: v.GenericSchema<unknown, T>, input: unknown): T {
  const parsed = v.safeParse(schema, input)
  if (parsed.success) return parsed.output
  throw new AwsFault('InvalidParameterValue', `${v.getDotPath(parsed.issues[0]) ?? 'The request'} is not accepted.`)
}
