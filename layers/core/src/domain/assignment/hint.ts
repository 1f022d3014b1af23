/**
 * That something may have changed at a source: never what. Sources whose events carry no version say no more than this
 * dependably, so a hint only makes what is stored doubtful until the source is asked again.
 */
export interface Hint {
  /** Name of the connection it came through. */
  readonly source: string
  /** As the source names the event; our own digest where it names none that we can spell. */
  readonly eventId: string
  readonly organization: string
  /** Absent: any account of the organization may be concerned. */
  readonly account?: string
  /** When the source says it happened, epoch milliseconds, never after its receipt. Evidence only: clocks differ. */
  readonly occurredAt: number
  /** Kind of the event, in the source's words. */
  readonly reason: string
}

/** What was found in what a source sent: events that concern nobody's roles are counted, unreadable ones named. */
export interface HintReading {
  readonly hints: readonly Hint[]
  readonly ignored: number
  readonly refused: readonly UnreadableEvent[]
}

export interface UnreadableEvent {
  /** Where in the delivery it stands, from 0. */
  readonly index: number
  /** What is wrong, in our words; nothing of the event itself. */
  readonly reason: string
}
