import { parkedId } from '../../domain/assignment/parked-id.ts'
import type { Refusal } from '../../domain/decision/refusal.ts'
import { type ApplyEventDependencies, applyEvent, type EventEnd } from './apply-event.ts'
import type { EventReader, ParkedEventStore } from './ports.ts'

export interface TakeEventDependencies extends ApplyEventDependencies {
  readonly reader: EventReader
  readonly parked: Pick<ParkedEventStore, 'park'>
}

/** One message of the ingest queue, as it is delivered. */
export interface Delivery {
  /** The queue's name of the message, the same for every delivery of it. */
  readonly messageId: string
  readonly raw: string
  /** When the queue took it, epoch milliseconds. */
  readonly receivedAt: number
  /** This is the last time that the queue hands it over: after it, the message is given up. */
  readonly last: boolean
}

/** `repeat`: nothing is wrong with the message, and it should come again later. */
export type Taken =
  | { readonly outcome: EventEnd['outcome'] | 'ignored' }
  | { readonly outcome: 'parked'; readonly refusal: Refusal }
  | { readonly outcome: 'repeat'; readonly reason: string }

/**
 * Takes one message: applies what it says, or parks it whole with the reason, so that it never stands in the way of others
 * and is never lost. A message may say several things (a partner's): each is applied, whatever becomes of the others. Throws what stores
 * throw: then nothing is wrong with the message, and the queue delivers it again.
 */
export async function takeEvent(dependencies: TakeEventDependencies, delivery: Delivery): Promise<Taken> {
  const { reader, parked } = dependencies
  const { messageId, raw, receivedAt, last } = delivery
  const park = async (refusal: Refusal): Promise<Taken> => {
    await parked.park({ id: parkedId(receivedAt, messageId), refusal, raw, origin: 'queue', receivedAt })
    return { outcome: 'parked', refusal }
  }
  const ends: EventEnd[] = []
  const refusals: Refusal[] = []
  for (const read of await reader.readEvents(raw, receivedAt)) {
    const applied = read.ok ? await applyEvent(dependencies, read.value, receivedAt) : read
    if (applied.ok) ends.push(applied.value)
    else refusals.push(applied.refusal)
  }
  const unsettled = ends.find((end) => end.outcome === 'unsettled')
  if (unsettled !== undefined && !last) return { outcome: 'repeat', reason: unsettled.reason }
  const [refusal] = refusals
  if (refusal !== undefined) return park(refusal)
  if (unsettled !== undefined) return park({ code: 'event_unsettled', evidence: { reason: unsettled.reason } })
  return { outcome: ends.at(-1)?.outcome ?? 'ignored' }
}
