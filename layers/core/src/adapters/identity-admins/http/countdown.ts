/** A stretch of time that a clock which is set back cannot lengthen beyond starting it over once. Milliseconds. */
export class Countdown {
  #since: number
  readonly #forMs: number

  constructor(now: number, forMs: number) {
    this.#since = now
    this.#forMs = forMs
  }

  /** How much is left; 0 when it is over. */
  left(now: number): number {
    if (now < this.#since) this.#since = now
    return Math.max(this.#since + this.#forMs - now, 0)
  }
}
