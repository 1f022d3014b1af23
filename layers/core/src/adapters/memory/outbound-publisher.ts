import type { OutboundPublisher, PendingEvent } from '../../application/sync/projection-ports.ts'

/** A bus in memory: keeps what is put, in order, repetitions included. */
export class MemoryOutboundPublisher implements OutboundPublisher {
  readonly published: PendingEvent[] = []
  #programmed: { readonly error: Error; readonly kept: boolean; left: number } | undefined

  /** The next puts fail. `kept`: although the bus took the events; only its answer is lost. */
  fail(error: Error, options: { readonly times?: number; readonly kept?: boolean } = {}): void {
    this.#programmed = { error, left: options.times ?? Number.POSITIVE_INFINITY, kept: options.kept ?? false }
  }

  async publishEvents(events: readonly PendingEvent[]): Promise<void> {
    const failing = this.#programmed !== undefined && this.#programmed.left > 0 ? this.#programmed : undefined
    if (failing !== undefined) failing.left -= 1
    if (failing === undefined || failing.kept) this.published.push(...structuredClone(events))
    if (failing !== undefined) throw failing.error
  }
}
