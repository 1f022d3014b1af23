import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb'
import { StoreUnavailable } from '../../application/ports.ts'
import { type Condition, type Item, toTransactItem, type Write } from './conditions.ts'
import { isLostRace, transactionEnd, unavailable } from './failures.ts'
import { type ItemKey, listsIndex } from './keys.ts'

export interface TableOptions {
  readonly tableName: string
  /** Only for one machine; otherwise the SDK finds it (AWS_ENDPOINT_URL_DYNAMODB, region). */
  readonly endpoint?: string
  /** Told the name of every request before it is sent: for counting. */
  readonly onRequest?: (operation: string) => void
}

/** An emulator wants a region and credentials, and does not care which. */
const emulated = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }

/** Three attempts of at most a second, with the SDK's full jitter between: a broken table is known within about 3 s. */
const attempts = 3
const timeouts = { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true }

/** How often what DynamoDB left undone is tried again, and the longest first pause in milliseconds; it doubles. */
const rounds = 5
const firstPauseMs = 20

/**
 * A transaction is not begun again after this: with the last request's 3 s and clocks 5 s apart, a log entry still shows before
 * readers have passed its time (`changeOverlapMs`).
 */
const beginAgainForMs = 1_500

const batchLimit = 100
/** Of the index, so that no answer takes long, whatever reads it. */
const entriesOfRequest = 500

/**
 * The one table, strongly consistent throughout. Throws StoreUnavailable where the table cannot be reached, refuses or
 * leaves a request undone; what only a bug can cause (a malformed request) is thrown as it comes.
 */
export class DynamoTable {
  readonly #client: DynamoDBDocumentClient
  readonly #name: string
  readonly #onRequest: (operation: string) => void

  constructor({ tableName, endpoint, onRequest }: TableOptions) {
    const client = new DynamoDBClient({
      maxAttempts: attempts,
      requestHandler: timeouts,
      ...(endpoint !== undefined && { endpoint, ...emulated }),
    })
    this.#client = DynamoDBDocumentClient.from(client)
    this.#name = tableName
    this.#onRequest = onRequest ?? (() => undefined)
  }

