import { hintSource } from '@rolecast/core/adapters/environment/event-sources'
import type { RemovalPolicy } from 'aws-cdk-lib'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Construct } from 'constructs'
import type { Deployment } from '../../deployment.ts'
import type { DataStack } from '../../stacks/data-stack.ts'
import { grantSecretOf, identityAdminsEnvironment } from '../identity-admins.ts'
import { type FunctionDefaults, type FunctionSize, LambdaFunction } from '../lambda-function.ts'
import { grantItems } from '../table-grants.ts'
import { isPartner } from './connections.ts'
import { IngestQueue } from './ingest-queue.ts'

export interface IngestProps {
  readonly data: DataStack
  readonly deployment: Deployment
  /** Folder that holds the function's `index.mjs`. */
  readonly code: string
  readonly size: FunctionSize
  readonly defaults: FunctionDefaults
  readonly removalPolicy: RemovalPolicy
}

/** Messages of one invocation. Each is applied by itself, so a batch only saves invocations. */
const batchSize = 10
/** Instances at the same time, so that a storm of events takes neither the account's concurrency nor the table's. */
const concurrency = 20

/** From the bus to the table: the queue of identity events and the function that applies them. */
export class Ingest extends Construct {
  readonly queue: IngestQueue
  readonly lambda: LambdaFunction

  constructor(scope: Construct, id: string, props: IngestProps) {
    super(scope, id)
    const { data, deployment } = props
    this.lambda = new LambdaFunction(this, 'Ingest', {
      description: 'Applies identity events: statements under the version guard, hints by asking the source',
      code: props.code,
      environment: {
        ROLECAST_TABLE: data.table.tableName,
        ROLECAST_EVENT_SOURCES: JSON.stringify(deployment.eventSources),
        ROLECAST_PARTNER_EVENTS: JSON.stringify(deployment.hooks.filter(isPartner)),
        ROLECAST_DELIVERIES: String(IngestQueue.deliveries),
        ...identityAdminsEnvironment(deployment, data.identityAdminSecret),
      },
      size: props.size,
      defaults: props.defaults,
    })
    this.queue = new IngestQueue(this, 'Events', {
      bus: data.bus.bus,
      sources: [...deployment.eventSources.map(({ source }) => source), hintSource],
      timeout: this.lambda.timeout,
      removalPolicy: props.removalPolicy,
    })
    grantItems(data.table, this.lambda.function, 'ingest')
    grantSecretOf(data.identityAdminSecret, this.lambda.function)
    this.lambda.function.addEventSource(
      new SqsEventSource(this.queue.queue, { batchSize, reportBatchItemFailures: true, maxConcurrency: concurrency }),
    )
  }
}
