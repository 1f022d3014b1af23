import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'

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
