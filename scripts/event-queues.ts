import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import type { EventQueues } from './parked-commands.ts'

export interface EventQueuesOptions {
  /** URLs. */
  readonly queue: string
  readonly deadLetters: string
  /** Only for one machine. */
  readonly endpoint?: string
}

const emulated = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }

/** Messages that are shown; they are hidden from nobody. */
const shown = 10

/** The queues in SQS. */
export class SqsEventQueues implements EventQueues {
  readonly #client: SQSClient
  readonly #options: EventQueuesOptions

  constructor(options: EventQueuesOptions) {
    const { endpoint } = options
    this.#options = options
    this.#client = new SQSClient(endpoint === undefined ? {} : { endpoint, useQueueUrlAsEndpoint: false, ...emulated })
  }

  async send(body: string): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#options.queue, MessageBody: body }))
  }

  async readDeadLetters(): Promise<{ readonly count: number; readonly some: readonly string[] }> {
    const QueueUrl = this.#options.deadLetters
    const received = await this.#client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: shown, VisibilityTimeout: 0 }),
    )
    const { ApproximateNumberOfMessages } = await this.#attributes('ApproximateNumberOfMessages')
    return {
      count: Number(ApproximateNumberOfMessages),
      some: (received.Messages ?? []).map(({ Body = '' }) => Body),
    }
  }

  async redrive(): Promise<void> {
    const { QueueArn: SourceArn } = await this.#attributes('QueueArn')
    await this.#client.send(new StartMessageMoveTaskCommand({ SourceArn }))
  }

  async #attributes(...names: ('ApproximateNumberOfMessages' | 'QueueArn')[]): Promise<Record<string, string>> {
    const QueueUrl = this.#options.deadLetters
    const answer = await this.#client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: names }))
    return answer.Attributes ?? {}
  }
}
