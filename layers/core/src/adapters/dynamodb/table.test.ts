import {
  BatchGetCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../../application/ports.ts'
import { ifRevision } from './conditions.ts'
import { DynamoTable } from './table.ts'

/** Faults that no emulator makes; everything else is tested against one (test/contracts). */
const client = mockClient(DynamoDBDocumentClient)
const table = new DynamoTable({ tableName: 'table' })
const one = { pk: 'one', sk: 's' }
const two = { pk: 'two', sk: 's' }
const put = { put: { ...one, revision: 1 }, condition: ifRevision(0) }

beforeEach(() => client.reset())
afterAll(() => client.restore())

function sdkError(name: string, more: object = {}): Error {
  return Object.assign(new Error(name), { name, $metadata: { attempts: 3 }, ...more })
}

function cancelled(...codes: string[]): Error {
  return sdkError('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) })
}

describe('batchGet', () => {
  const rest = (key: object) => ({ table: { Keys: [key], ConsistentRead: true } })

  it('asks again for what was left unprocessed, and only for that', async () => {
    client
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { table: [one] }, UnprocessedKeys: rest(two) })
      .resolvesOnce({ UnprocessedKeys: rest(two) })
      .resolvesOnce({ Responses: { table: [two] } })
    expect(await table.batchGet([one, two])).toEqual([one, two])
    const asked = client.commandCalls(BatchGetCommand).map(({ args }) => args[0].input.RequestItems?.['table'])
    expect(asked.map((each) => each?.Keys)).toEqual([[one, two], [two], [two]])
    expect(asked.every((each) => each?.ConsistentRead === true)).toBe(true)
  })

  it('answers nothing rather than a part', async () => {
    client.on(BatchGetCommand).resolves({ Responses: { table: [one] }, UnprocessedKeys: rest(two) })
    await expect(table.batchGet([one, two])).rejects.toThrow(StoreUnavailable)
    expect(client.commandCalls(BatchGetCommand)).toHaveLength(5)
  })
})

describe('get', () => {
  it('reads consistently', async () => {
    client.on(GetCommand).resolves({ Item: one })
    expect(await table.get(one)).toEqual(one)
    expect(client.commandCalls(GetCommand)[0]?.args[0].input.ConsistentRead).toBe(true)
  })
})

describe('query', () => {
  it('reads every page, consistently', async () => {
    client
      .on(QueryCommand)
      .resolvesOnce({ Items: [one], LastEvaluatedKey: one })
      .resolvesOnce({ Items: [two] })
    expect(await table.query('p')).toEqual([one, two])
    const inputs = client.commandCalls(QueryCommand).map(({ args }) => args[0].input)
    expect(inputs.map((input) => input.ExclusiveStartKey)).toEqual([undefined, one])
    expect(inputs.every((input) => input.ConsistentRead === true)).toBe(true)
  })
})

describe('transact', () => {
  const calls = () => client.commandCalls(TransactWriteCommand).map(({ args }) => args[0].input.ClientRequestToken)

  it('tries again, as a new request, when another transaction was in the way', async () => {
    client.on(TransactWriteCommand).rejectsOnce(cancelled('None', 'TransactionConflict')).resolvesOnce({})
    expect(await table.transact([put, put])).toEqual([])
    expect(new Set(calls()).size).toBe(2)
  })

  it('tries again, as the same request, when that is still at work', async () => {
    client.on(TransactWriteCommand).rejectsOnce(sdkError('TransactionInProgressException')).resolvesOnce({})
    expect(await table.transact([put])).toEqual([])
    expect(calls()).toHaveLength(2)
    expect(new Set(calls()).size).toBe(1)
  })

  it.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])(
    'gives up on endless %s',
    async (code) => {
      client.on(TransactWriteCommand).rejects(cancelled(code))
      await expect(table.transact([put])).rejects.toThrow(StoreUnavailable)
      expect(calls()).toHaveLength(5)
    },
  )

  it('says which conditions do not hold, and does not try again', async () => {
    client.on(TransactWriteCommand).rejects(cancelled('None', 'ConditionalCheckFailed', 'TransactionConflict'))
    expect(await table.transact([put, put, put])).toEqual([1])
    expect(calls()).toHaveLength(1)
  })

  it.each([['ValidationError'], ['ItemCollectionSizeLimitExceeded'], ['None']])('takes %s for a bug', async (code) => {
    const error = cancelled(code)
    client.on(TransactWriteCommand).rejects(error)
    await expect(table.transact([put])).rejects.toBe(error)
  })
})

describe('put', () => {
  it.each(['ConditionalCheckFailedException', 'TransactionConflictException'])('says no to %s', async (name) => {
    client.on(PutCommand).rejects(sdkError(name))
    expect(await table.put(put.put, put.condition)).toBe(false)
  })
})

describe('errors', () => {
  it.each([
    'ProvisionedThroughputExceededException',
    'ThrottlingException',
    'RequestLimitExceeded',
    'InternalServerError',
    'ResourceNotFoundException',
    'AccessDeniedException',
    'UnrecognizedClientException',
    'ExpiredTokenException',
    'TimeoutError',
    'Error',
  ])('%s means that the table is unavailable', async (name) => {
    client.on(GetCommand).rejects(sdkError(name))
    const error = await table.get(one).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(StoreUnavailable)
    expect(error).toMatchObject({ message: `GetItem failed: ${name}`, cause: { name } })
  })

  it('means the same where there are no credentials to ask with', async () => {
    client.on(GetCommand).rejects(Object.assign(new Error('none'), { name: 'CredentialsProviderError' }))
    await expect(table.get(one)).rejects.toThrow(StoreUnavailable)
  })

  it.each([sdkError('ValidationException'), sdkError('SerializationException'), new TypeError('a bug')])(
    '%s is a bug and stays one',
    async (error) => {
      client.on(GetCommand).rejects(error)
      await expect(table.get(one)).rejects.toBe(error)
      client.on(PutCommand).rejects(error)
      await expect(table.put(put.put, put.condition)).rejects.toBe(error)
    },
  )
})
