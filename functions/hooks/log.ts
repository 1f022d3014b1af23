/** Members that are `undefined` are left out. No secret, no token, and nothing that a sender writes. */
export type LogMembers = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export type Log = (event: 'taken' | 'verified' | 'refused' | 'failed', members: LogMembers) => void

/** One JSON object per line. */
export function createLog(write: (line: string) => void): Log {
  return (event, members) => {
    write(`${JSON.stringify({ level: event === 'failed' ? 'ERROR' : 'INFO', event, ...members })}\n`)
  }
}

/** Errors whose messages are ours and quote nothing. */
const known = new Set(['BusUnavailable', 'StoreUnavailable', 'SecretUnavailable', 'InvalidConfig'])

/** What a log may say of an error: messages of other people's code can quote what they were given, frames cannot. */
export function describeError(error: unknown): LogMembers {
  if (!(error instanceof Error)) return { error: typeof error }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return {
    error: error.name,
    message: known.has(error.name) ? error.message : undefined,
    frames: frames.slice(0, 8).map((line) => line.trim()),
  }
}
