import { randomUUID } from 'node:crypto'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { readStreamRecord } from '@rolecast/core/adapters/dynamodb/stream-record'
import { MemoryOutboundPublisher } from '@rolecast/core/adapters/memory/outbound-publisher'
import { StoreCorrupt } from '@rolecast/core/application/ports'
import { rebuildViews } from '@rolecast/core/application/sync/rebuild-views'
import { describe, expect, inject, it } from 'vitest'
import { createHandler } from '../../functions/project/create-handler.ts'
import { createTable, tableDefinition } from '../../infra/local/emulators/dynamodb-table.ts'
import { type StreamRecord, streamClient } from '../../infra/local/streams/stream-client.ts'

const endpoint = inject('dynamoDbEndpoint')
const clerk = { application: 'shop', role: 'clerk' }
const packerName = { application: 'shop', role: 'custom:packer' }
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
  grants: ['order/read', 'order/pack'],
  gates: [],
  revision: 0,
}

/** A table with its stream, the stores over it, and the projection that is handed whatever the stream has. */
async function setUp() {
  const tableName = `projection-${randomUUID()}`
  const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const
  await createTable(endpoint, { ...tableDefinition(tableName), StreamSpecification })
  const stores = dynamoStores({ tableName, endpoint })
  const publisher = new MemoryOutboundPublisher()
  const { views } = stores
  const lines: string[] = []
  const handler = createHandler({
    readRecord: readStreamRecord,
    projections: views,
    outbox: views,
    publisher,
    clock: Date.now,
    write: (line) => lines.push(line),
  })
  const client = streamClient(endpoint)
  const records = async (): Promise<readonly StreamRecord[]> => {
    const shards = await client.shards(tableName)
    const all = await Promise.all(shards.map((shard) => client.recordsAfter(shard, undefined, 1_000)))
    return all.flat().map((record) => ({ ...record, eventSourceARN: shards[0]?.streamArn }))
  }
  /** All there is from the beginning, until following it makes nothing new. */
  const settle = async () => {
    for (let before = -1, now = 0; before !== now; ) {
      before = now
      const all = await records()
      expect(await handler({ Records: all })).toEqual({ batchItemFailures: [] })
      now = (await records()).length
    }
  }
  const members = async (role: typeof clerk) =>
    (await views.listMembers({ organization: 'acme', ...role }, { limit: 100 })).members.map(({ account }) => account)
  return { ...stores, publisher, handler, records, settle, members, lines }
}

async function live(rig: Awaited<ReturnType<typeof setUp>>) {
  const { accounts, organizations, customRoles } = rig
  const state = (account: string, version: number, roles: readonly (typeof clerk)[]) =>
    accounts.applyStatement(
      { organization: 'acme', account, version, status: 'active', roles, occurredAt: 1 },
      { confirmedAt: version * 10 },
    )
  await organizations.putOrganization(acme)
  await customRoles.putCustomRole(packer)
  await state('ada', 1, [clerk])
  await state('bob', 1, [clerk, packerName])
  await accounts.confirmUnchanged({ organization: 'acme', account: 'bob' }, 1, 99)
  await state('ada', 2, [packerName])
  await customRoles.putCustomRole({ ...packer, grants: ['order/read'], revision: 2 })
  await customRoles.deleteCustomRole('acme', 'shop', 'packer', 3)
  await accounts.withdrawConfirmation({ organization: 'acme', account: 'bob' }, 200)
  await organizations.markOrganizationDirty('acme', Date.now())
}

describe('the views of a table, from its own stream', () => {
  it('show who holds what, and what happened, and tell of each change once', async () => {
    const rig = await setUp()
    await live(rig)
    await rig.settle()
    expect([await rig.members(clerk), await rig.members(packerName)]).toEqual([['bob'], ['ada', 'bob']])
    expect(await rig.views.countMembers('acme', 'shop')).toEqual(
      new Map([
        ['clerk', 1],
        ['custom:packer', 2],
      ]),
    )

    const month = new Date().toISOString().slice(0, 7)
    const { entries } = await rig.views.listAudit('acme', { month, limit: 100 })
    const shown = entries.map(({ subject, change }) => `${subject.kind} ${change}`)
    expect(shown.toSorted()).toEqual([
      'account changed',
      'account created',
      'account created',
      'account withdrawn',
      'organization created',
      'role changed',
      'role created',
      'role deleted',
    ])
    const told = rig.publisher.published.map(({ event }) =>
      event.type === 'Role Changed' ? event.change : `${event.account} ${event.version} ${event.applications.join()}`,
    )
    expect(told.toSorted()).toEqual([
      'ada 1 shop',
      'ada 2 shop',
      'bob 1 ',
      'bob 1 shop',
      'changed',
      'created',
      'deleted',
    ])
    expect(new Set(rig.publisher.published.map(({ eventId }) => eventId)).size).toBe(told.length)
    expect(rig.lines).toEqual([])
  })

  it('end the same when the stream is followed from its beginning again and again', async () => {
    const rig = await setUp()
    await live(rig)
    await rig.settle()
    const before = await rig.records()
    const told = rig.publisher.published.length
    await rig.handler({ Records: before.toReversed() })
    await rig.settle()
    expect((await rig.records()).length).toBe(before.length)
    expect(rig.publisher.published).toHaveLength(told)
  })
})

describe('views that know nothing yet', () => {
  it('are rebuilt from the items as they are, and tell nobody', async () => {
    const followed = await setUp()
    await live(followed)
    await followed.settle()
    const rig = await setUp()
    await live(rig)
    expect(await rebuildViews({ ...rig, projections: rig.views }, 'acme')).toBe(2)
    expect([await rig.members(clerk), await rig.members(packerName)]).toEqual([['bob'], ['ada', 'bob']])
    expect(await rig.views.countMembers('acme', 'shop')).toEqual(await followed.views.countMembers('acme', 'shop'))
    expect(await rig.views.listPending({ since: Date.now() + 60_000, limit: 10 })).toEqual([])
    expect(await rebuildViews({ ...rig, projections: rig.views }, 'acme')).toBe(0)
    // The stream, when it comes, has the last word, and ends the same.
    await rig.settle()
    expect(await rig.views.countMembers('acme', 'shop')).toEqual(await followed.views.countMembers('acme', 'shop'))
    expect([await rig.members(clerk), await rig.members(packerName)]).toEqual([['bob'], ['ada', 'bob']])
  })

  it('stay as they are where the stream has spoken', async () => {
    const rig = await setUp()
    await live(rig)
    await rig.settle()
    expect(await rebuildViews({ ...rig, projections: rig.views }, 'acme')).toBe(0)
  })
})

describe('a record of the stream', () => {
  it('of an item that is damaged is refused without its content', async () => {
    const rig = await setUp()
    await live(rig)
    const [record] = (await rig.records()).filter((each) => JSON.stringify(each).includes('"account#'))
    const damaged = JSON.parse(JSON.stringify(record).replaceAll('"active"', '"secret-status"'))
    expect(() => readStreamRecord(damaged)).toThrow(StoreCorrupt)
    expect(() => readStreamRecord(damaged)).not.toThrow(/secret-status/)
    expect(() => readStreamRecord({ dynamodb: {} })).toThrow(StoreCorrupt)
  })

  it('of another kind is none of the views', async () => {
    const rig = await setUp()
    await rig.grantDocuments.putGrantDocument('d'.repeat(43), '{}', 5_000_000_000)
    for (const record of await rig.records()) expect(readStreamRecord(record)).toBeUndefined()
  })
})
