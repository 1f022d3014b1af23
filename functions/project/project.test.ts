import { fc, test } from '@fast-check/vitest'
import { InvalidConfig } from '@rolecast/core/adapters/environment/settings'
import { MemoryDatabase } from '@rolecast/core/adapters/memory/database'
import { MemoryOutboundPublisher } from '@rolecast/core/adapters/memory/outbound-publisher'
import { MemoryProjectionStore } from '@rolecast/core/adapters/memory/projection-store'
import { StoreCorrupt, StoreUnavailable } from '@rolecast/core/application/ports'
import { BusUnavailable } from '@rolecast/core/application/sync/ports'
import type { ProjectionStore } from '@rolecast/core/application/sync/projection-ports'
import { overdueAfterMs } from '@rolecast/core/application/sync/publish-outbound'
import type { AccountRecord, RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import type { StreamChange } from '@rolecast/core/domain/projection/item-change'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { createHandler } from './create-handler.ts'

const start = 1_793_000_000_000
const stream = '2026-11-01T00:00:00.000'
const clerk = { application: 'shop', role: 'clerk' }
const owner = { application: 'shop', role: 'owner' }
const reader = { application: 'library', role: 'reader' }

/** A record of the stream, as far as the handler looks at it, and what the reader of records finds in it. */
type StreamRecord = { readonly dynamodb: { readonly SequenceNumber: string } } & (
  | { readonly streamed: StreamChange }
  | { readonly pending: string }
  | { readonly broken: true }
)

const account = (
  name: string,
  version: number,
  roles: readonly RoleAssignment[],
  parts: Partial<AccountRecord> = {},
) => ({
  organization: 'acme',
  account: name,
  version,
  status: 'active' as const,
  roles,
  occurredAt: 0,
  confirmedAt: 1,
  ...parts,
})

function recordOf(sequence: number, before: AccountRecord | undefined, after: AccountRecord): StreamRecord {
  const images = { ...(before !== undefined && { before }), after }
  const change = { kind: 'account', organization: 'acme', account: after.account, ...images } as const
  const SequenceNumber = String(sequence)
  const streamed = { change, position: { stream, sequence: SequenceNumber }, at: start + sequence * 1_000 }
  return { dynamodb: { SequenceNumber }, streamed }
}

function setUp(options: { readonly projections?: (store: MemoryProjectionStore) => ProjectionStore } = {}) {
  const time = { now: start }
  const database = new MemoryDatabase(() => time.now)
  const store = new MemoryProjectionStore(database)
  const publisher = new MemoryOutboundPublisher()
  const lines: string[] = []
  const handler = createHandler({
    readRecord: (record) => {
      const read = record as StreamRecord
      if ('broken' in read) throw new StoreCorrupt('a stored account cannot be read: roles is not what was written')
      return 'pending' in read
        ? { news: 'pending', eventId: read.pending }
        : { news: 'change', item: nameIn(read), streamed: read.streamed }
    },
    projections: options.projections?.(store) ?? store,
    outbox: store,
    publisher,
    clock: () => time.now,
    write: (line) => lines.push(line),
  })
  return { handler, store, publisher, database, time, lines, logged: () => lines.map((line) => JSON.parse(line)) }
}

type Rig = ReturnType<typeof setUp>

/** As Lambda does: from the first failure on, everything comes again. */
async function deliver(rig: Rig, records: readonly StreamRecord[]): Promise<void> {
  let left = records
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries > 200) throw new Error('the records are never followed')
    const answer = await rig.handler({ Records: left })
    const [failure] = 'batchItemFailures' in answer ? answer.batchItemFailures : []
    if (failure === undefined) return
    left = left.slice(left.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === failure.itemIdentifier))
  }
}

/** The new items of the outbox come through the stream, too. */
async function tell(rig: Rig): Promise<void> {
  const records = rig.store
    .pendingIds()
    .map((pending, index) => ({ dynamodb: { SequenceNumber: `9${index}` }, pending }))
  await deliver(rig, records)
}

