import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { EventBus, Rule } from 'aws-cdk-lib/aws-events'
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'

export interface PermissionChangesProps {
  /** Name or ARN of the bus on which the identity team tells of changes. */
  readonly bus: string
  readonly application: string
}

/**
 * What a product team does to hear of changes: a rule of its own on the identity team's bus, and a queue. Nothing may be decided by
 * what comes here; it is for what the product keeps beside its requests, such as open sessions, caches and exports.
 */
export class PermissionChanges extends Construct {
  readonly queue: Queue

  constructor(scope: Construct, id: string, { bus, application }: PermissionChangesProps) {
    super(scope, id)
    const shared = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: RemovalPolicy.DESTROY,
    }
    const deadLetterQueue = { queue: new Queue(this, 'DeadLetters', shared), maxReceiveCount: 5 }
    this.queue = new Queue(this, 'Queue', { ...shared, deadLetterQueue })
    new Rule(this, 'Rule', {
      description: `Changes of permissions in ${application}, or of accounts as a whole`,
      eventBus: bus.startsWith('arn:')
        ? EventBus.fromEventBusArn(this, 'Bus', bus)
        : EventBus.fromEventBusName(this, 'Bus', bus),
      eventPattern: {
        source: ['rolecast.permissions'],
        detail: {
          $or: [{ applications: [application] }, { everyApplication: [true] }, { application: [application] }],
        },
      },
      targets: [new SqsQueue(this.queue, { deadLetterQueue: deadLetterQueue.queue })],
    })
  }
}
