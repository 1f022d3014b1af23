import { createServer, request as forward } from 'node:http'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { StoreUnavailable } from '@rolecast/core/application/ports'
import { changeOverlapMs } from '@rolecast/core/domain/freshness/change-entry'
import { clockToleranceMs } from '@rolecast/core/domain/freshness/policy'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { listen } from '../../../infra/local/listen.ts'
import { makeDynamoWorld, start } from './world.ts'

const ada = { organization: 'acme', account: 'ada' }
const acme = { organization: 'acme', title: 'Acme', issuer: 'https://a.example', applications: {}, revision: 0 }

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function serve(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const { url, close } = await listen(createServer(handler), { what: 'a test server', port: 0 })
  closers.push(close)
  return url
}

/** Passes everything on to the emulator, but keeps the first answer to this operation to itself. */
async function loseFirstAnswer(operation: string): Promise<{ endpoint: string; lost: () => number }> {
  let lost = 0
  const endpoint = await serve((incoming, outgoing) => {
    const { method, headers } = incoming
    const onward = forward(inject('dynamoDbEndpoint'), { method, headers }, (answer) => {
      if (lost === 0 && String(headers['x-amz-target']).endsWith(operation)) {
        lost += 1
        answer.resume().once('end', () => incoming.socket.destroy())
        return
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(onward)
  })
  return { endpoint, lost: () => lost }
}

describe('a broken table', () => {
  it('that nobody serves is StoreUnavailable', async () => {
    const stores = dynamoStores({ tableName: 'some-table', endpoint: 'http://127.0.0.1:1' })
    await expect(stores.accounts.readAccountAndOrganization(ada)).rejects.toThrow(StoreUnavailable)
  })

  it('that does not exist is StoreUnavailable', async () => {
    const stores = dynamoStores({ tableName: 'no-such-table', endpoint: inject('dynamoDbEndpoint') })
    await expect(stores.organizations.readOrganization('acme')).rejects.toThrow(StoreUnavailable)
    await expect(stores.organizations.readOrganization('acme')).rejects.toThrow('ResourceNotFoundException')
    await expect(stores.organizations.putOrganization(acme)).rejects.toThrow(StoreUnavailable)
  })

  it('that never answers is StoreUnavailable within seconds', async () => {
    const endpoint = await serve(() => {})
    const stores = dynamoStores({ tableName: 'some-table', endpoint })
    const began = performance.now()
    await expect(stores.keyRing.readKeyRing()).rejects.toThrow(StoreUnavailable)
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  it('that answers nonsense is StoreUnavailable', async () => {
    const endpoint = await serve((_, outgoing) => void outgoing.writeHead(200).end('<html>'))
    const stores = dynamoStores({ tableName: 'some-table', endpoint })
    await expect(stores.accounts.readAccountAndOrganization(ada)).rejects.toThrow(StoreUnavailable)
  })

  it('that answers an empty document never reads as an empty table', async () => {
    const endpoint = await serve((_, outgoing) => {
      outgoing.writeHead(503, { 'content-type': 'application/x-amz-json-1.0' }).end('{}')
    })
    const stores = dynamoStores({ tableName: 'some-table', endpoint })
    await expect(stores.keyRing.readKeyRing()).rejects.toThrow(StoreUnavailable)
  })
})

describe('a lost answer', () => {
  it('to a transaction does not turn the change into a conflict', async () => {
    const world = await makeDynamoWorld(inject('dynamoDbEndpoint'))
    const { endpoint, lost } = await loseFirstAnswer('TransactWriteItems')
    const stores = dynamoStores({ tableName: world.tableName, endpoint })
    expect(await stores.organizations.putOrganization(acme)).toEqual({ outcome: 'written', revision: 1 })
    expect(lost()).toBe(1)
    expect(await world.organizations.readOrganization('acme')).toEqual({ ...acme, revision: 1 })
  })

  it('to a write of an account still ends in what was stated', async () => {
    const world = await makeDynamoWorld(inject('dynamoDbEndpoint'))
    const { endpoint, lost } = await loseFirstAnswer('PutItem')
    const stores = dynamoStores({ tableName: world.tableName, endpoint })
    const statement = { ...ada, version: 1, status: 'active', roles: [], occurredAt: 1 } as const
    expect(await stores.accounts.applyStatement(statement, { confirmedAt: start })).toEqual({
      outcome: 'applied',
      record: { ...statement, confirmedAt: start },
    })
    expect(lost()).toBe(1)
  })
})

describe('a transaction on a slow table', () => {
  it('is not begun again when its log entry would show later than readers look back', async () => {
    const begun: number[] = []
    const endpoint = await serve((incoming, outgoing) => {
      const answer = (status: number, body: object) =>
        outgoing.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
      incoming.resume()
      if (!String(incoming.headers['x-amz-target']).endsWith('TransactWriteItems')) return void answer(200, {})
      begun.push(performance.now())
      // Two attempts are lost, the third meets another transaction.
      if (begun.length % 3 > 0) return
      const CancellationReasons = [{ Code: 'TransactionConflict' }]
      setTimeout(() => answer(400, { __type: 'TransactionCanceledException', CancellationReasons }), 800)
    })
    const stores = dynamoStores({ tableName: 'some-table', endpoint })
    await expect(stores.organizations.putOrganization(acme)).rejects.toThrow(StoreUnavailable)
    expect((begun.at(-1) ?? 0) - (begun[0] ?? 0)).toBeLessThan(changeOverlapMs - clockToleranceMs)
  })
})
