import { join } from 'node:path'
import type { Assembly } from '../assembly/assembly.ts'
import { isRecord } from '../assembly/template.ts'
import { Queue, type QueueSettings } from './queue.ts'

/** The queues of a stage. */
export interface Queues {
  readonly all: readonly Queue[]
  /** Puts a message, as JSON. A queue that no template has takes it too, for people to see. */
  send(queueArn: string, message: unknown): void
  /** What is in a queue now, as it was sent. */
  messages(queueName: string): readonly unknown[]
  /** By name, ARN or URL. */
  find(name: string): Queue | undefined
}

/** What SQS does where the template says nothing (CreateQueue). */
const visibilitySeconds = 30

/**
 * @param folder where each queue is a file of JSON lines; absent: in memory only.
 * @throws CorruptDataFile
 */
export function openQueues(assembly: Assembly, folder: string | undefined): Queues {
  const open = (settings: QueueSettings) =>
    new Queue(settings, folder === undefined ? undefined : join(folder, `${settings.name}.messages.jsonl`))
  const queues = assembly.resources('AWS::SQS::Queue').map(({ ref: url, attribute, properties }) =>
    open({
      name: attribute('QueueName'),
      arn: attribute('Arn'),
      url,
      visibilityMs: Number(properties['VisibilityTimeout'] ?? visibilitySeconds) * 1_000,
      ...redriveOf(properties['RedrivePolicy']),
    }),
  )
  const find = (name: string) =>
    queues.find(({ settings }) => [settings.name, settings.arn, settings.url].includes(name))
  return {
    all: queues,
    find,
    send(queueArn, message) {
      let queue = find(queueArn)
      if (queue === undefined) {
        const name = queueArn.split(':').at(-1) ?? queueArn
        queue = open({ name, arn: queueArn, url: queueArn, visibilityMs: visibilitySeconds * 1_000 })
        queues.push(queue)
      }
      queue.send(JSON.stringify(message))
    },
    messages: (name) => (find(name)?.messages ?? []).map(({ body }) => parsed(body)),
  }
}

function redriveOf(policy: unknown): Pick<QueueSettings, 'redrive'> {
  if (!isRecord(policy)) return {}
  return { redrive: { arn: String(policy['deadLetterTargetArn']), after: Number(policy['maxReceiveCount']) } }
}

/** Anybody can send anything: what is no JSON is shown as the text it is. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
