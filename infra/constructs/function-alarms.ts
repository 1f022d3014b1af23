import { Duration } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import { alarmAbove, type WithAction } from './alarm-above.ts'
import type { LambdaFunction } from './lambda-function.ts'

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
