import { inspect } from 'node:util'
import type { AccountKey } from '@rolecast/core/domain/assignment/statement'
import { afterEach, describe, expect, test } from 'vitest'
import type { FaultOrder } from '../../../infra/local/ix-admin/faults.ts'
import { type Described, type ThirdParty, thirdParties } from './sources.fixture.ts'

/** Every third-party source, on a real connection, under everything its stand-in can do wrong. */

const VERA: AccountKey = { organization: 'acme', account: 'vera' }
const garbage = { outcome: 'garbage', detail: expect.any(String) }
const viewer = [{ application: 'customer-v2', role: 'flow_viewer' }]
const open: ThirdParty[] = []

afterEach(async () => {
  for (const { standIn } of open.splice(0)) await standIn.close()
})

async function start({ start: startSource, names }: Described, ...limit: [{ perSecond: number; burst: number }?]) {
  const users = [{ id: 'vera', login: 'vera', active: true, holds: [names.viewer] }]
  const source = await startSource(users, ...limit)
  open.push(source)
  return source
}

describe.each(thirdParties.map((each) => [each.kind, each] as const))('%s', (_, described) => {
  test.each<[FaultOrder, object]>([
    [{ kind: 'none' }, { outcome: 'statement', statement: { roles: viewer } }],
    [{ kind: 'slow', delayMs: 10_000 }, { outcome: 'timeout' }],
    [{ kind: 'slow', delayMs: 10_000, drip: true }, { outcome: 'timeout' }],
    [{ kind: 'down' }, { outcome: 'unavailable', cause: 'network' }],
    [
      { kind: 'down', status: 503 },
      { outcome: 'unavailable', cause: 'status' },
    ],
    [
      { kind: 'down', status: 503, retryAfterSeconds: 9 },
      { outcome: 'unavailable', cause: 'status', retryAfterMs: 9_000 },
    ],
    [{ kind: 'garbage' }, garbage],
    [{ kind: 'garbage', style: 'html' }, garbage],
    [{ kind: 'garbage', style: 'foreign_account' }, garbage],
    [{ kind: 'garbage', style: 'unknown_member' }, garbage],
    [{ kind: 'garbage', style: 'repeated_member' }, garbage],
    [{ kind: 'garbage', style: 'too_large' }, garbage],
    [{ kind: 'garbage', style: 'not_found_page' }, garbage],
    [{ kind: 'partial' }, { outcome: 'partial' }],
  ])('%j', async (order, end) => {
    const { standIn, admin } = await start(described)
    standIn.fault({ ...order, ...(order.kind !== 'none' && { account: 'vera' }) })
    const startedAt = performance.now()
    expect(await admin().readAccount(VERA, { deadlineMs: order.kind === 'slow' ? 300 : 2_000 })).toMatchObject(end)
    expect(performance.now() - startedAt).toBeLessThan(order.kind === 'slow' ? 1_500 : 4_000)
  })

  test('waits for the end of a rate limit within its deadline, and says how long beyond it', async () => {
    const { admin } = await start(described, { perSecond: 3, burst: 5 })
    const patient = admin()
    for (let read = 0; read < 2; read += 1) {
      expect(await patient.readAccount(VERA, { deadlineMs: 15_000 })).toMatchObject({ statement: { roles: viewer } })
    }
    const hurried = admin()
    const ends = []
    for (let read = 0; read < 10; read += 1) ends.push(await hurried.readAccount(VERA, { deadlineMs: 200 }))
    expect(ends).toContainEqual({ outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: expect.any(Number) })
  }, 60_000)

  test('refuses who has another secret, and what we hold stays out of sight', async () => {
    const { standIn, admin } = await start(described)
    const reader = admin()
    await reader.readAccount(VERA, { deadlineMs: 2_000 })
    expect(inspect(reader, { depth: 20, showHidden: true })).not.toMatch(/must-not-be-seen|s:e%c/)
    if ('revokeTokens' in standIn) (standIn.revokeTokens as () => void)()
    expect(await reader.readAccount(VERA, { deadlineMs: 2_000 })).toMatchObject({ outcome: 'statement' })
    const stranger = admin('guess')
    expect(await stranger.readAccount(VERA, { deadlineMs: 2_000 })).toEqual({ outcome: 'refused', status: 401 })
    expect(await stranger.listAccounts('acme', { deadlineMs: 2_000 })).toEqual({ outcome: 'refused', status: 401 })
  })

  test('stays within the deadline with everything a read needs', async () => {
    const { standIn, admin } = await start(described)
    standIn.fault({ kind: 'slow', delayMs: 150 })
    const startedAt = performance.now()
    // One slow answer for the token, and one for everything else at once.
    expect(await admin().readAccount(VERA, { deadlineMs: 2_000 })).toMatchObject({ statement: { roles: viewer } })
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })
})
