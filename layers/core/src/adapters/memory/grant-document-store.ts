import type { GrantDocumentStore } from '../../application/ports.ts'
import type { MemoryDatabase } from './database.ts'

/** Grant documents in memory, with the semantics of `DynamoGrantDocumentStore`. */
export class MemoryGrantDocumentStore implements GrantDocumentStore {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async readGrantDocument(digest: string): Promise<string | undefined> {
    await this.#database.request('readGrantDocument')
    const stored = this.#database.grantDocuments.get(digest)
    return stored === undefined || stored.expiresAt * 1000 <= this.#database.clock() ? undefined : stored.content
  }

  async putGrantDocument(digest: string, content: string, expiresAt: number): Promise<void> {
    await this.#database.request('putGrantDocument')
    const stored = this.#database.grantDocuments.get(digest)
    if (stored === undefined || stored.expiresAt < expiresAt) {
      this.#database.grantDocuments.set(digest, { content, expiresAt })
    }
  }
}
