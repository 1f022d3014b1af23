import { parkedId } from '../../domain/assignment/parked-id.ts'
import { accept, type Outcome, refuse } from '../../domain/decision/refusal.ts'
import type { Clock, Digest } from '../ports.ts'
import type { Delivery, DeliveryReceiver, HintPublisher, ParkedEventStore, Received } from './ports.ts'

export interface DeliveryDependencies {
  readonly hints: HintPublisher
  readonly parked: Pick<ParkedEventStore, 'park'>
  readonly digest: Digest
  readonly clock: Clock
}

export type TakenDelivery =
  | Extract<Received, { readonly kind: 'handshake' }>
  | {
      readonly kind: 'taken'
      readonly hints: number
      /** Whether a hint is about everybody in the organization. */
      readonly whole: boolean
      readonly ignored: number
      readonly parked: number
    }

/** A sender repeats what was refused, for hours: the same bytes within an hour are parked as one event. */
const parkedOncePerMs = 3_600_000

/**
 * Takes a delivery in: what it hints at is on the bus, and what cannot be read is parked, before its sender is told that it
 * arrived. A delivery of which nothing can be read is refused as well, so that its sender notices. The order does not
 * matter to the sender, who repeats everything that was not accepted. @throws BusUnavailable, SecretUnavailable, StoreUnavailable
 */
export async function receiveDelivery(
  { hints, parked, digest, clock }: DeliveryDependencies,
  receiver: DeliveryReceiver,
  delivery: Delivery,
): Promise<Outcome<TakenDelivery>> {
  const received = await receiver.receive(delivery)
  if (!received.ok) return received
  if (received.value.kind === 'handshake') return accept(received.value)
  const { reading, raw } = received.value
  if (reading.hints.length > 0) await hints.publishHints(reading.hints)
  const [unreadable] = reading.refused
  if (unreadable !== undefined) {
    const receivedAt = clock()
    const evidence = { index: unreadable.index, reason: unreadable.reason, events: reading.refused.length }
    await parked.park({
      id: parkedId(receivedAt - (receivedAt % parkedOncePerMs), await digest(raw)),
      refusal: { code: 'delivery_malformed', evidence },
      raw,
      origin: 'hook',
      receivedAt,
    })
    if (reading.hints.length + reading.ignored === 0) {
      return refuse('delivery_malformed', { index: unreadable.index, reason: unreadable.reason })
    }
  }
  return accept({
    kind: 'taken',
    hints: reading.hints.length,
    whole: reading.hints.some(({ account }) => account === undefined),
    ignored: reading.ignored,
    parked: reading.refused.length,
  })
}
