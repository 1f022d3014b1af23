const day = 86_400_000

/** The longest that the bus may keep events to be replayed, in days. */
export const longestArchiveDays = 90

/** The longest that a queue keeps a message, milliseconds (Amazon SQS). */
export const queueRetentionMs = 14 * day

/**
 * Events older than this are refused, milliseconds: the longest archive, then as long as a message can wait, first in the
 * ingest queue and then in its dead-letter queue.
 */
export const eventHorizonMs = longestArchiveDays * day + 2 * queueRetentionMs

/** An event's identifier is remembered this long after its receipt: while an event as old as that is still taken. */
export const eventIdRetentionMs = eventHorizonMs + day

/** Parked events are kept this long, milliseconds: longer than the archive they came from. Accounts are kept for ever. */
export const parkedForMs = eventHorizonMs + 30 * day
