import type { KeyRing, KeyRingStore, WriteOutcome } from '../../application/ports.ts'
import type { MemoryDatabase } from './database.ts'

/** The key ring in memory, with the semantics of `DynamoKeyRingStore`. */
export class MemoryKeyRingStore implements KeyRingStore {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async readKeyRing(): Promise<KeyRing> {
    await this.#database.request('readKeyRing')
    return structuredClone(this.#database.keyRing)
  }

  async writeKeyRing(ring: KeyRing): Promise<WriteOutcome> {
    await this.#database.request('writeKeyRing')
    const stored = this.#database.keyRing
    if (stored.revision !== ring.revision) return { outcome: 'conflict' }
    const revision = ring.revision + 1
    this.#database.keyRing = structuredClone({ ...ring, revision })
    const at = this.#database.clock()
    for (const { kid } of stored.keys) {
      if (ring.keys.some((key) => key.kid === kid)) continue
      this.#database.changes.push({ scope: 'key', kid, revision, at })
    }
    return { outcome: 'written', revision }
  }
}
