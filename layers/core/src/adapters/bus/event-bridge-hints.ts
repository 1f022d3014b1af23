import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { BusUnavailable, type HintPublisher } from '../../application/sync/ports.ts'
import type { Hint } from '../../domain/assignment/hint.ts'
import { hintSource } from '../environment/event-sources.ts'

/** What one PutEvents takes. */
const mostEntries = 10
/** A put that kept only some entries is repeated for the others, so often. */
const mostAttempts = 3

/** Puts hints onto the bus as `Account Hinted` (events/account-hinted). */
export class EventBridgeHints implements HintPublisher {
  readonly #client: Pick<EventBridgeClient, 'send'>
  readonly #bus: string

  constructor({ bus, client }: { readonly bus: string; readonly client?: Pick<EventBridgeClient, 'send'> }) {
    this.#bus = bus
    this.#client =
      client ??
      new EventBridgeClient({
        maxAttempts: 2,
        requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
      })
  }

  async publishHints(hints: readonly Hint[]): Promise<void> {
    const entries = hints.map((hint) => this.#entryOf(hint))
    for (let at = 0; at < entries.length; at += mostEntries) await this.#put(entries.slice(at, at + mostEntries))
  }

  #entryOf({ source: origin, ...hint }: Hint): PutEventsRequestEntry {
    const Detail = JSON.stringify({ ...hint, origin })
    return { EventBusName: this.#bus, Source: hintSource, DetailType: 'Account Hinted', Detail }
  }

  async #put(entries: readonly PutEventsRequestEntry[]): Promise<void> {
    let left = entries
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const command = new PutEventsCommand({ Entries: [...left] })
      const { Entries: results = [] } = await this.#client.send(command).catch((cause: unknown) => {
        throw new BusUnavailable(`PutEvents failed: ${cause instanceof Error ? cause.name : 'unknown'}`, { cause })
      })
      // Results come in the order of the entries; one without an id was not kept.
      left = left.filter((_, index) => results[index]?.EventId === undefined)
      if (left.length === 0) return
    }
    throw new BusUnavailable(`PutEvents kept ${entries.length - left.length} of ${entries.length} events`)
  }
}
