import type { PromiseFigures } from '@rolecast/core/application/promise/figures'
import type { ProbeFigures } from './run-probe.ts'

/** Whether everything came out as promised, and something was measured at all. */
export function isKept({ failures, load, revokeToDenyMs, grantToAllowMs }: ProbeFigures): boolean {
  return failures.length === 0 && load.refused === 0 && revokeToDenyMs.samples > 0 && grantToAllowMs.samples > 0
}

/** For people; `--json` is for programs. */
export function formatFigures(figures: ProbeFigures): string {
  const { revokeToDenyMs, grantToAllowMs, allowReads, decisions, feedReads, authorizers, load, failures } = figures
  return [
    `taken away → refused everywhere   ${timesOf(revokeToDenyMs)}`,
    `given → allowed                   ${timesOf(grantToAllowMs)}, at access ${grantToAllowMs.accesses}`,
    `reads per decision that allows    ${allowReads} (${decisions} decisions, ${feedReads} reads of the change feed)`,
    `authorizers                       ${authorizers}`,
    `others                            ${load.sent} accesses, ${load.refused} refused, ${load.unanswered} unanswered`,
    ...failures.map(({ account, phase, reason, error }) =>
      [`FAILED  ${account}: ${phase}, ${reason}`, ...(error === undefined ? [] : [error])].join(' '),
    ),
  ].join('\n')
}

function timesOf({ p50, p99, max, samples }: PromiseFigures): string {
  if (p50 === undefined || p99 === undefined || max === undefined) return 'no samples'
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
  return `p50 ${seconds(p50)}, p99 ${seconds(p99)}, max ${seconds(max)} (${samples} samples)`
}
