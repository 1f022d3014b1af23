import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { type FunctionDefaults, type FunctionSize, LambdaFunction } from '../lambda-function.ts'
import { grantItems } from '../table-grants.ts'
import { grantStream } from '../table-stream.ts'
import { OutboundBus } from './outbound-bus.ts'

export interface ProjectProps {
  readonly table: TableV2
  /** Folder that holds the function's `index.mjs`. */
  readonly code: string
  readonly size: FunctionSize
  readonly defaults: FunctionDefaults
  /** Accounts whose product teams may set rules on the outbound bus. */
  readonly subscribers: readonly string[]
  /** How long the outbound bus keeps events, to be replayed. */
  readonly archive: Duration
  readonly removalPolicy: RemovalPolicy
}

/** Records of one invocation. They are followed one after the other. */
const batchSize = 100

/** A record of the stream lives 24 hours; what cannot be followed for half of that needs a person. */
const givenUpAfter = Duration.hours(12)

/** The views follow these items by the beginning of their keys, and tell events as they come into the outbox. */
const followed = ['account#', 'organization#', 'roles#']

/** From the table's stream to what people and product teams are shown: the read views, and the bus for outbound events. */
export class Project extends Construct {
  readonly lambda: LambdaFunction
  readonly outbound: OutboundBus
  /** Which stretches of the stream were given up: sequence numbers, no content. */
  readonly deadLetters: Queue

  constructor(scope: Construct, id: string, props: ProjectProps) {
    super(scope, id)
    const { table, removalPolicy } = props
    this.lambda = new LambdaFunction(this, 'Project', {
      description: 'Follows the table: member lists, counts, audit entries, events for product teams',
      code: props.code,
      environment: { ROLECAST_TABLE: table.tableName },
      size: props.size,
      defaults: props.defaults,
    })
    const { function: lambda } = this.lambda
    const { role } = lambda
    if (role === undefined) throw new Error('a function of the house has a role')
    this.outbound = new OutboundBus(this, 'Outbound', {
      publisher: role,
      subscribers: props.subscribers,
      archive: props.archive,
      removalPolicy,
    })
    lambda.addEnvironment('ROLECAST_OUTBOUND_BUS', this.outbound.bus.eventBusName)
    lambda.addToRolePolicy(
      new PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [this.outbound.bus.eventBusArn],
        conditions: {
          'ForAllValues:StringEquals': { 'events:source': 'rolecast.permissions' },
          Null: { 'events:source': 'false' },
        },
      }),
    )
    grantItems(table, lambda, 'project')
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy,
    })
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is itself where the stream goes that was given up; nothing consumes it but a person.',
    })
    this.#follow(table)
    new Rule(this, 'Overdue', {
      description: 'Tells product teams what could not be told at once',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaTarget(lambda, { event: RuleTargetInput.fromObject({}), retryAttempts: 0 })],
    })
  }

  #follow(table: TableV2): void {
    const { function: target } = this.lambda
    new EventSourceMapping(this, 'Stream', {
      target,
      eventSourceArn: grantStream(table, target),
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: 1_000,
      maxRecordAge: givenUpAfter,
      onFailure: new SqsDlq(this.deadLetters),
      filters: [
        FilterCriteria.filter({ dynamodb: { Keys: { pk: { S: followed.map((prefix) => ({ prefix })) } } } }),
        FilterCriteria.filter({ eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'outbox#' }] } } } }),
      ],
    })
  }
}
