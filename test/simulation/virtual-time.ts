interface Timer {
  readonly at: number
  readonly order: number
  readonly fire: () => void
}

/** When every schedule begins, epoch milliseconds. */
export const epochMs = 1_800_000_000_000

/**
 * Time that passes only when everything that could happen now has happened. Timers of one moment fire in the order in which they
 * were set; after each, every promise that can settle does. So a run depends on nothing but its schedule.
 */
export class VirtualTime {
  #now = epochMs
  #order = 0
  /** Descending, so that the next one is at the end. */
  readonly #timers: Timer[] = []

  readonly now = (): number => this.#now

  at(moment: number, fire: () => void): void {
    const timer: Timer = { at: Math.max(moment, this.#now), order: this.#order++, fire }
    let low = 0
    let high = this.#timers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#timers[middle] as Timer
      if (other.at > timer.at || (other.at === timer.at && other.order > timer.order)) low = middle + 1
      else high = middle
    }
    this.#timers.splice(low, 0, timer)
  }

  pass(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.at(this.#now + milliseconds, resolve))
  }

  /** Lets time pass until nothing is left to happen before `end`, which becomes the present. */
  async runUntil(end: number): Promise<void> {
    await settled()
    for (let next = this.#timers.at(-1); next !== undefined && next.at <= end; next = this.#timers.at(-1)) {
      this.#timers.pop()
      this.#now = next.at
      next.fire()
      await settled()
    }
    this.#now = end
  }
}

/** A turn of the event loop: all promises that can settle have settled. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
