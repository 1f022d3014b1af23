import { isDeepStrictEqual } from 'node:util'
import { DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { StoreCorrupt } from '@rolecast/core/application/ports'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { emulatorClient } from '../../../infra/local/emulators/dynamodb-table.ts'
import { makeDynamoWorld, start } from './world.ts'

const client = DynamoDBDocumentClient.from(emulatorClient(inject('dynamoDbEndpoint')))
afterAll(() => client.destroy())

const ada = { organization: 'acme', account: 'ada' }
const statement = {
  ...ada,
  version: 1,
  status: 'active',
  roles: [
    { application: 'shop', role: 'clerk' },
    { application: 'shop', role: 'owner' },
  ],
  occurredAt: 5,
} as const
const acme = {
  organization: 'acme',
  title: 'Acme',
  issuer: 'https://login.example',
  applications: { shop: { features: ['refunds'], defaultFull: false } },
  revision: 0,
}
const packer = {
  organization: 'acme',
  application: 'shop',
  id: 'packer',
  title: 'Packer',
  description: '',
  grants: ['order/read'],
  gates: [],
  revision: 0,
}
const ring = {
  revision: 0,
  keys: [
    {
      kid: 'one',
      alg: 'ES256',
      state: 'current',
      publicJwk: { kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ' },
      wrappedPrivateKey: 'AAAA',
      createdAt: 1,
      since: 1,
    },
  ],
} as const
const digest = 'd'.repeat(43)

let world: Awaited<ReturnType<typeof makeDynamoWorld>>

beforeEach(async () => {
  world = await makeDynamoWorld(inject('dynamoDbEndpoint'))
  await world.organizations.putOrganization(acme)
  await world.accounts.applyStatement(statement, { confirmedAt: 7, etag: '"1"' })
  await world.customRoles.putCustomRole(packer)
  await world.keyRing.writeKeyRing(ring)
  await world.grantDocuments.putGrantDocument(digest, '{}', start / 1_000 + 300)
  await world.accounts.applyStatement({ ...statement, version: 2, roles: [] }, { confirmedAt: 8, etag: '"2"' })
  world.requests.length = 0
})

async function items(): Promise<Record<string, unknown>[]> {
  return (await client.send(new ScanCommand({ TableName: world.tableName, ConsistentRead: true }))).Items ?? []
}

async function itemOf(kind: string): Promise<Record<string, unknown>> {
  const item = (await items()).find((each) => each['kind'] === kind)
  if (item === undefined) throw new Error(`no item of kind ${kind}`)
  return item
}

const readers: Record<string, () => Promise<unknown>> = {
  account: () => world.accounts.readAccountAndOrganization(ada),
  organization: () => world.organizations.readOrganization('acme'),
  role: () => world.customRoles.readCustomRoles('acme', 'shop', ['packer']),
  keyring: () => world.keyRing.readKeyRing(),
  grant: () => world.grantDocuments.readGrantDocument(digest),
  change: () => world.changes.readChanges(start),
}

describe('requests', () => {
  it('reads account and organization in one', async () => {
    await world.accounts.readAccountAndOrganization(ada)
    expect(world.requests).toEqual(['BatchGetItem'])
  })

  it('reads all custom roles of an account in one', async () => {
    await world.customRoles.readCustomRoles('acme', 'shop', ['packer', 'a', 'b', 'packer'])
    expect(world.requests).toEqual(['BatchGetItem'])
  })

  it('asks nothing where no custom role is asked for', async () => {
    await world.customRoles.readCustomRoles('acme', 'shop', [])
    expect(world.requests).toEqual([])
  })

  it('writes what a caller read before without reading again', async () => {
    const { account } = await world.accounts.readAccountAndOrganization(ada)
    await world.accounts.applyStatement({ ...statement, version: 3 }, { confirmedAt: 9 }, account)
    const { account: next } = await world.accounts.readAccountAndOrganization(ada)
    await world.accounts.confirmUnchanged(ada, 3, 10, next)
    await world.accounts.applyStatement({ ...statement, account: 'eve' }, { confirmedAt: 9 }, 'absent')
    // The first role of an application is logged: a transaction.
    expect(world.requests).toEqual(['BatchGetItem', 'TransactWriteItems', 'BatchGetItem', 'PutItem', 'PutItem'])
  })

  it('confirms with one read and one write, and repeats with one read', async () => {
    await world.accounts.confirmUnchanged(ada, 2, 9)
    expect(world.requests).toEqual(['GetItem', 'PutItem'])
    await world.accounts.confirmUnchanged(ada, 2, 9)
    expect(world.requests).toEqual(['GetItem', 'PutItem', 'GetItem'])
  })

  it('changes a custom role with one read and one transaction, however many accounts hold it', async () => {
    for (let index = 0; index < 20; index += 1) {
      const roles = [{ application: 'shop', role: 'custom:packer' }]
      await world.accounts.applyStatement({ ...statement, account: `holder-${index}`, roles }, { confirmedAt: 1 })
    }
    const before = await items()
    world.requests.length = 0
    expect(await world.customRoles.putCustomRole({ ...packer, grants: [], revision: 2 })).toMatchObject({
      outcome: 'written',
    })
    expect(world.requests).toEqual(['BatchGetItem', 'TransactWriteItems'])
    const changed = (await items()).filter((item) => !before.some((old) => isDeepStrictEqual(old, item)))
    expect(changed.map((item) => item['kind']).toSorted()).toEqual(['change', 'organization', 'role'])
  })
})

describe('items', () => {
  it('expire only where they may: log entries and grant documents', async () => {
    const ttls = (await items()).map((item) => [item['kind'], item['ttl']]).filter(([, ttl]) => ttl !== undefined)
    expect(ttls.toSorted()).toEqual([
      ['change', start / 1_000 + 900],
      ['grant', start / 1_000 + 300],
    ])
  })

  it.each(Object.keys(readers))(
    'of kind %s are refused with any attribute missing or of another type',
    async (kind) => {
      const item = await itemOf(kind)
      const read = readers[kind]
      if (read === undefined) throw new Error('no reader')
      await read()
      // What only the index shows is read there, and by another test.
      const indexed = ['lpk', 'digest', 'standing', 'assignments']
      const optional = new Set(['pk', 'sk', 'etag', ...indexed, ...(kind === 'change' ? ['ttl'] : [])])
      const attributes = Object.keys(item).filter((attribute) => !optional.has(attribute))
      expect(attributes).toContain('kind')
      for (const attribute of attributes) {
        const { [attribute]: _, ...without } = item
        for (const damaged of [without, { ...item, [attribute]: { other: true } }, { ...item, [attribute]: null }]) {
          await client.send(new PutCommand({ TableName: world.tableName, Item: damaged }))
          await expect(read(), `${kind}.${attribute}`).rejects.toThrow(StoreCorrupt)
        }
      }
      await client.send(new PutCommand({ TableName: world.tableName, Item: item }))
      await read()
    },
  )

  it.each([
    ['account', { version: -1 }],
    ['account', { version: 1.5 }],
    ['account', { status: 'suspended' }],
    ['account', { roles: [{ application: 'shop' }] }],
    ['account', { roles: ['shop/owner'] }],
    ['account', { account: 'eve' }],
    ['account', { organization: 'other' }],
    ['account', { kind: 'organization' }],
    ['organization', { organization: 'other' }],
    ['organization', { applications: [{ application: 'shop', features: ['refunds'], defaultFull: 'false' }] }],
    [
      'organization',
      {
        applications: [
          { application: 'shop', features: [], defaultFull: false, roleChanges: [{ role: 'clerk', enabled: [] }] },
        ],
      },
    ],
    ['organization', { revision: 0 }],
    ['role', { id: 'owner' }],
    ['role', { application: 'library' }],
    ['role', { grants: [7] }],
    ['keyring', { keys: [{ ...ring.keys[0], state: 'active' }] }],
    ['keyring', { keys: [{ ...ring.keys[0], alg: 'none' }] }],
    ['keyring', { keys: [{ ...ring.keys[0], kid: '' }] }],
    ['keyring', { keys: [{ ...ring.keys[0], wrappedPrivateKey: '?' }] }],
    ['keyring', { keys: [{ ...ring.keys[0], publicJwk: { ...ring.keys[0].publicJwk, d: 'ZA' } }] }],
    [
      'keyring',
      { keys: [{ ...ring.keys[0], publicJwk: { ...ring.keys[0].publicJwk, x5u: 'https://other.example' } }] },
    ],
    ['keyring', { keys: [{ ...ring.keys[0], publicJwk: { kty: 'oct', k: 'aw' } }] }],
    ['grant', { ttl: '9999999999' }],
    ['change', { scope: 'everything' }],
  ])('of kind %s are refused with %j', async (kind, change) => {
    const item = { ...(await itemOf(kind)), ...change }
    await client.send(new PutCommand({ TableName: world.tableName, Item: item }))
    await expect(readers[kind]?.()).rejects.toThrow(StoreCorrupt)
  })

  it('name in the refusal what is damaged, and nothing of the content', async () => {
    const item = { ...(await itemOf('account')), status: 'secret-content' }
    await client.send(new PutCommand({ TableName: world.tableName, Item: item }))
    await expect(readers['account']?.()).rejects.toThrow(
      'a stored account cannot be read: status is not what was written',
    )
  })

  it('are not overwritten by a change when they are damaged', async () => {
    const { pk, sk, ...rest } = await itemOf('account')
    const damaged = { pk, sk, ...rest, roles: 'all' }
    await client.send(new PutCommand({ TableName: world.tableName, Item: damaged }))
    await expect(world.accounts.applyStatement({ ...statement, version: 3 }, { confirmedAt: 9 })).rejects.toThrow(
      StoreCorrupt,
    )
    const { Item } = await client.send(new GetCommand({ TableName: world.tableName, Key: { pk, sk } }))
    expect(Item).toEqual(damaged)
  })
})
