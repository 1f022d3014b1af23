import type { ChangeLog } from '../../application/ports.ts'
import { type ChangeEntry, changeRetentionSeconds } from '../../domain/freshness/change-entry.ts'
import type { MemoryDatabase } from './database.ts'

/** The change log in memory, with the semantics of `DynamoChangeLog`. */
export class MemoryChangeLog implements ChangeLog {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async readChanges(since: number): Promise<readonly ChangeEntry[]> {
    await this.#database.request('readChanges')
    const from = Math.max(since, this.#database.clock() - changeRetentionSeconds * 1000)
    const entries = this.#database.changes.filter(({ at }) => at >= from)
    return structuredClone(entries).sort((one, other) => one.at - other.at)
  }
}
