import type { LogMembers } from '@rolecast/core/application/describe-error'

export type Log = (event: 'taken' | 'verified' | 'refused' | 'failed', members: LogMembers) => void

/** One JSON object per line. */
export function createLog(write: (line: string) => void): Log {
  return (event, members) => {
    write(`${JSON.stringify({ level: event === 'failed' ? 'ERROR' : 'INFO', event, ...members })}\n`)
  }
}
