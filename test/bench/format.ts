import type { Figures } from './bench.ts'
import type { ReconcileRunFigures } from './reconcile.ts'

/** The figures for a person: a section each, two columns. */
export function formatFigures(figures: Figures): string {
  const lines = [`Node ${figures.machine.node}, ${figures.machine.cpu}, ${figures.machine.cores} cores`]
  const section = (title: string, rows: readonly (readonly [string, string])[]) => {
    const width = Math.max(...rows.map(([name]) => name.length))
    lines.push('', title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`))
  }
  const { authorizer, refusal, token, coldStart, bundle, reads, sync } = figures
  if (authorizer !== undefined) {
    const pair = (one: { newTokenRatio: number; repeatedTokenRatio: number }) =>
      `${one.newTokenRatio.toFixed(3).padStart(8)}  ${one.repeatedTokenRatio.toFixed(4).padStart(9)}`
    section('Authorizer, event to answer, × a bare ES256 crypto.verify (new token, repeated token)', [
      ['rolecast', pair(authorizer)],
      ...Object.entries(authorizer.peers).map(([name, one]) => [name, pair(one)] as const),
      ['500 permissions over 40', authorizer.largeToSmallRatio.toFixed(3).padStart(8)],
    ])
  }
  if (refusal !== undefined) {
    section(
      'Refusing, × the same',
      Object.entries(refusal).map(([name, ratio]) => [name, ratio.toFixed(4)]),
    )
  }
  if (token !== undefined) {
    section('Token, 500 permissions of which 125 are held by section', [
      ['payload of the permission claim, bytes', String(token.claimBytes500of125)],
      ['whole token over the same without permissions', token.jwtToEmptyRatio.toFixed(3)],
      ...Object.entries(token.byEncoding).map(([name, size]) => [`whole token, ${name}`, String(size)] as const),
    ])
  }
  if (coldStart !== undefined) {
    section(
      'Cold start, process CPU × an empty handler',
      Object.entries(coldStart).map(([name, { cpuRatioToEmpty }]) => [name, cpuRatioToEmpty.toFixed(3)]),
    )
  }
  if (bundle !== undefined) {
    section(
      'Bundles, bytes',
      Object.entries(bundle).map(([name, { bytes }]) => [name, String(bytes)]),
    )
  }
  if (reads !== undefined) {
    section(
      'Reads',
      Object.entries(reads).map(([name, count]) => [name, String(count)]),
    )
  }
  if (sync !== undefined) {
    const { count, appliedPerSecond, repeatedPerSecond, requestsEach } = sync.statements
    section('Statements from the queue into the embedded table', [
      ['events', String(count)],
      ['applied, per second', String(appliedPerSecond)],
      ['repeated, per second', String(repeatedPerSecond)],
      ['requests to the table for each applied', requestsEach.toFixed(2)],
    ])
    const { accounts, peakMb, beforeMb, first, second, third } = sync.reconcile
    const run = ({ accountsPerSecond, sourcePages, sourceReads, accountWrites }: ReconcileRunFigures) =>
      `${accountsPerSecond} accounts/s, ${sourcePages} pages and ${sourceReads} accounts read, ${accountWrites} written`
    section(`Reconciliation of ${accounts} accounts against the embedded table`, [
      ['nothing is stored', run(first)],
      ['nothing has changed', run(second)],
      ['one in a thousand has', run(third)],
      ['memory at most, MB', `${peakMb} (${beforeMb} before)`],
    ])
  }
  return lines.join('\n')
}
