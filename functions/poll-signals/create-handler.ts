import { describeError, type LogMembers } from '@rolecast/core/application/describe-error'
import { type PollDependencies, type PollReport, pollSignals } from '@rolecast/core/application/sync/poll-signals'

export interface PollSignalsDependencies extends Omit<PollDependencies, 'transmitter' | 'reader'> {
  /** By the name of the connection. */
  readonly polls: ReadonlyMap<string, Pick<PollDependencies, 'transmitter' | 'reader'>>
  readonly write: (line: string) => void
}

/** Thrown when a transmitter could not be asked, so that the invocation counts as failed; the log says which and why. */
export class PollFailed extends Error {
  override readonly name = 'PollFailed'
}

/** Asks every transmitter once. One that fails does not keep the others from being asked. Any event is the ordinary run. */
export function createHandler({ polls, write, ...dependencies }: PollSignalsDependencies) {
  const log = (level: 'INFO' | 'ERROR', event: string, members: LogMembers) =>
    write(`${JSON.stringify({ level, event, ...members })}\n`)
  const run = async (
    hook: string,
    parts: Pick<PollDependencies, 'transmitter' | 'reader'>,
  ): Promise<PollReport | undefined> => {
    try {
      const report = await pollSignals({ ...dependencies, ...parts })
      log(report.failure === undefined ? 'INFO' : 'ERROR', 'polled', { hook, ...report })
      return report
    } catch (error) {
      log('ERROR', 'failed', { hook, ...describeError(error) })
      return undefined
    }
  }
  return async (): Promise<Readonly<Record<string, PollReport>>> => {
    const ends = await Promise.all([...polls].map(async ([hook, parts]) => [hook, await run(hook, parts)] as const))
    const failed = ends.filter(([, report]) => report?.failure !== undefined || report === undefined)
    if (failed.length > 0) throw new PollFailed(`${failed.length} of ${ends.length} transmitters could not be polled`)
    return Object.fromEntries(ends.flatMap(([hook, report]) => (report === undefined ? [] : [[hook, report]])))
  }
}
