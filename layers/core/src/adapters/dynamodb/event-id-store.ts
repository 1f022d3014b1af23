import * as v from 'valibot'
import { type Clock, StoreUnavailable } from '../../application/ports.ts'
import type { EventIdStore } from '../../application/sync/ports.ts'
import { eventIdItemKey } from './keys.ts'
import { count, parseItem } from './parse-item.ts'
import type { DynamoTable } from './table.ts'

const notedItem = v.object({ kind: v.literal('event'), digest: v.string(), ttl: count })

/** A second round is for an item that expired between the write and the read. */
const rounds = 3

export class DynamoEventIdStore implements EventIdStore {
  readonly #table: DynamoTable
  readonly #clock: Clock

  constructor({ table, clock }: { readonly table: DynamoTable; readonly clock: Clock }) {
    this.#table = table
    this.#clock = clock
  }

  /** One write where the identifier is new; DynamoDB deletes expired items only within days, so time is compared. */
  async noteEventId(
    { source, eventId, digest }: { readonly source: string; readonly eventId: string; readonly digest: string },
    expiresAt: number,
  ): Promise<'first' | 'same' | 'other'> {
    const key = eventIdItemKey(source, eventId)
    const item = { ...key, kind: 'event', digest, ttl: Math.ceil(expiresAt) }
    for (let round = 0; round < rounds; round += 1) {
      const written = await this.#table.put(item, {
        ConditionExpression: 'attribute_not_exists(pk) OR #ttl <= :now',
        ExpressionAttributeNames: { '#ttl': 'ttl' },
        ExpressionAttributeValues: { ':now': Math.floor(this.#clock() / 1000) },
      })
      if (written) return 'first'
      const stored = await this.#table.get(key)
      if (stored !== undefined) return parseItem(notedItem, stored, 'event').digest === digest ? 'same' : 'other'
    }
    throw new StoreUnavailable('an identifier of an event came and went')
  }
}
