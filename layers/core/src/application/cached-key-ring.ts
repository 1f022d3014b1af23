import type { Clock, KeyRing, KeyRingReader, KeyRingStore } from './ports.ts'

const refreshAtMostEveryMs = 1_000

/** The key ring in memory, for `maxAgeMs`: so long a removed key may still be used here. Reads at once share one request. */
export class CachedKeyRing implements KeyRingReader {
  readonly #store: Pick<KeyRingStore, 'readKeyRing'>
  readonly #clock: Clock
  readonly #maxAgeMs: number
  #copy: { readonly ring: KeyRing; readonly readAt: number } | undefined
  #reading: Promise<KeyRing> | undefined

  constructor(options: {
    readonly store: Pick<KeyRingStore, 'readKeyRing'>
    readonly clock: Clock
    readonly maxAgeMs: number
  }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#maxAgeMs = options.maxAgeMs
  }

  /** An empty ring is not kept: the first rotation is to be seen at once. */
  readKeyRing(): Promise<KeyRing> {
    return this.#readUnlessYoungerThan(this.#copy?.ring.keys.length ? this.#maxAgeMs : 0)
  }

  refreshKeyRing(): Promise<KeyRing> {
    return this.#readUnlessYoungerThan(refreshAtMostEveryMs)
  }

  async #readUnlessYoungerThan(ageMs: number): Promise<KeyRing> {
    const now = this.#clock()
    if (this.#copy !== undefined && now >= this.#copy.readAt && now - this.#copy.readAt < ageMs) return this.#copy.ring
    this.#reading ??= this.#read(now).finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(readAt: number): Promise<KeyRing> {
    const ring = await this.#store.readKeyRing()
    this.#copy = { ring, readAt }
    return ring
  }
}
