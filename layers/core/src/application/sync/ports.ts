/** What the use cases of synchronisation need from outside, beside `../ports.ts`. */
import type { IdentityEvent } from '../../domain/assignment/identity-event.ts'
import type { Outcome, Refusal } from '../../domain/decision/refusal.ts'

/** Reads what a queue delivered. */
export interface EventReader {
  /**
   * What is said in one message, and by whom: signatures are verified, contracts held. Everything that can be wrong with a
   * message is a refusal. `receivedAt`: epoch milliseconds by our clock. Throws `EventKeysUnavailable`.
   */
  readEvents(raw: string, receivedAt: number): Promise<Outcome<readonly IdentityEvent[]>>
}

/** Thrown when the keys of a source cannot be had: whether the event is genuine cannot be told now. */
export class EventKeysUnavailable extends Error {
  override readonly name = 'EventKeysUnavailable'
}

/** The identifiers of the events of the last time, so that none comes again with another content. */
export interface EventIdStore {
  /**
   * `first`: nobody has noted the identifier; it is noted now. `same`: it was noted with this digest. `other`: with another
   * one. `expiresAt`: epoch seconds.
   */
  noteEventId(
    event: { readonly source: string; readonly eventId: string; readonly digest: string },
    expiresAt: number,
  ): Promise<'first' | 'same' | 'other'>
}

/** An event that could not be applied, kept as it came until somebody replays or drops it. */
export interface ParkedEvent {
  /** Sorts by the time of receipt; the same for every delivery of one message. */
  readonly id: string
  /** Why, with its evidence. */
  readonly refusal: Refusal
  /** The message as it came; its beginning, where `truncated`. */
  readonly raw: string
  readonly truncated: boolean
  /** `queue`: from the ingest queue, to which it can be replayed. `hook`: a delivery over HTTP. */
  readonly origin: 'queue' | 'hook'
  /** When it was received, epoch milliseconds. */
  readonly receivedAt: number
  /** How often it was parked. */
  readonly attempts: number
}

export interface ParkedEventStore {
  /** Keeps it for `parkedForMs`. Parking what is parked already raises `attempts` and takes the new reason. */
  park(event: Omit<ParkedEvent, 'attempts' | 'truncated'>): Promise<void>
  /** The youngest first, without `raw`. `before`: the last id of the page before. */
  listParked(options: {
    readonly limit: number
    readonly before?: string
  }): Promise<readonly Omit<ParkedEvent, 'raw'>[]>
  readParked(id: string): Promise<ParkedEvent | undefined>
  dropParked(id: string): Promise<'dropped' | 'absent'>
}
