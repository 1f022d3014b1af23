import type { PromiseReport } from '@rolecast/core/application/promise/measure-promise'

interface Measured {
  readonly stage: string
  readonly report: PromiseReport
  /** Epoch milliseconds. */
  readonly at: number
}

/**
 * A line that CloudWatch reads metrics from (embedded metric format). A time that was not measured is left out, so that its
 * absence shows as missing data.
 */
export function metricsLine({ stage, report, at }: Measured): object {
  const { revokeToDenyMs, grantToAllowMs, failures, unanswered } = report
  const times = [...timeOf('RevokeToDeny', revokeToDenyMs.max), ...timeOf('GrantToAllow', grantToAllowMs.max)] as const
  const counts = [
    { name: 'ProbeFailures', unit: 'Count', value: failures.length },
    { name: 'ProbeUnanswered', unit: 'Count', value: unanswered },
  ]
  const metrics = [...times, ...counts]
  return {
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [
        {
          Namespace: `Rolecast/${stage}`,
          Dimensions: [[]],
          Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    level: 'INFO',
    event: 'probed',
    ...Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
    samples: revokeToDenyMs.samples,
    grantAccesses: grantToAllowMs.accesses,
  }
}

function timeOf(name: string, value: number | undefined) {
  return value === undefined ? [] : [{ name, unit: 'Milliseconds', value: Math.round(value) }]
}
