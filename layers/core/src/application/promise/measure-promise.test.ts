import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../sync/virtual-time.fixture.ts'
import { longestRoundMs, measurePromise, type PromiseDependencies, type PromiseTerms } from './measure-promise.ts'
import type { SyntheticAccount } from './ports.ts'

const terms: PromiseTerms = {
  rounds: 2,
  callers: 4,
  everyMs: 100,
  limitMs: 30_000,
  deniedForMs: 6_000,
  allowedForMs: 1_000,
  inARow: 8,
  restMs: 3_000,
  staggerMs: 700,
}

interface Faults {
  readonly latencyMs?: number
  /** When each authorizer learns that the role is gone, milliseconds after the change; for ever where infinite. */
  readonly delaysMs?: readonly number[]
  readonly changeMs?: number
  readonly takeFails?: boolean
  readonly giveFails?: () => boolean
  readonly signInFails?: boolean
  readonly accessFails?: () => boolean
  readonly isEnded?: (now: number) => boolean
}

/** Authorizers in turn, each with a copy of its own of who holds the role. A grant is asked for at once. */
function setUp(accounts: number, faults: Faults = {}) {
  const { latencyMs = 5, delaysMs = [1_000, 2_000, 3_000, 4_900], changeMs = 40 } = faults
  const time = new VirtualTime()
  const held = new Map<string, { holds: boolean; at: number }>()
  let turn = 0
  const account = (name: string): SyntheticAccount => {
    const set = async (holds: boolean) => {
      await time.pause(changeMs)
      if (holds ? faults.giveFails?.() : faults.takeFails) throw new RangeError('refused')
      if (held.get(name)?.holds !== holds) held.set(name, { holds, at: time.clock() })
    }
    return {
      name,
      giveRole: () => set(true),
      takeRole: () => set(false),
      signIn: async () => {
        if (faults.signInFails) throw new TypeError('no')
        return name
      },
    }
  }
  const dependencies: PromiseDependencies = {
    accounts: Array.from({ length: accounts }, (_, place) => account(`account-${place}`)),
    access: async (token) => {
      await time.pause(latencyMs)
      if (faults.accessFails?.()) throw new EvalError('a bug')
      const { holds, at } = held.get(token) ?? { holds: false, at: 0 }
      const delay = delaysMs[turn++ % delaysMs.length] ?? 0
      return holds || time.clock() < at + delay ? 'allowed' : 'denied'
    },
    ...time,
    ...(faults.isEnded && { isEnded: () => faults.isEnded?.(time.clock()) === true }),
  }
  const measure = (changed: Partial<PromiseTerms> = {}) =>
    time.during(measurePromise(dependencies, { ...terms, ...changed }))
  return { measure, held, time }
}

describe('the promise, measured', () => {
  it('is as slow as the slowest authorizer a caller meets, and quick for grants', async () => {
    const { measure } = setUp(3)
    const { revokeToDenyMs, grantToAllowMs, failures, unanswered } = await measure()
    expect(revokeToDenyMs).toMatchObject({ samples: 24 })
    expect(revokeToDenyMs.p50).toBeGreaterThanOrEqual(4_400)
    expect(revokeToDenyMs.max).toBeGreaterThanOrEqual(4_900)
    expect(revokeToDenyMs.max).toBeLessThan(4_900 + 500)
    expect(grantToAllowMs).toEqual({ p50: 5, p99: 5, max: 5, samples: 24, accesses: 1 })
    expect([failures, unanswered]).toEqual([[], 0])
  })

  it('gives the role back, and says so, where one authorizer never hears of the removal', async () => {
    const { measure, held } = setUp(2, { delaysMs: [100, 200, Number.POSITIVE_INFINITY, 300] })
    const { revokeToDenyMs, failures } = await measure({ rounds: 1 })
    expect(revokeToDenyMs.samples).toBe(8)
    expect(revokeToDenyMs.max).toBeGreaterThan(terms.limitMs)
    expect(failures.toSorted((a, b) => (a.account < b.account ? -1 : 1))).toEqual([
      { account: 'account-0', phase: 'deny', reason: 'never' },
      { account: 'account-1', phase: 'deny', reason: 'never' },
    ])
    expect([...held.values()].map(({ holds }) => holds)).toEqual([true, true])
  })

  it.each<[string, Faults, object]>([
    ['the role cannot be taken', { takeFails: true }, { phase: 'take', error: 'RangeError' }],
    ['nobody can sign in', { signInFails: true }, { phase: 'sign_in', error: 'TypeError' }],
    ['an access breaks', { accessFails: () => true }, { phase: 'allow', error: 'EvalError' }],
    ['nothing is allowed at all', { delaysMs: [Number.NaN], giveFails: () => true }, { phase: 'give' }],
  ])('reports when %s', async (_case, faults, failure) => {
    const { measure } = setUp(1, faults)
    const { failures, revokeToDenyMs } = await measure({ rounds: 1 })
    expect(failures).toEqual([expect.objectContaining({ account: 'account-0', reason: 'error', ...failure })])
    expect(revokeToDenyMs).toEqual({ samples: 0 })
  })

  it('tries again to give the role back, after whatever went wrong while it was taken', async () => {
    let calls = 0
    let gives = 0
    const { measure, held } = setUp(1, {
      accessFails: () => ++calls > 100,
      giveFails: () => ++gives === 2,
    })
    const { failures } = await measure({ rounds: 1 })
    expect(failures).toEqual([{ account: 'account-0', phase: 'take', reason: 'error', error: 'EvalError' }])
    expect(gives).toBe(3)
    expect(held.get('account-0')?.holds).toBe(true)
  })

  it('stops when nobody waits any more, and gives the role back', async () => {
    let end = Number.POSITIVE_INFINITY
    const { measure, held, time } = setUp(1, { isEnded: (now) => now > end })
    end = time.clock() + 3_000
    const { failures, revokeToDenyMs } = await measure({ rounds: 1_000 })
    expect(time.clock()).toBeLessThan(end + 5_000)
    expect([failures, revokeToDenyMs.samples]).toEqual([[], 0])
    expect(held.get('account-0')?.holds).toBe(true)
  })

  it.each<Faults>([
    {},
    { delaysMs: [Number.POSITIVE_INFINITY, 10] },
    { delaysMs: [29_900] },
    { latencyMs: 500, changeMs: 500 },
  ])('keeps within the longest round: %j', async (faults) => {
    const { measure, time } = setUp(1, faults)
    const begin = time.clock()
    await measure({ rounds: 1 })
    expect(time.clock() - begin).toBeLessThanOrEqual(longestRoundMs(terms, faults.latencyMs ?? 40))
  })
})
