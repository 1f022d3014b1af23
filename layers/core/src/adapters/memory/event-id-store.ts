import type { EventIdStore } from '../../application/sync/ports.ts'
import { type MemoryDatabase, nameOf } from './database.ts'

/** Identifiers of events in memory, with the semantics of `DynamoEventIdStore`. */
export class MemoryEventIdStore implements EventIdStore {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async noteEventId(
    { source, eventId, digest }: { readonly source: string; readonly eventId: string; readonly digest: string },
    expiresAt: number,
  ): Promise<'first' | 'same' | 'other'> {
    await this.#database.request('noteEventId')
    const name = nameOf(source, eventId)
    const noted = this.#database.eventIds.get(name)
    if (noted !== undefined && noted.expiresAt * 1000 > this.#database.clock()) {
      return noted.digest === digest ? 'same' : 'other'
    }
    this.#database.eventIds.set(name, { digest, expiresAt })
    return 'first'
  }
}
