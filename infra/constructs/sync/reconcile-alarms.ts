import { Duration } from 'aws-cdk-lib'
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { FilterPattern, type IFilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { alarmAbove, type WithAction } from '../alarm-above.ts'
import { alarmSilent } from '../alarm-silent.ts'
import type { LambdaFunction } from '../lambda-function.ts'

const period = Duration.minutes(5)
const receipt = FilterPattern.stringValue('$.event', '=', 'receipt')
const woken = FilterPattern.stringValue('$.event', '=', 'woken')

export interface ReconcileAlarmsProps extends WithAction {
  readonly lambda: LambdaFunction
  /** Of the metrics. */
  readonly namespace: string
}

/** Who has to look at reconciliation, and why. What a run found is in its receipt. */
export class ReconcileAlarms extends Construct {
  readonly #props: ReconcileAlarmsProps

  constructor(scope: Construct, id: string, props: ReconcileAlarmsProps) {
    super(scope, id)
    this.#props = props
    const { action, lambda } = props
    const found = FilterPattern.all(receipt, FilterPattern.numberValue('$.found', '>', 0))
    alarmAbove(this, 'Drift', {
      action,
      metric: this.#said('DriftFound', found, { value: '$.found', statistic: 'Sum' }),
      description: 'Accounts were not as their source says, so events were lost: npm run reconcile -- receipts',
    })
    alarmAbove(this, 'Braked', {
      action,
      metric: this.#said('RunsBraked', woken, { value: '$.braked', statistic: 'Maximum' }),
      description:
        'A run would take much away and waits for a person: npm run reconcile -- status, then release or stop',
    })
    const failed = FilterPattern.all(receipt, FilterPattern.stringValue('$.outcome', '=', 'failed'))
    alarmAbove(this, 'Failed', {
      action,
      metric: this.#said('RunsFailed', failed, { value: '1', statistic: 'Sum' }),
      description: 'A source could not be walked to its end; the receipt says why: npm run reconcile -- receipts',
    })
    alarmAbove(this, 'Overdue', {
      action,
      metric: this.#said('OrganizationsOverdue', woken, { value: '$.overdue', statistic: 'Maximum' }),
      description: 'An organization has had no receipt of zero drift for over a day: npm run reconcile -- status',
    })
    alarmSilent(this, 'Asleep', {
      action,
      metric: lambda.function.metricInvocations({ period: Duration.hours(1), statistic: 'Sum' }),
      description: 'Nobody has looked after reconciliation for an hour: see the schedule',
    })
  }

  #said(
    metricName: string,
    filterPattern: IFilterPattern,
    { value, statistic }: { readonly value: string; readonly statistic: string },
  ): Metric {
    const { lambda, namespace: metricNamespace } = this.#props
    const { logGroup } = lambda
    const filter = new MetricFilter(this, metricName, {
      logGroup,
      filterPattern,
      metricNamespace,
      metricName,
      metricValue: value,
    })
    return filter.metric({ period, statistic })
  }
}
