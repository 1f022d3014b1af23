import type { LogMembers } from '@rolecast/core/application/describe-error'

/** Writes what happened: no token, no name of a person, and nothing a caller can write. */
export type Log = (event: 'answered' | 'refused' | 'failed' | 'settled', members: LogMembers) => void

/** One JSON object per line. */
export function createLog(write: (line: string) => void): Log {
  return (event, members) => {
    write(`${JSON.stringify({ level: event === 'failed' ? 'ERROR' : 'INFO', event, ...members })}\n`)
  }
}
