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
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] })
    const { Attributes } = await this.#client.send(asked)
    return {
      count: Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0),
      some: (received.Messages ?? []).map(({ Body = '' }) => Body),
    }
  }

  async redrive(): Promise<void> {
    const { queue, deadLetters } = this.#options
    const [SourceArn, DestinationArn] = await Promise.all([this.#arn(deadLetters), this.#arn(queue)])
    // What the bus could not hand over at all never was in the queue: SQS would not know where to move it.
    await this.#client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }))
  }

  async #arn(QueueUrl: string): Promise<string | undefined> {
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] })
    return (await this.#client.send(command)).Attributes?.['QueueArn']
  }
}
