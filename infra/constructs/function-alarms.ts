import { Duration } from 'aws-cdk-lib'
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { LambdaFunction } from './lambda-function.ts'

export interface AlarmTerms {
  readonly metric: IMetric
  /** What is wrong, and the first thing to look at. */
  readonly description: string
  /** Alarms above this value. Default: 0. */
  readonly above?: number
  /** Periods in a row. Default: 1. */
  readonly periods?: number
}

/** An alarm that goes off above a value. No data means no trouble: nobody called. */
export function alarmAbove(scope: Construct, id: string, { action, ...terms }: AlarmTerms & WithAction): Alarm {
  const alarm = new Alarm(scope, id, {
    metric: terms.metric,
    alarmDescription: terms.description,
    threshold: terms.above ?? 0,
    evaluationPeriods: terms.periods ?? 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  })
  alarm.addAlarmAction(action)
  alarm.addOkAction(action)
  return alarm
}

export interface WithAction {
  readonly action: IAlarmAction
}

/** Alarms of one function: it fails, it is throttled, or it comes near its timeout. */
export class FunctionAlarms extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: WithAction & { readonly lambda: LambdaFunction; readonly name: string },
  ) {
    super(scope, id)
    const { action, name } = props
    const { function: lambda, timeout } = props.lambda
    const period = Duration.minutes(5)
    alarmAbove(this, 'Errors', {
      action,
      metric: lambda.metricErrors({ period, statistic: 'Sum' }),
      description: `${name} failed: see its log group`,
    })
    alarmAbove(this, 'Throttles', {
      action,
      metric: lambda.metricThrottles({ period, statistic: 'Sum' }),
      description: `${name} was throttled: see the concurrency of the account and of the function`,
    })
    alarmAbove(this, 'Slow', {
      action,
      metric: lambda.metricDuration({ period, statistic: 'p99' }),
      above: timeout.toMilliseconds() * 0.8,
      periods: 2,
      description: `${name} comes near its timeout of ${timeout.toSeconds()} s: see what it waits for`,
    })
  }
}
