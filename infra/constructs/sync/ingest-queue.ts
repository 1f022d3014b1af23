import { Duration, type RemovalPolicy } from 'aws-cdk-lib'
import { type IEventBus, Rule } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

export interface IngestQueueProps {
  readonly bus: IEventBus
  /** Values of `source` whose events are taken in: identity admins, their bridges, and our own hooks. */
  readonly sources: readonly string[]
  /** How long the consumer may take; a message shows again after six times as much, as Lambda asks for. */
  readonly timeout: Duration
  readonly removalPolicy: RemovalPolicy
}

/**
 * Identity events wait here for whoever applies them. Every event of a named source comes, whatever its type: what
 * nobody knows is parked with its reason by the consumer, not lost at a rule.
 */
export class IngestQueue extends Construct {
  /** How often a message is handed to the consumer before it goes to the dead-letter queue. */
  static readonly deliveries = 5
  readonly queue: Queue
  /** Messages whose handling broke again and again: infrastructure, not content. */
  readonly deadLetters: Queue

  constructor(scope: Construct, id: string, props: IngestQueueProps) {
    super(scope, id)
    const { bus, sources, timeout, removalPolicy } = props
    const shared = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // The longest there is: nothing that waits for a person may run out over a holiday.
      retentionPeriod: Duration.days(14),
      removalPolicy,
    }
    this.deadLetters = new Queue(this, 'DeadLetters', shared)
    this.queue = new Queue(this, 'Queue', {
      ...shared,
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: IngestQueue.deliveries },
    })
    new Rule(this, 'Rule', {
      description: 'Identity events, to be applied',
      eventBus: bus,
      eventPattern: { source: [...sources] },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: this.deadLetters })],
    })
  }
}
