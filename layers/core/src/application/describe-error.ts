/** Members of a log line; those that are `undefined` are left out. No token, claim or key, and nothing a caller can write. */
export type LogMembers = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** Errors whose messages are ours and quote nothing. */
const known = new Set([
  'StoreUnavailable',
  'StoreCorrupt',
  'KeyWrapperUnavailable',
  'UnwrapRefused',
  'SecretUnavailable',
  'InvalidConfig',
  'EventKeysUnavailable',
  'BusUnavailable',
])

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