  async get(key: ItemKey): Promise<Item | undefined> {
    const command = new GetCommand({ TableName: this.#name, Key: key, ConsistentRead: true })
    return (await this.#request('GetItem', () => this.#client.send(command))).Item
  }

  /** The items that exist, in no order, each key at most once; one request for up to 100 keys. Never a part of them. */
  async batchGet(keys: readonly ItemKey[]): Promise<readonly Item[]> {
    const items: Item[] = []
    for (let start = 0; start < keys.length; start += batchLimit) {
      items.push(...(await this.#batchGet(keys.slice(start, start + batchLimit))))
    }
    return items
  }

  async #batchGet(keys: readonly ItemKey[]): Promise<readonly Item[]> {
    const items: Item[] = []
    let left: Record<string, unknown>[] = keys.map((key) => ({ ...key }))
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await pause(round)
      const command = new BatchGetCommand({ RequestItems: { [this.#name]: { Keys: left, ConsistentRead: true } } })
      const answer = await this.#request('BatchGetItem', () => this.#client.send(command))
      items.push(...(answer.Responses?.[this.#name] ?? []))
      left = answer.UnprocessedKeys?.[this.#name]?.Keys ?? []
      if (left.length === 0) return items
    }
    throw new StoreUnavailable('BatchGetItem left keys unprocessed')
  }

  /** Every item of a partition from this sort key on, ascending. */
  async query(pk: string, from = ''): Promise<readonly Item[]> {
    const items: Item[] = []
    let start: Record<string, unknown> | undefined
    do {
      const command = new QueryCommand({
        TableName: this.#name,
        KeyConditionExpression: from === '' ? 'pk = :pk' : 'pk = :pk AND sk >= :from',
        ExpressionAttributeValues: from === '' ? { ':pk': pk } : { ':pk': pk, ':from': from },
        ConsistentRead: true,
        ...(start !== undefined && { ExclusiveStartKey: start }),
      })
      const answer = await this.#request('Query', () => this.#client.send(command))
      items.push(...(answer.Items ?? []))
      start = answer.LastEvaluatedKey
    } while (start !== undefined)
    return items
  }

  /**
   * Everything that the index `lists` shows under this key, in any order: the projected attributes of the items, as they are
   * or were a moment ago.
   */
  async queryList(lpk: string): Promise<readonly Item[]> {
    const items: Item[] = []
    let start: Record<string, unknown> | undefined
    do {
      const command = new QueryCommand({
        TableName: this.#name,
        IndexName: listsIndex.name,
        KeyConditionExpression: `${listsIndex.key} = :lpk`,
        ExpressionAttributeValues: { ':lpk': lpk },
        Limit: entriesOfRequest,
        ...(start !== undefined && { ExclusiveStartKey: start }),
      })
      const answer = await this.#request('Query', () => this.#client.send(command))
      items.push(...(answer.Items ?? []))
      start = answer.LastEvaluatedKey
    } while (start !== undefined)
    return items
  }

  /** The next items of a partition behind this sort key, ascending: at most `limit` are looked at. */
  async queryPage(
    pk: string,
    { after, limit }: { readonly after?: string; readonly limit: number },
  ): Promise<{ readonly items: readonly Item[]; readonly next?: string }> {
    const command = new QueryCommand({
      TableName: this.#name,
      KeyConditionExpression: after === undefined ? 'pk = :pk' : 'pk = :pk AND sk > :after',
      ExpressionAttributeValues: after === undefined ? { ':pk': pk } : { ':pk': pk, ':after': after },
      ConsistentRead: true,
      Limit: limit,
    })
    const { Items = [], LastEvaluatedKey } = await this.#request('Query', () => this.#client.send(command))
    return { items: Items, ...(LastEvaluatedKey !== undefined && { next: String(LastEvaluatedKey['sk']) }) }
  }

  /**
   * False when somebody else was quicker: read again. That somebody may have been this very request, when its first
   * answer was lost and the SDK repeated it.
   */
  async put(item: Item, condition: Condition): Promise<boolean> {
    const command = new PutCommand({ TableName: this.#name, Item: item, ...condition })
    try {
      await this.#request('PutItem', () => this.#client.send(command))
      return true
    } catch (error) {
      if (isLostRace(error)) return false
      throw error
    }
  }

  /**
   * All writes or none. Answers the positions of the writes whose condition does not hold, none when written. Repeating
   * a request whose answer was lost is safe: it carries a token.
   */
  async transact(writes: readonly Write[]): Promise<readonly number[]> {
    const TransactItems: TransactWriteCommandInput['TransactItems'] = writes.map((write) =>
      toTransactItem(this.#name, write),
    )
    let token = randomUUID()
    const begunAt = performance.now()
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await pause(round)
      if (performance.now() - begunAt > beginAgainForMs) break
      try {
        const command = new TransactWriteCommand({ TransactItems, ClientRequestToken: token })
        await this.#request('TransactWriteItems', () => this.#client.send(command))
        return []
      } catch (error) {
        const end = transactionEnd(error)
        if (end.outcome === 'refused') return end.failed
        if (end.outcome === 'cancelled') token = randomUUID()
      }
    }
    throw new StoreUnavailable('the transaction met other transactions again and again')
  }

  async #request<T>(operation: string, send: () => Promise<T>): Promise<T> {
    this.#onRequest(operation)
    try {
      return await send()
    } catch (error) {
      throw unavailable(operation, error) ?? error
    }
  }
}

/** Full jitter, so that those who met once do not meet again. */
export function pause(round: number): Promise<void> {
  return wait(Math.random() * firstPauseMs * 2 ** (round - 1))
}
