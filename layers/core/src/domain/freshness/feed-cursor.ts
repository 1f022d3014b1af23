/** Where a reader of the change feed is. Times are epoch milliseconds by the clocks of the token service. */
export interface FeedPosition {
  /** Entries since then are still to be told. */
  readonly from: number
  /** Within a round of pages: the earliest moment at which the log was read for one of them. */
  readonly readAt?: number
}

/** Readers keep it as it is and understand nothing of it. */
export function writeCursor({ from, readAt }: FeedPosition): string {
  const times = readAt === undefined ? [from] : [from, readAt]
  return ['1', ...times.map((time) => Math.max(0, Math.floor(time)).toString(36))].join('.')
}

/** `undefined` for anything that `writeCursor` would not have written. */
export function readCursor(text: string): FeedPosition | undefined {
  if (text.length > 64) return undefined
  const [version, ...times] = text.split('.')
  const [from, readAt] = times.map((time) => Number.parseInt(time, 36))
  if (version !== '1' || from === undefined || !Number.isSafeInteger(from)) return undefined
  if (readAt !== undefined && !Number.isSafeInteger(readAt)) return undefined
  const position = readAt === undefined ? { from } : { from, readAt }
  return writeCursor(position) === text ? position : undefined
}
