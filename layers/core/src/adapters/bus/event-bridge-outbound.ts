import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { BusUnavailable } from '../../application/sync/ports.ts'
import type { OutboundPublisher, PendingEvent } from '../../application/sync/projection-ports.ts'

/** `source` of what product teams are told. */
export const outboundSource = 'rolecast.permissions'

/** What one PutEvents takes. */
const mostEntries = 10

/** Puts events for product teams onto their bus (events/permissions-changed, events/role-changed). */
export class EventBridgeOutbound implements OutboundPublisher {
  readonly #client: Pick<EventBridgeClient, 'send'>
  readonly #bus: string

  constructor({ bus, client }: { readonly bus: string; readonly client?: Pick<EventBridgeClient, 'send'> }) {
    this.#bus = bus
    this.#client =
      client ??
      new EventBridgeClient({
        maxAttempts: 3,
        requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
      })
  }

  async publishEvents(events: readonly PendingEvent[]): Promise<void> {
    const entries = events.map((pending) => this.#entryOf(pending))
    for (let at = 0; at < entries.length; at += mostEntries) await this.#put(entries.slice(at, at + mostEntries))
  }

  #entryOf({ eventId, event: { type, ...detail } }: PendingEvent): PutEventsRequestEntry {
    return {
      EventBusName: this.#bus,
      Source: outboundSource,
      DetailType: type,
      Time: new Date(detail.changedAt),
      Detail: JSON.stringify({ eventId, ...detail }),
    }
  }

  /** What was not kept stays in the outbox, so it is not repeated here. */
  async #put(entries: readonly PutEventsRequestEntry[]): Promise<void> {
    const command = new PutEventsCommand({ Entries: [...entries] })
    const { FailedEntryCount, Entries = [] } = await this.#client.send(command).catch((cause: unknown) => {
      throw new BusUnavailable(`PutEvents failed: ${cause instanceof Error ? cause.name : 'unknown'}`, { cause })
    })
    const kept = Entries.filter(({ EventId }) => EventId !== undefined).length
    if (FailedEntryCount === 0 && kept === entries.length) return
    throw new BusUnavailable(`PutEvents kept ${kept} of ${entries.length} events`)
  }
}
