import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { WithAction } from './alarm-above.ts'

/** An alarm that goes off where nothing is counted in a period: what runs on a schedule stops quietly otherwise. */
export function alarmSilent(
  scope: Construct,
  id: string,
  { action, metric, description }: WithAction & { readonly metric: IMetric; readonly description: string },
): Alarm {
  const alarm = new Alarm(scope, id, {
    metric,
    alarmDescription: description,
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.BREACHING,
  })
  alarm.addAlarmAction(action)
  alarm.addOkAction(action)
  return alarm
}