async function viewsOf({ store }: Rig) {
  const roles = [clerk, owner, reader]
  const members = roles.map((role) => store.listMembers({ organization: 'acme', ...role }, { limit: 100 }))
  const counts = [await store.countMembers('acme', 'shop'), await store.countMembers('acme', 'library')]
  const { entries } = await store.listAudit('acme', { month: '2026-10', limit: 1_000 })
  return {
    members: (await Promise.all(members)).map((page) => page.members.map((member) => member.account)),
    counts: counts.map((count) => [...count].sort()),
    entries,
  }
}

describe('a batch of the stream', () => {
  const hired = recordOf(1, undefined, account('ada', 1, [clerk]))
  const promoted = recordOf(2, account('ada', 1, [clerk]), account('ada', 2, [clerk, owner]))

  it('is followed in order and told of, once', async () => {
    const rig = setUp()
    expect(await rig.handler({ Records: [hired, promoted] })).toEqual({ batchItemFailures: [] })
    expect(await viewsOf(rig)).toMatchObject({ members: [['ada'], ['ada'], []], entries: [{}, {}] })
    await tell(rig)
    expect(rig.publisher.published.map(({ event }) => event)).toMatchObject([{ version: 1 }, { version: 2 }])
    expect(rig.store.pendingIds()).toEqual([])
    await rig.handler({ Records: [hired, promoted] })
    await tell(rig)
    expect(rig.publisher.published).toHaveLength(2)
    expect(rig.lines).toEqual([])
  })

  it('stops at the record that fails, and says which', async () => {
    const rig = setUp()
    rig.database.fail(new StoreUnavailable('no'), 1)
    expect(await rig.handler({ Records: [hired, promoted] })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] })
    expect(rig.logged()).toMatchObject([
      { level: 'ERROR', event: 'project_failed', error: 'StoreUnavailable', sequence: '1' },
    ])
    expect(await viewsOf(rig)).toMatchObject({ members: [[], [], []] })
  })

  it('goes on behind an item that is damaged, and says so', async () => {
    const rig = setUp()
    const broken: StreamRecord = { dynamodb: { SequenceNumber: '7' }, broken: true }
    expect(await rig.handler({ Records: [broken, hired] })).toEqual({ batchItemFailures: [] })
    expect(rig.logged()).toMatchObject([{ event: 'unreadable_record', sequence: '7' }])
    expect(await viewsOf(rig)).toMatchObject({ members: [['ada'], [], []] })
  })

  it('throws where a failure cannot be named', async () => {
    const rig = setUp()
    rig.database.fail(new StoreUnavailable('no'))
    const { dynamodb: _, ...nameless } = hired
    await expect(rig.handler({ Records: [nameless] })).rejects.toThrow('without a sequence number')
  })

  it('goes on behind a view that is damaged, and says so', async () => {
    const rig = setUp()
    rig.database.fail(new StoreCorrupt('a stored projected cannot be read: roles is not what was written'), 1)
    const other = recordOf(3, undefined, account('bob', 1, [owner]))
    expect(await rig.handler({ Records: [hired, other] })).toEqual({ batchItemFailures: [] })
    expect(rig.logged()).toMatchObject([{ event: 'unreadable_record', sequence: '1' }])
    expect(await viewsOf(rig)).toMatchObject({ members: [[], ['bob'], []] })
  })

  it('names the first of several that fail, and has followed the others', async () => {
    const rig = setUp({
      projections: (store) => ({
        readProjected: (item) => store.readProjected(item),
        writeStep: async (item, ...step) => {
          if ('account' in item && item.account !== 'eve') throw new StoreUnavailable('no')
          return store.writeStep(item, ...step)
        },
      }),
    })
    const records = [
      recordOf(1, undefined, account('eve', 1, [clerk])),
      recordOf(2, undefined, account('ada', 1, [clerk])),
      recordOf(3, undefined, account('bob', 1, [clerk])),
      recordOf(4, account('eve', 1, [clerk]), account('eve', 2, [owner])),
    ]
    expect(await rig.handler({ Records: records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] })
    expect(await viewsOf(rig)).toMatchObject({ members: [[], ['eve'], []] })
  })
})

