import { Duration } from 'aws-cdk-lib'
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets'
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { Deployment } from '../../deployment.ts'
import type { DataStack } from '../../stacks/data-stack.ts'
import { grantSecretOf, identityAdminsEnvironment } from '../identity-admins.ts'
import { type FunctionDefaults, type FunctionSize, LambdaFunction } from '../lambda-function.ts'
import { grantItems } from '../table-grants.ts'
import { grantStream } from '../table-stream.ts'

export interface ReconcileProps {
  readonly data: DataStack
  readonly deployment: Deployment
  /** Folder that holds the function's `index.mjs`. */
  readonly code: string
  readonly size: FunctionSize
  readonly defaults: FunctionDefaults
  /** From the end of an organization's run to its next. */
  readonly every: Duration
}

/** Organizations whose runs go on at the same time. */
const abreast = 4

/**
 * Holds what is stored against its sources. The schedule begins what is due; a run goes on because the stream of the table tells
 * that it wants its next step: what commits a step calls for the next, without a message of its own that could be lost.
 */
export class Reconcile extends Construct {
  readonly lambda: LambdaFunction

  constructor(scope: Construct, id: string, props: ReconcileProps) {
    super(scope, id)
    const { data, deployment, size } = props
    this.lambda = new LambdaFunction(this, 'Reconcile', {
      description: 'Holds what is stored against its sources, one page at a time',
      code: props.code,
      environment: {
        ROLECAST_TABLE: data.table.tableName,
        // Longer than a step may take: whoever disappears leaves a lease that ends.
        ROLECAST_LEASE_SECONDS: String(size.timeoutSeconds + 30),
        ROLECAST_RECONCILE_EVERY_SECONDS: String(props.every.toSeconds()),
        ...identityAdminsEnvironment(deployment, data.identityAdminSecret),
      },
      size,
      defaults: props.defaults,
    })
    const { function: target } = this.lambda
    grantItems(data.table, target, 'reconcile')
    grantSecretOf(data.identityAdminSecret, target)
    this.#follow(data)
    new Rule(this, 'Schedule', {
      description: 'Begins reconciliations that are due, and hands on those that stand still',
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute is the next try.
      targets: [new LambdaTarget(target, { event: RuleTargetInput.fromObject({ wake: true }), retryAttempts: 0 })],
    })
  }

  #follow({ table }: DataStack): void {
    const { function: target } = this.lambda
    new EventSourceMapping(this, 'Stream', {
      target,
      eventSourceArn: grantStream(table, target),
      startingPosition: StartingPosition.LATEST,
      // One record, one step, one page: runs of other organizations do not wait behind it.
      batchSize: 1,
      parallelizationFactor: abreast,
      reportBatchItemFailures: true,
      // A step that failed leaves a lease; the schedule hands the run on when that has ended.
      retryAttempts: 1,
      maxRecordAge: Duration.minutes(5),
      filters: [FilterCriteria.filter({ dynamodb: { NewImage: { kind: { S: ['run'] }, next: { S: ['now'] } } } })],
    })
  }
}
