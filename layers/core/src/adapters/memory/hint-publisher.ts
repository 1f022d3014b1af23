import { BusUnavailable, type HintPublisher } from '../../application/sync/ports.ts'
import type { Hint } from '../../domain/assignment/hint.ts'

/** Keeps what was published; can be made to keep nothing. */
export class MemoryHintPublisher implements HintPublisher {
  readonly published: Hint[] = []
  failing = false

  async publishHints(hints: readonly Hint[]): Promise<void> {
    if (this.failing) throw new BusUnavailable('made to fail')
    this.published.push(...hints)
  }
}
