import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { ada, createIngest, hinted, received, stated } from '../../../../../test/support/ingest-world.ts'
import type { IdentityEvent, StatedEvent } from '../../domain/assignment/identity-event.ts'
import type { AccountRecord, AccountStatement } from '../../domain/assignment/statement.ts'
import { isConfirmedSince } from '../../domain/freshness/policy.ts'
import { applyEvent } from './apply-event.ts'

const accounts = ['ada', 'bob', 'cy']
const roles = fc.subarray(['buyer', 'clerk', 'owner'].map((role) => ({ application: 'shop', role })))
const content = fc.record({ status: fc.constantFrom('active' as const, 'inactive' as const), roles })

/** What a source says over time: every account with its versions from 1, each made a little later than the one before. */
const history = fc.tuple(...accounts.map(() => fc.array(content, { maxLength: 5 }))).map((lists) =>
  lists.flatMap((list, who) =>
    list.map(({ status, roles: held }, index) =>
      stated({
        account: accounts[who] ?? '',
        version: index + 1,
        status,
        roles: held,
        occurredAt: received - 60_000 + index * 1_000 + who,
      }),
    ),
  ),
)

/** The log in some order, with some of it twice or thrice. */
function deliveries<Each extends IdentityEvent>(log: readonly Each[]): fc.Arbitrary<readonly Each[]> {
  const times = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: log.length, maxLength: log.length })
  const order = fc.array(fc.integer(), { minLength: log.length * 3, maxLength: log.length * 3 })
  return fc.tuple(times, order).map(([counts, ranks]) =>
    log
      .flatMap((event, at) =>
        Array.from({ length: counts[at] ?? 1 }, (_, time) => ({ event, rank: ranks[at * 3 + time] ?? 0 })),
      )
      .sort((one, other) => one.rank - other.rank)
      .map(({ event }) => event),
  )
}

const latest = (log: readonly StatedEvent[]): readonly AccountStatement[] =>
  accounts.flatMap((account) => log.findLast(({ statement }) => statement.account === account)?.statement ?? [])

/** Everything that is stored after these events came, one after the other or at once. */
async function stateAfter(events: readonly IdentityEvent[], source: readonly AccountStatement[], together: boolean) {
  const world = createIngest(source)
  const apply = async (event: IdentityEvent) => {
    expect(await applyEvent(world.dependencies, event, received)).toMatchObject({ ok: true })
  }
  if (together) await Promise.all(events.map(apply))
  else for (const event of events) await apply(event)
  const { accounts: records, eventIds, organizations } = world.database
  const sorted = <Value>(map: ReadonlyMap<string, Value>) => [...map].sort(([one], [other]) => (one < other ? -1 : 1))
  return { records: sorted(records), eventIds: sorted(eventIds), organizations: sorted(organizations) }
}

/** A hint leaves a mark only where there is an account to mark, so of times only whether they let the record count. */
function whatCounts([name, record]: readonly [string, AccountRecord]) {
  const { version, status, roles: held } = record
  return { name, version, status, held, counts: isConfirmedSince(record, received, received) }
}

describe('an event log', () => {
  test.prop([history.chain((log) => fc.tuple(fc.constant(log), deliveries(log), fc.boolean()))])(
    'ends in the same state in any order, with any repetition, one by one or at once',
    async ([log, delivered, together]) => {
      expect(await stateAfter(delivered, latest(log), together)).toEqual(await stateAfter(log, latest(log), false))
    },
  )

  test.prop([
    history.chain((log) => {
      const hints = latest(log).map(({ account }) => hinted({ account, eventId: `hint-${account}` }))
      return fc.tuple(fc.constant(log), fc.constant(hints), deliveries<IdentityEvent>([...log, ...hints]))
    }),
  ])('does so with hints among its statements', async ([log, hints, delivered]) => {
    const source = latest(log)
    const inOrder = await stateAfter([...log, ...hints], source, false)
    const ended = await stateAfter(delivered, source, false)
    expect(ended.records.map(whatCounts)).toEqual(inOrder.records.map(whatCounts))
  })

  test.prop([
    history.chain((log) =>
      fc.tuple(
        fc.constant(log),
        fc.subarray(log).chain((left) => deliveries(left)),
      ),
    ),
  ])('of which some was lost never says more than something that came', async ([, delivered]) => {
    const { records } = await stateAfter(delivered, [], false)
    for (const [, record] of records) {
      const told = delivered.map(({ statement }) => statement).filter(({ account }) => account === record.account)
      const highest = Math.max(...told.map(({ version }) => version))
      const { confirmedAt, statedBy: _, ...said } = record
      expect(said).toEqual(told.find(({ version }) => version === highest))
      expect(confirmedAt).toBe(said.occurredAt)
    }
    expect(records).toHaveLength(new Set(delivered.map(({ statement }) => statement.account)).size)
  })

  test.prop([
    content.chain((other) =>
      deliveries([
        stated({ version: 1 }, { eventId: 'a' }),
        stated({ version: 2 }, { eventId: 'b' }),
        stated({ version: 2, ...other, roles: [...other.roles, { application: 'desk', role: 'x' }] }, { eventId: 'c' }),
      ]),
    ),
  ])('that contradicts itself leaves nothing that counts, whatever came last', async (delivered) => {
    const world = createIngest([])
    for (const event of delivered) await applyEvent(world.dependencies, event, received)
    const [record] = [...world.database.accounts.values()]
    expect(record).toMatchObject({ account: ada.account, version: 2 })
    expect(isConfirmedSince(record, 0, received)).toBe(false)
  })
})
