import { activeTokens, type ScimToken, type ScimTokenStore } from '../../application/directory/ports.ts'
import type { MemoryDatabase } from './database.ts'

/** Tokens of SCIM clients in memory, with the semantics of `DynamoScimTokenStore`. */
export class MemoryScimTokenStore implements ScimTokenStore {
  readonly #database: MemoryDatabase
  #tokens: readonly ScimToken[] = []

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async findToken(hash: string, now: number): Promise<ScimToken | undefined> {
    await this.#database.request('findToken')
    return this.#tokens.find((each) => each.hash === hash && each.expiresAt > now)
  }

  async listTokens(organization: string, now: number): Promise<readonly ScimToken[]> {
    await this.#database.request('listTokens')
    return this.#used(organization, now)
  }

  async addToken(token: ScimToken): Promise<'added' | 'too_many'> {
    await this.#database.request('addToken')
    if (this.#used(token.organization, token.createdAt).length >= activeTokens) return 'too_many'
    this.#tokens = [...this.#tokens, token]
    return 'added'
  }

  async revokeToken(organization: string, id: string): Promise<'revoked' | 'absent'> {
    await this.#database.request('revokeToken')
    const left = this.#tokens.filter((each) => each.organization !== organization || each.id !== id)
    if (left.length === this.#tokens.length) return 'absent'
    this.#tokens = left
    return 'revoked'
  }

  #used(organization: string, now: number): readonly ScimToken[] {
    return this.#tokens.filter((each) => each.organization === organization && each.expiresAt > now)
  }
}
