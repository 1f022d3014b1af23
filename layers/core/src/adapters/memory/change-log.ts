import type { ChangeLog } from '../../application/ports.ts'
import type { ChangeEntry } from '../../domain/freshness/change-entry.ts'
import type { MemoryDatabase } from './memory-database.ts'

/** The change log in memory, with the semantics of `DynamoChangeLog`, but that it forgets nothing. */
export class MemoryChangeLog implements ChangeLog {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async readChanges(since: number): Promise<readonly ChangeEntry[]> {
    await this.#database.request('readChanges')
    const entries = this.#database.changes.filter(({ at }) => at >= since)
    return structuredClone(entries).sort((one, other) => one.at - other.at)
  }
}
