import * as v from 'valibot'
import type { Clock, GrantDocumentStore } from '../../application/ports.ts'
import { grantDocumentItemKey } from './keys.ts'
import { count, parseItem } from './parse-item.ts'
import type { DynamoTable } from './table.ts'

const grantItem = v.object({ kind: v.literal('grant'), content: v.string(), ttl: count })

export class DynamoGrantDocumentStore implements GrantDocumentStore {
  readonly #table: DynamoTable
  readonly #clock: Clock

  constructor({ table, clock }: { readonly table: DynamoTable; readonly clock: Clock }) {
    this.#table = table
    this.#clock = clock
  }

  /** Filters by time: DynamoDB deletes expired items only within days. */
  async readGrantDocument(digest: string): Promise<string | undefined> {
    const item = await this.#table.get(grantDocumentItemKey(digest))
    if (item === undefined) return undefined
    const { content, ttl } = parseItem(grantItem, item, 'grant')
    return ttl * 1000 <= this.#clock() ? undefined : content
  }

  async putGrantDocument(digest: string, content: string, expiresAt: number): Promise<void> {
    const item = { ...grantDocumentItemKey(digest), kind: 'grant', content, ttl: Math.ceil(expiresAt) }
    // Where it fails, the same content is stored for at least as long already.
    await this.#table.put(item, {
      ConditionExpression: 'attribute_not_exists(pk) OR #ttl < :ttl',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':ttl': item.ttl },
    })
  }
}
