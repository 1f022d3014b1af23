/** Time that passes only where somebody pauses: the earliest pause ends when nothing else can happen. */
export class VirtualTime {
  #now: number
  readonly #pauses: { readonly at: number; readonly resume: () => void }[] = []

  constructor(now = 1_800_000_000_000) {
    this.#now = now
  }

  readonly clock = (): number => this.#now

  readonly pause = (ms: number): Promise<void> =>
    new Promise((resume) => {
      this.#pauses.push({ at: this.#now + ms, resume })
    })

  /** Lets time pass until `work` is done. */
  async during<T>(work: Promise<T>): Promise<T> {
    let done = false
    const ending = work.finally(() => {
      done = true
    })
    // Its outcome is that of the return.
    ending.catch(() => {})
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      if (done) return ending
      this.#pauses.sort((a, b) => a.at - b.at)
      const next = this.#pauses.shift()
      if (next === undefined) throw new Error('nobody pauses, and it is not done')
      this.#now = Math.max(this.#now, next.at)
      next.resume()
    }
  }
}
