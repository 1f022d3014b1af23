import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { Dashboard, GraphWidget, type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { FilterPattern, type IFilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import { alarmAbove } from '../constructs/alarm-above.ts'
import { alarmSilent } from '../constructs/alarm-silent.ts'
import { FunctionAlarms } from '../constructs/function-alarms.ts'
import { ProbeAlarms } from '../constructs/sync/probe-alarms.ts'
import type { Project } from '../constructs/sync/project.ts'
import { ReconcileAlarms } from '../constructs/sync/reconcile-alarms.ts'
import type { Deployment } from '../deployment.ts'
import type { StageName } from '../stages.ts'
import type { DataStack } from './data-stack.ts'
import type { IdentityStack } from './identity-stack.ts'
import type { SyncStack } from './sync-stack.ts'

export interface OperationsStackProps extends StackProps {
  readonly stage: StageName
  readonly deployment: Deployment
  readonly data: DataStack
  readonly identity: IdentityStack
  readonly sync: SyncStack
}

/** Watches a stage: alarms to one topic, and a dashboard. */
export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, props: OperationsStackProps) {
    super(scope, id, props)
    const { stage, data, identity, sync } = props
    const topic = new Topic(this, 'Alarms', { displayName: `Rolecast ${stage}`, enforceSSL: true })
    if (props.deployment.alarmEmail !== undefined) {
      topic.addSubscription(new EmailSubscription(props.deployment.alarmEmail))
    }
    const action = new SnsAction(topic)
    const functions = { token: identity.token, 'rotate-keys': identity.rotateKeys, ...sync.functions }
    for (const [name, lambda] of Object.entries(functions)) {
      new FunctionAlarms(this, `Function-${name}`, { lambda, name, action })
    }
    const serverErrors = identity.api.stage.metricServerError({ period, statistic: 'Sum' })
    alarmAbove(this, 'ServerErrors', {
      action,
      metric: serverErrors,
      description: 'The token service answered 5xx: authorizers that have to ask it refuse',
    })
    alarmSilent(this, 'RotationMissing', {
      action,
      metric: identity.rotateKeys.function.metricInvocations({ period: Duration.hours(6), statistic: 'Sum' }),
      description: 'Nobody has looked after the signing keys for six hours: see the schedule',
    })
    const namespace = `Rolecast/${stage}`
    if (sync.probe !== undefined) new ProbeAlarms(this, 'Probe', { probe: sync.probe, namespace, action })
    new ReconcileAlarms(this, 'Reconcile', { lambda: sync.reconcile.lambda, namespace, action })
    alarmAbove(this, 'DeadLetters', {
      action,
      metric: sync.ingest.queue.deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      description: 'Identity events could not be handled at all: see the ingest log, then npm run parked -- redrive',
    })
    alarmAbove(this, 'EventsLate', {
      action,
      metric: sync.ingest.queue.queue.metricApproximateAgeOfOldestMessage({ period, statistic: 'Maximum' }),
      above: lateSeconds,
      description: 'An identity event has waited long to be applied: see the ingest log for what it waits for',
    })
    const parked = FilterPattern.stringValue('$.event', '=', 'parked')
    const ingestLogs = sync.ingest.lambda.logGroup
    alarmAbove(this, 'Parked', {
      action,
      metric: this.#count({ stage, logGroup: ingestLogs, name: 'ParkedEvents', pattern: parked }),
      description: 'Identity events were parked: npm run parked -- list says which, and why',
    })
    if (sync.hooks !== undefined) {
      const inPart = FilterPattern.all(
        FilterPattern.stringValue('$.event', '=', 'taken'),
        FilterPattern.numberValue('$.parked', '>', 0),
      )
      const malformed = FilterPattern.stringValue('$.code', '=', 'delivery_malformed')
      const pattern = FilterPattern.any(inPart, malformed)
      alarmAbove(this, 'ParkedDeliveries', {
        action,
        metric: this.#count({ stage, logGroup: sync.hooks.lambda.logGroup, name: 'UnreadableDeliveries', pattern }),
        description: 'Deliveries of identity providers were parked: npm run parked -- list says which, and why',
      })
    }
    this.#alarmOnProjection(stage, sync.project, action)
    const tableThrottles = tableMetric(data.table, 'ThrottledRequests')
    alarmAbove(this, 'TableThrottles', {
      action,
      metric: tableThrottles,
      description: 'The table throttled requests: see its traffic by partition key',
    })
    const { logGroup } = identity.token
    const failed = FilterPattern.stringValue('$.event', '=', 'failed')
    alarmAbove(this, 'Failures', {
      action,
      metric: this.#count({ stage, logGroup, name: 'TokenServiceFailures', pattern: failed }),
      description: 'The token service met something it has no answer for: see its log lines with event "failed"',
    })
    const full = FilterPattern.all(
      FilterPattern.stringValue('$.event', '=', 'minted'),
      FilterPattern.stringValue('$.kind', '=', 'full'),
    )
    const defaultFull = this.#count({ stage, logGroup, name: 'DefaultFullTokens', pattern: full })
    alarmAbove(this, 'DefaultFull', {
      action,
      metric: defaultFull,
      description:
        'Tokens with default-full access were issued: accounts without a role had everything, as their organization opted in',
    })
    new Dashboard(this, 'Dashboard', {
      dashboardName: `rolecast-${stage}`,
      widgets: [
        [
          graph(
            'Token service',
            [identity.api.stage.metricCount({ period, statistic: 'Sum' })],
            [
              identity.api.stage.metricLatency({ period, statistic: 'p50' }),
              identity.api.stage.metricLatency({ period, statistic: 'p99' }),
            ],
          ),
          graph('Answers', [identity.api.stage.metricClientError({ period, statistic: 'Sum' }), serverErrors]),
        ],
        Object.entries(functions).map(([name, { function: lambda }]) =>
          graph(
            name,
            [lambda.metricInvocations({ period }), lambda.metricErrors({ period }), lambda.metricThrottles({ period })],
            [lambda.metricDuration({ period, statistic: 'p99' })],
          ),
        ),
        [graph('Default-full tokens', [defaultFull]), graph('Table', [tableThrottles])],
      ],
    })
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn })
  }

  /** Views decide nothing, so what is wrong with them shows nowhere else. */
  #alarmOnProjection(stage: StageName, { lambda, deadLetters }: Project, action: SnsAction): void {
    const { logGroup } = lambda
    const lines = (name: string, event: string) =>
      this.#count({ stage, logGroup, name, pattern: FilterPattern.stringValue('$.event', '=', event) })
    alarmAbove(this, 'ProjectionBehind', {
      action,
      metric: lambda.function.metric('IteratorAge', { period, statistic: 'Maximum' }),
      above: Duration.minutes(5).toMilliseconds(),
      description: 'Member lists, audit and outbound events are minutes behind: see the log of project',
    })
    alarmAbove(this, 'ProjectionGivenUp', {
      action,
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period, statistic: 'Maximum' }),
      description: 'A stretch of the stream was given up: rebuild the views (docs/data-model.md)',
    })
    alarmAbove(this, 'UnreadableItems', {
      action,
      metric: lines('UnreadableRecords', 'unreadable_record'),
      description: 'An item of the table is damaged: see the log of project, then docs/data-model.md',
    })
    alarmAbove(this, 'OutboundFailures', {
      action,
      metric: lines('UnpublishedEvents', 'publish_failed'),
      above: 10,
      description: 'The outbound bus does not take events; they wait in the outbox and are told every minute anew',
    })
  }

  /** Counts log lines. */
  #count({ stage, logGroup, name, pattern }: CountedLines): Metric {
    const filter = new MetricFilter(this, name, {
      logGroup,
      filterPattern: pattern,
      metricNamespace: `Rolecast/${stage}`,
      metricName: name,
      metricValue: '1',
    })
    return filter.metric({ period, statistic: 'Sum' })
  }
}

interface CountedLines {
  readonly stage: StageName
  readonly logGroup: ILogGroup
  readonly name: string
  readonly pattern: IFilterPattern
}

const period = Duration.minutes(5)

/** Twice the time in which a message that failed once is handed over again. */
const lateSeconds = 360

function tableMetric(table: TableV2, metricName: string): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName,
    dimensionsMap: { TableName: table.tableName },
    period,
    statistic: 'Sum',
  })
}

function graph(title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget {
  return new GraphWidget({ title, left: [...left], right: [...right], width: 12 })
}
