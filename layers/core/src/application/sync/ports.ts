/** What the use cases of synchronisation need from outside, beside `../ports.ts`. */
import type { Hint, HintReading } from '../../domain/assignment/hint.ts'
import type { IdentityEvent } from '../../domain/assignment/identity-event.ts'
import type { AccountKey, SourceStatement } from '../../domain/assignment/statement.ts'
import type { Outcome, Refusal } from '../../domain/decision/refusal.ts'
import type { AccountListing } from '../../domain/reconcile/account-listing.ts'
import type { Receipt, Run, Suspect } from '../../domain/reconcile/run.ts'

/** Reads what a queue delivered. */
export interface EventReader {
  /**
   * What is said in one message, and by whom: signatures are verified, contracts held. Everything that can be wrong with a
   * message or a part of it is a refusal; a message that concerns nobody says nothing. `receivedAt`: epoch milliseconds by
   * our clock. Throws `EventKeysUnavailable`.
   */
  readEvents(raw: string, receivedAt: number): Promise<readonly Outcome<IdentityEvent>[]>
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
  /** From `parkedId`. */
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

/** More than a bus takes (256 kB), less than an item may hold (400 KB). Bytes in UTF-8. */
export const longestParkedBytes = 300 * 1024

export interface ParkedEventStore {
  /**
   * Keeps it for `parkedForMs` from its receipt. Parking what is parked already raises `attempts` and takes the new reason.
   * Of a message of more than `longestParkedBytes` the beginning is kept.
   */
  park(event: Omit<ParkedEvent, 'attempts' | 'truncated'>): Promise<void>
  /** The youngest first, without `raw`. `before`: the last id of the page before. */
  listParked(options: {
    readonly limit: number
    readonly before?: string
  }): Promise<readonly Omit<ParkedEvent, 'raw'>[]>
  readParked(id: string): Promise<ParkedEvent | undefined>
  dropParked(id: string): Promise<'dropped' | 'absent'>
}

/** Accounts nobody has stored so far, many at a time. */
export interface NewAccounts {
  /**
   * Stores each account of the list that is not stored, confirmed at this moment (epoch milliseconds: when the read behind it was
   * started), and answers those that are: nothing of them is written. No account may be in the list twice.
   */
  createAccounts(statements: readonly SourceStatement[], confirmedAt: number): Promise<readonly AccountKey[]>
}

export interface OrganizationListing {
  readonly organization: string
  /** As in `Organization`. */
  readonly dirtySince?: number
}

/**
 * What there is, listed. Kept by the database from the very items, so it never says what was not stored; it may be a moment
 * behind them. So a listing only says where to look: whoever changes something reads the item first.
 */
export interface Listings {
  listOrganizations(): Promise<readonly OrganizationListing[]>
  /** The accounts of one bucket (`bucketOf`, from 0), in any order. */
  listAccounts(organization: string, bucket: number): Promise<readonly AccountListing[]>
}

/** What one page of a walk leaves behind, beside the run itself. */
export interface WalkedPage {
  readonly attempt: number
  /** From 1 in each attempt. */
  readonly page: number
  /** `packListed`. */
  readonly listed: Uint8Array
}

/** What is written with a run, in one transaction. */
export interface RunWrite {
  readonly page?: WalkedPage
  /** Chunks are numbered from 0 in each run. */
  readonly suspects?: readonly { readonly chunk: number; readonly suspects: readonly Suspect[] }[]
  readonly receipt?: Receipt
}

/** The runs of reconciliation: one record for each organization, and what its present run has found. */
export interface RunStore {
  /** Strongly consistent. */
  readRun(organization: string): Promise<Run | undefined>
  /** Only if nobody wrote the run since it was read at `run.revision`; what is stored then has one more. All or nothing. */
  writeRun(run: Run, beside?: RunWrite): Promise<'written' | 'conflict'>
  /** Every organization's run, possibly a moment behind. */
  listRuns(): Promise<readonly RunListing[]>
  readPages(run: Pick<Run, 'organization' | 'run'>, attempt: number): Promise<readonly WalkedPage[]>
  readSuspects(run: Pick<Run, 'organization' | 'run'>, chunk: number): Promise<readonly Suspect[]>
  /** The youngest first. */
  listReceipts(organization: string, limit: number): Promise<readonly Receipt[]>
}

export type RunListing = Pick<Run, 'organization' | 'run' | 'state' | 'updatedAt' | 'wakeAt' | 'soundAsOf'> &
  Pick<Run['walk'], 'hintsUntil'>

/** Thrown when the bus did not keep what was put: whoever sent it has to send it again. */
export class BusUnavailable extends Error {
  override readonly name = 'BusUnavailable'
}

export interface HintPublisher {
  /** Returns once every hint is kept by the bus, in any order. Repeating some is harmless. @throws BusUnavailable */
  publishHints(hints: readonly Hint[]): Promise<void>
}

/** What somebody sent to a hook. */
export interface Delivery {
  readonly method: 'GET' | 'POST'
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  /** Bytes as they were sent. */
  readonly body: Uint8Array
}

/** A delivery of an authenticated sender: a question of its protocol, or events. */
export type Received =
  | { readonly kind: 'handshake'; readonly mediaType: 'application/json' | 'text/plain'; readonly body: string }
  | {
      readonly kind: 'events'
      readonly reading: HintReading
      /** The delivery as it may be kept for a person: without secrets. */
      readonly raw: string
    }

/** One connection to a source that sends: its way to prove who sends, and to read what is sent. */
export interface DeliveryReceiver {
  /**
   * Refuses who does not prove to be the sender. What the sender means and we cannot read is no refusal: it is in the
   * reading. @throws SecretUnavailable
   */
  receive(delivery: Delivery): Promise<Outcome<Received>>
}

/** One request to a transmitter of security events (RFC 8936 section 2.2). */
export interface SignalPoll {
  /** Events that are kept here, by `jti`: the transmitter may forget them. */
  readonly ack: readonly string[]
  /** Events that cannot be taken, by `jti` (section 2.6): it may forget them as well. */
  readonly setErrs: Readonly<Record<string, { readonly err: string; readonly description: string }>>
  /** 0: only acknowledge. */
  readonly maxEvents: number
}

export type SignalAnswer =
  | { readonly outcome: 'events'; readonly sets: ReadonlyMap<string, string>; readonly moreAvailable: boolean }
  | { readonly outcome: 'failed'; readonly reason: 'network' | 'refused' | 'status' | 'garbage' }

export interface SignalTransmitter {
  /** Never throws for what a transmitter can do wrong; never waits for events. @throws SecretUnavailable */
  poll(request: SignalPoll): Promise<SignalAnswer>
}

/** A security event token, verified and read. */
export interface Signal {
  readonly jti: string
  readonly reading: HintReading
}

export interface SignalReader {
  /** Everything that can be wrong with a token is a refusal; `provider_unavailable` when keys cannot be had. */
  readSignal(token: string): Promise<Outcome<Signal>>
}
