/** Repeatable chance: the same seed and salts give the same numbers on every machine. */
export class Random {
  #state: number

  constructor(seed: number, ...salts: readonly number[]) {
    this.#state = salts.reduce((state, salt) => mix(state ^ Math.imul(salt + 1, 0x9e3779b1)), mix(seed))
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    return (mix(this.#state) >>> 0) / 4_294_967_296
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T {
    return choices[Math.floor(this.next() * choices.length)] as T
  }

  /** Each with its own chance, in order. */
  some<T>(choices: readonly T[], probability: number): readonly T[] {
    return choices.filter(() => this.chance(probability))
  }
}

function mix(state: number): number {
  let value = state | 0
  value = Math.imul(value ^ (value >>> 15), value | 1)
  value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
  return (value ^ (value >>> 14)) | 0
}