describe('an event that could not be told', () => {
  it('holds up nothing, stays in the outbox, and is told on schedule under the same identifier', async () => {
    const rig = setUp()
    await rig.handler({ Records: [recordOf(1, undefined, account('ada', 1, [clerk]))] })
    const [eventId] = rig.store.pendingIds()
    rig.publisher.fail(new BusUnavailable('no'), { times: 1 })
    await tell(rig)
    expect(rig.logged()).toMatchObject([{ level: 'ERROR', event: 'publish_failed', error: 'BusUnavailable' }])
    expect(rig.store.pendingIds()).toEqual([eventId])

    rig.time.now = start + 1_000 + overdueAfterMs - 1
    expect(await rig.handler({})).toEqual({ published: 0 })
    rig.time.now += 1
    expect(await rig.handler({})).toEqual({ published: 1 })
    expect(rig.publisher.published).toMatchObject([{ eventId, event: { account: 'ada' } }])
    expect(rig.store.pendingIds()).toEqual([])
    expect(await rig.handler({})).toEqual({ published: 0 })
  })

  it('is told again where only the answer was lost: the identifier says that it is the same', async () => {
    const rig = setUp()
    await rig.handler({ Records: [recordOf(1, undefined, account('ada', 1, [clerk]))] })
    rig.publisher.fail(new BusUnavailable('lost'), { times: 1, kept: true })
    await tell(rig)
    rig.time.now = start + 10 * overdueAfterMs
    await rig.handler({})
    const ids = rig.publisher.published.map(({ eventId }) => eventId)
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })

  it('makes the scheduled run fail while the bus takes nothing', async () => {
    const rig = setUp()
    await rig.handler({ Records: [recordOf(1, undefined, account('ada', 1, [clerk]))] })
    rig.publisher.fail(new BusUnavailable('no'))
    rig.time.now = start + 10 * overdueAfterMs
    await expect(rig.handler({})).rejects.toThrow(BusUnavailable)
    expect(rig.store.pendingIds()).toHaveLength(1)
  })
})

