import * as v from 'valibot'
import { type Clock, StoreUnavailable } from '../../application/ports.ts'
import { longestParkedBytes, type ParkedEvent, type ParkedEventStore } from '../../application/sync/ports.ts'
import { parkedForMs } from '../../domain/assignment/event-retention.ts'
import { isParkedId } from '../../domain/assignment/parked-id.ts'
import { answers, type Code } from '../../domain/decision/codes.ts'
import type { Item } from './conditions.ts'
import { parkedItemKey, parkedPartitions } from './keys.ts'
import { count, moment, parseItem } from './parse-item.ts'
import type { DynamoTable } from './table.ts'

const parkedItem = v.object({
  kind: v.literal('parked'),
  id: v.string(),
  code: v.picklist(Object.keys(answers) as Code[]),
  evidence: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.array(v.string())]))),
  raw: v.string(),
  truncated: v.boolean(),
  origin: v.picklist(['queue', 'hook']),
  receivedAt: moment,
  attempts: count,
  ttl: count,
})

/** Deliveries of one message meet rarely. */
const rounds = 4

export class DynamoParkedEventStore implements ParkedEventStore {
  readonly #table: DynamoTable
  readonly #clock: Clock

  constructor({ table, clock }: { readonly table: DynamoTable; readonly clock: Clock }) {
    this.#table = table
    this.#clock = clock
  }

  async park(event: Omit<ParkedEvent, 'attempts' | 'truncated'>): Promise<void> {
    if (!isParkedId(event.id)) throw new TypeError('the name of a parked event is made by parkedId')
    const { id, refusal, origin, receivedAt } = event
    const common = { kind: 'parked', id, ...refusal, ...cut(event.raw), origin, receivedAt }
    const ttl = Math.ceil((receivedAt + parkedForMs) / 1000)
    for (let round = 0; round < rounds; round += 1) {
      const stored = await this.#read(id)
      const item = { ...parkedItemKey(id), ...common, attempts: (stored?.attempts ?? 0) + 1, ttl }
      if (await this.#table.put(item, ifAttempts(stored?.attempts))) return
    }
    throw new StoreUnavailable('other writers of the parked event were quicker again and again')
  }

  async listParked({ limit, before }: { readonly limit: number; readonly before?: string }) {
    const after = before !== undefined && isParkedId(before) ? parkedItemKey(before).sk : undefined
    const page = { limit, ...(after !== undefined && { after }) }
    const partitions = await Promise.all(parkedPartitions.map((pk) => this.#table.queryPage(pk, page)))
    const pages = partitions.map(({ items, next }) => ({ events: items.map(fromItem), isAll: next === undefined }))
    // A page ends early where events are large. What may lie behind its end comes with the next list.
    const ends = pages.flatMap(({ events, isAll }) => (isAll ? [] : (events.at(-1)?.id ?? [])))
    return pages
      .flatMap(({ events }) => events)
      .filter((event) => this.#isKept(event) && ends.every((end) => event.id >= end))
      .sort((one, other) => (one.id < other.id ? 1 : -1))
      .slice(0, limit)
      .map(({ raw: _, ...event }) => event)
  }

  async readParked(id: string): Promise<ParkedEvent | undefined> {
    const event = isParkedId(id) ? await this.#read(id) : undefined
    return event !== undefined && this.#isKept(event) ? event : undefined
  }

  async dropParked(id: string): Promise<'dropped' | 'absent'> {
    if (!isParkedId(id)) return 'absent'
    const condition = { ConditionExpression: 'attribute_exists(pk)' }
    const failed = await this.#table.transact([{ remove: parkedItemKey(id), condition }])
    return failed.length === 0 ? 'dropped' : 'absent'
  }

  async #read(id: string): Promise<ParkedEvent | undefined> {
    const item = await this.#table.get(parkedItemKey(id))
    return item === undefined ? undefined : fromItem(item)
  }

  /** DynamoDB deletes expired items only within days. */
  #isKept({ receivedAt }: Pick<ParkedEvent, 'receivedAt'>): boolean {
    return receivedAt + parkedForMs > this.#clock()
  }
}

function fromItem(item: Item): ParkedEvent {
  const { kind: _, ttl: __, code, evidence, ...event } = parseItem(parkedItem, item, 'parked')
  return { ...event, refusal: evidence === undefined ? { code } : { code, evidence } }
}

function ifAttempts(attempts: number | undefined) {
  if (attempts === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' }
  return { ConditionExpression: 'attempts = :was', ExpressionAttributeValues: { ':was': attempts } }
}

function cut(raw: string): { readonly raw: string; readonly truncated: boolean } {
  const bytes = new TextEncoder().encode(raw)
  if (bytes.length <= longestParkedBytes) return { raw, truncated: false }
  return { raw: new TextDecoder().decode(bytes.subarray(0, longestParkedBytes)), truncated: true }
}
