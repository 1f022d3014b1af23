/**
 * Pulls per account: one runs, one waits, everybody else joins one of the two. A request joins the running pull only when
 * that one started recently enough for it; otherwise it waits for the next, which starts when the running one has ended.
 *
 *     idle --request--> running --request it is too old for--> running + waiting --running ends--> running
 */
export class PullQueue<T> {
  readonly #running = new Map<string, { readonly startedAt: number; readonly end: Promise<T> }>()
  readonly #waiting = new Map<string, Promise<T>>()
  readonly #clock: () => number

  /** `clock` in epoch milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /**
   * The end of a pull that started after `floor` (epoch milliseconds) or that this call starts. `pull` gets the moment it
   * is started at. A pull that throws, throws for everybody who joined it, and is not repeated.
   */
  join(name: string, floor: number, pull: (startedAt: number) => Promise<T>): Promise<T> {
    const running = this.#running.get(name)
    if (running === undefined) return this.#start(name, pull)
    if (running.startedAt > floor) return running.end
    const waiting = this.#waiting.get(name)
    if (waiting !== undefined) return waiting
    const next = () => {
      this.#waiting.delete(name)
      return this.#start(name, pull)
    }
    const end = running.end.then(next, next)
    this.#waiting.set(name, end)
    return end
  }

  #start(name: string, pull: (startedAt: number) => Promise<T>): Promise<T> {
    const startedAt = this.#clock()
    const end = pull(startedAt).finally(() => this.#running.delete(name))
    this.#running.set(name, { startedAt, end })
    return end
  }
}