/** What became of a few accounts, each in its own order; sequence numbers rise over all. */
const histories = fc
  .array(
    fc.record({
      name: fc.constantFrom('ada', 'bob', 'eve'),
      roles: fc.subarray([clerk, owner, reader]),
      status: fc.constantFrom('active' as const, 'inactive' as const),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((states) => {
    const now = new Map<string, AccountRecord>()
    const records = states.map(({ name, roles, status }, index) => {
      const before = now.get(name)
      const after = account(name, (before?.version ?? 0) + 1, roles, { status })
      now.set(name, after)
      return recordOf(index + 1, before, after)
    })
    return { records, now }
  })

const nameIn = (record: StreamRecord) =>
  'streamed' in record && record.streamed.change.kind === 'account' ? record.streamed.change.account : ''

/** Any interleaving that keeps the order of each account, with repetitions of what was delivered before. */
const deliveries = histories.chain(({ records, now }) =>
  fc.array(fc.tuple(fc.nat(), fc.nat(9)), { minLength: 30, maxLength: 30 }).map((choices) => {
    const queues = Map.groupBy(records, nameIn)
    const order: StreamRecord[] = []
    for (const [choice, repeat] of choices) {
      const waiting = [...queues.values()].filter((queue) => queue.length > 0)
      const next = waiting[choice % Math.max(1, waiting.length)]?.shift()
      if (next !== undefined) order.push(next)
      const again = repeat < 4 ? order[choice % Math.max(1, order.length)] : undefined
      if (again !== undefined) order.push(again)
    }
    return { records, now, order }
  }),
)

/** Fails as the choices say: before the write, or after it, so that only the answer is lost. */
const faulty =
  (choices: readonly number[]) =>
  (store: MemoryProjectionStore): ProjectionStore => {
    const left = [...choices]
    return {
      readProjected: (item) => store.readProjected(item),
      writeStep: async (item, step, revision) => {
        const choice = left.shift()
        if (choice === 0) throw new StoreUnavailable('before')
        const end = await store.writeStep(item, step, revision)
        if (choice === 1) throw new StoreUnavailable('after')
        return end
      },
    }
  }

describe('without', () => {
  const hired = recordOf(1, undefined, account('ada', 1, [clerk]))
  const promoted = recordOf(2, account('ada', 1, [clerk]), account('ada', 2, [owner]))
  const beforeAll = { stream: '', sequence: '-1' }

  it('the position, an old record that comes again would win: the checks below can fail', async () => {
    const rig = setUp({
      projections: (store) => ({
        writeStep: (...step) => store.writeStep(...step),
        readProjected: async (item) => {
          const { projected, revision } = await store.readProjected(item)
          return { projected: projected && { ...projected, position: beforeAll }, revision }
        },
      }),
    })
    await deliver(rig, [hired, promoted, hired])
    expect(await viewsOf(rig)).toMatchObject({ members: [['ada'], [], []] })
  })

  it('the revision, two who follow the same item would count twice', async () => {
    const counted = async (guarded: boolean) => {
      const rig = setUp({
        projections: (store) => {
          let first = true
          return {
            readProjected: (item) => store.readProjected(item),
            writeStep: async (item, step, revision) => {
              if (first) {
                first = false
                await store.writeStep(item, step, revision)
              }
              return store.writeStep(item, step, guarded ? revision : (await store.readProjected(item)).revision)
            },
          }
        },
      })
      await deliver(rig, [hired])
      return (await rig.store.countMembers('acme', 'shop')).get('clerk')
    }
    expect(await counted(true)).toBe(1)
    expect(await counted(false)).toBe(2)
  })
})

describe('whatever comes twice, in which order of the accounts, and with whatever crash in between', () => {
  test.prop([deliveries, fc.array(fc.nat(5), { maxLength: 12 })])('the views end the same', async (log, faults) => {
    const calm = setUp()
    await deliver(calm, log.records)
    const rough = setUp({ projections: faulty(faults) })
    await deliver(rough, log.order)
    expect(await viewsOf(rough)).toEqual(await viewsOf(calm))
    expect(new Set(rough.store.pendingIds())).toEqual(new Set(calm.store.pendingIds()))
  })

  test.prop([deliveries])(
    'the lists name whoever holds a role now, and counts are their lengths',
    async ({ now, order }) => {
      const rig = setUp()
      await deliver(rig, order)
      const holders = [clerk, owner, reader].map((role) =>
        [...now.values()]
          .filter(({ status, roles }) => status === 'active' && roles.includes(role))
          .map((each) => each.account)
          .sort(),
      )
      const { members, counts } = await viewsOf(rig)
      expect(members).toEqual(holders)
      const sizes = holders.map((each) => each.length)
      expect(
        counts
          .flat()
          .map(([, count]) => count)
          .sort(),
      ).toEqual(sizes.filter((size) => size > 0).sort())
    },
  )

  test.prop([deliveries, fc.array(fc.boolean(), { maxLength: 20 })])(
    'every change of roles is told at least once, in the end',
    async ({ order }, losses) => {
      const rig = setUp()
      const told = new Set<string>()
      await deliver(rig, order)
      const expected = new Set(rig.store.pendingIds())
      const left = [...losses]
      for (let round = 0; rig.store.pendingIds().length > 0; round += 1) {
        if (left.shift() === true) rig.publisher.fail(new BusUnavailable('lost'), { times: 1, kept: round % 2 === 0 })
        rig.time.now = start + 10 * overdueAfterMs
        await rig.handler({}).catch((error: unknown) => expect(error).toBeInstanceOf(BusUnavailable))
        for (const { eventId } of rig.publisher.published) told.add(eventId)
      }
      expect(told).toEqual(expected)
    },
  )
})

describe('its settings', () => {
  const env = { ROLECAST_TABLE: 'table', ROLECAST_OUTBOUND_BUS: 'bus' }

  it('are complete with the required ones', () => {
    expect(readConfig({ ...env, HOME: '/' })).toEqual({ table: 'table', outboundBus: 'bus', auditDays: 400 })
  })

  it.each<[Record<string, string | undefined>, string]>([
    [{ ROLECAST_OUTBOUND_BUS: undefined }, 'ROLECAST_OUTBOUND_BUS: is missing'],
    [{ ROLECAST_AUDIT_DAYS: '0' }, 'ROLECAST_AUDIT_DAYS: must be a whole number'],
    [{ ROLECAST_ISSUER: 'x' }, 'ROLECAST_ISSUER: is not a setting of the projection'],
  ])('refuse %j', (change, message) => {
    expect(() => readConfig({ ...env, ...change })).toThrow(InvalidConfig)
    expect(() => readConfig({ ...env, ...change })).toThrow(message)
  })
})
