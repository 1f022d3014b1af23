import {
  measurePromise,
  type PromiseDependencies,
  type PromiseReport,
  type PromiseTerms,
} from '@rolecast/core/application/promise/measure-promise'
import { metricsLine } from './metrics.ts'

export interface ProbeDependencies extends PromiseDependencies {
  readonly stage: string
  readonly terms: PromiseTerms
  readonly write: (line: string) => void
}

/** Any event is a round: a schedule's, or one by hand. What went wrong is a metric and a line, not an error. */
export function createHandler(dependencies: ProbeDependencies) {
  const { stage, terms, clock, write } = dependencies
  return async (): Promise<PromiseReport> => {
    const report = await measurePromise(dependencies, terms)
    for (const { phase, reason, error } of report.failures) {
      write(`${JSON.stringify({ level: 'ERROR', event: 'probe_failed', phase, reason, error })}\n`)
    }
    write(`${JSON.stringify(metricsLine({ stage, report, at: clock() }))}\n`)
    return report
  }
}
