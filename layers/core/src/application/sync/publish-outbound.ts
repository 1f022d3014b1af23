import type { Clock } from '../ports.ts'
import type { OutboundPublisher, Outbox, PendingEvent } from './projection-ports.ts'

export interface PublishDependencies {
  readonly outbox: Outbox
  readonly publisher: OutboundPublisher
}

/**
 * Tells what waits under these identifiers, and strikes it out. What was published already is passed over. Interrupted between the
 * two it is told again, under the same identifier. Throws `BusUnavailable` or `StoreUnavailable`; then it has to be repeated.
 */
export async function publishPending(
  { outbox, publisher }: PublishDependencies,
  eventIds: readonly string[],
): Promise<void> {
  const read = await Promise.all([...new Set(eventIds)].map((eventId) => outbox.readPending(eventId)))
  const pending = read.filter((each) => each !== undefined)
  if (pending.length === 0) return
  await publisher.publishEvents(pending)
  await Promise.all(pending.map(({ eventId }) => outbox.removePending(eventId)))
}

/** An event this old was given up by the stream, or is about to be told. */
export const overdueAfterMs = 120_000
const batch = 100

/** Tells what nobody told in time. Answers how many; more may be left. Throws as `publishPending`. */
export async function publishOverdue({
  outbox,
  publisher,
  clock,
}: PublishDependencies & { readonly clock: Clock }): Promise<number> {
  const overdue: readonly PendingEvent[] = await outbox.listPending({ since: clock() - overdueAfterMs, limit: batch })
  if (overdue.length === 0) return 0
  await publisher.publishEvents(overdue)
  await Promise.all(overdue.map(({ eventId }) => outbox.removePending(eventId)))
  return overdue.length
}
