import { Duration } from 'aws-cdk-lib'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { alarmAbove, type WithAction } from '../alarm-above.ts'
import { alarmSilent } from '../alarm-silent.ts'
import type { Probe } from './probe.ts'

export interface ProbeAlarmsProps extends WithAction {
  readonly probe: Probe
  /** Of the metrics that the probe writes. */
  readonly namespace: string
}

/** The promise is broken, could not be measured, or nobody measures it. */
export class ProbeAlarms extends Construct {
  constructor(scope: Construct, id: string, { probe, namespace, action }: ProbeAlarmsProps) {
    super(scope, id)
    const { boundSeconds, everyMinutes } = probe.settings
    const metric = (metricName: string, statistic: string, rounds: number) =>
      new Metric({ namespace, metricName, statistic, period: Duration.minutes(everyMinutes * rounds) })
    alarmAbove(this, 'TooLate', {
      action,
      metric: metric('RevokeToDeny', 'Maximum', 1),
      above: boundSeconds * 1000,
      description: `A role that was taken away still opened the product after ${boundSeconds} s: see docs/freshness.md`,
    })
    alarmAbove(this, 'Failures', {
      action,
      metric: metric('ProbeFailures', 'Sum', 1),
      description: 'A round of the probe failed: its log says in which phase (event "probe_failed")',
    })
    alarmSilent(this, 'Silent', {
      action,
      metric: metric('RevokeToDeny', 'SampleCount', 3),
      description: 'Nobody has measured for three rounds how long removals take: see the log and schedule of the probe',
    })
  }
}
