/** One value and from when to when it was true. Epoch milliseconds; `until` is infinite for the last one. */
export interface Era<T> {
  readonly value: T
  /** Rises by one. */
  readonly version: number
  readonly since: number
  until: number
  /** When its end was known in the table, so that everybody had to follow. */
  endKnownAt: number
}

/** Everything that was ever true of one thing. */
export class History<T> {
  readonly eras: Era<T>[] = []

  constructor(value: T, since: number) {
    this.eras.push(this.#era(value, since))
  }

  get last(): Era<T> {
    return this.eras.at(-1) as Era<T>
  }

  change(value: T, at: number): Era<T> {
    this.last.until = at
    const era = this.#era(value, at)
    this.eras.push(era)
    return era
  }

  /** The table says `version` at this moment: every earlier one is known to have ended. */
  known(version: number, at: number): void {
    for (const era of this.eras) {
      if (era.version < version && era.endKnownAt === Number.POSITIVE_INFINITY) era.endKnownAt = at
    }
  }

  #era(value: T, since: number): Era<T> {
    const infinite = Number.POSITIVE_INFINITY
    return { value, version: this.eras.length + 1, since, until: infinite, endKnownAt: infinite }
  }
}
