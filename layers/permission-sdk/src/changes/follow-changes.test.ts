import { fc, test } from '@fast-check/vitest'
import { describe, expect, it, vi } from 'vitest'
import { ChangeFollower, type FollowedToken, type FollowOptions } from './follow-changes.ts'

const start = 1_800_000_000_000
const handle = 'AcmeAcmeAnnAnnAn'

function page(parts: object = {}) {
  return {
    ageMs: 0,
    cursor: '1.a',
    more: false,
    versions: {},
    revisions: {},
    confirmed: {},
    issued: {},
    keys: [],
    ...parts,
  }
}

/** A follower with a clock that the test moves, over a feed that answers, fails or hangs. */
function setUp(options: Partial<FollowOptions> = {}) {
  const time = { now: start }
  const feed = { asked: [] as (string | undefined)[], mode: 'ok' as 'ok' | 'down' | 'hangs', answer: page() as unknown }
  const late: (() => void)[] = []
  const follower = new ChangeFollower({
    clock: () => time.now,
    deadlineMs: 20,
    fetchChanges: async (after) => {
      feed.asked.push(after)
      const { mode, answer } = feed
      if (mode === 'down') throw new Error('down')
      if (mode === 'hangs') await new Promise<void>((resolve) => late.push(resolve))
      return structuredClone(answer)
    },
    ...options,
  })
  return { time, feed, follower, late }
}

/** A token of somebody, so many seconds old. */
function token(ageSeconds = 0, parts: Partial<FollowedToken> = {}): FollowedToken {
  const issuedAt = start / 1000 - ageSeconds
  return { changeHandle: handle, revision: [7, 3], confirmedAt: issuedAt, issuedAt, ...parts }
}

const reads = { mayWrite: false }
const writes = { mayWrite: true }
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a follower of the change feed', () => {
  it('takes a token that was issued within the bound for fresh without a copy, and begins to read', async () => {
    const { follower, feed } = setUp()
    expect(follower.judge(token(10), writes)).toBe('fresh')
    expect(feed.asked).toEqual([undefined])
    await settled()
    expect(follower.asOf).toBe(start)
  })

  it('has an older one wait for the first read', async () => {
    const { follower } = setUp()
    expect(follower.judge(token(11), reads)).toBe('wait')
    await follower.catchUp()
    expect(follower.judge(token(11), { ...reads, waited: true })).toBe('fresh')
  })

  it('reads on in the background from the poll age on, and waits from the bound on', async () => {
    const { follower, feed, time } = setUp()
    await follower.read()
    const old = token(100)
    time.now += 5_000
    expect(follower.judge(old, writes)).toBe('fresh')
    expect(feed.asked).toHaveLength(1)
    time.now += 1
    expect(follower.judge(old, writes)).toBe('fresh')
    expect(feed.asked).toEqual([undefined, '1.a'])
    await settled()
    time.now += 10_001
    expect(follower.judge(old, writes)).toBe('wait')
  })

  it.each([
    ['versions', { [handle]: 8 }],
    ['revisions', { AcmeAcme: 4 }],
    ['confirmed', { [handle]: start / 1000 + 1 }],
    ['issued', { AcmeAcme: start / 1000 + 1 }],
    ['issued', { '*': start / 1000 + 1 }],
  ])('finds a token stale by %s, and rises in version', async (kind, minimums) => {
    const { follower, feed } = setUp()
    feed.answer = page({ [kind]: minimums })
    const before = follower.version
    await follower.read()
    expect(follower.version).toBeGreaterThan(before)
    expect(follower.judge(token(), reads)).toBe('stale')
    expect(follower.isStale(token(0, { revision: [8, 4], confirmedAt: 2e9 }), true)).toBe(false)
  })

  it('can say nothing of a token without a handle, or from the future', async () => {
    const { follower } = setUp()
    expect(follower.judge(token(-5), reads)).toBe('fresh')
    expect(follower.judge(token(-6), reads)).toBe('wait')
    await follower.read()
    expect(follower.judge(token(0, { changeHandle: undefined }), reads)).toBe('stale')
  })

  it('has a stale token wait, too, where the copy is older than the bound: what it is judged by may be as old', async () => {
    const { follower, feed, time } = setUp()
    feed.answer = page({ versions: { [handle]: 8 } })
    await follower.read()
    time.now += 10_001
    expect(follower.judge(token(), reads)).toBe('wait')
    await follower.catchUp()
    expect(follower.judge(token(), { ...reads, waited: true })).toBe('stale')
  })

  it('reckons with its own clock alone: as fresh as the oldest page, asked for when it was asked for', async () => {
    const { follower, feed, time } = setUp()
    feed.answer = page({ ageMs: 900, more: true, cursor: '1.b', versions: { [handle]: 8 } })
    const reading = follower.read()
    time.now += 50
    feed.answer = page({ ageMs: 100, cursor: '1.c' })
    await reading
    expect(feed.asked).toEqual([undefined, '1.b'])
    expect(follower.asOf).toBe(start - 900)
  })

  it('reads once for all who wait', async () => {
    const { follower, feed } = setUp()
    await Promise.all([follower.read(), follower.read(), follower.catchUp()])
    expect(feed.asked).toHaveLength(1)
  })

  it('reports every key that no longer counts, once', async () => {
    const onRemovedKey = vi.fn()
    const { follower, feed, time } = setUp({ onRemovedKey })
    feed.answer = page({ keys: ['one', 'two'] })
    await follower.read()
    time.now += 6_000
    await follower.read()
    expect(onRemovedKey.mock.calls).toEqual([['one'], ['two']])
  })
})

describe('when the feed cannot be read', () => {
  it('writes are refused first, then everything, and all works again once it can', async () => {
    const { follower, feed, time } = setUp()
    await follower.read()
    feed.mode = 'down'
    const old = token(600)
    const outcomes: string[] = []
    for (const age of [10_000, 10_001, 60_000, 60_001, 300_000, 300_001]) {
      time.now = start + age
      await follower.catchUp()
      const waited = { waited: true }
      outcomes.push(`${follower.judge(old, { ...writes, ...waited })} ${follower.judge(old, { ...reads, ...waited })}`)
    }
    expect(outcomes).toEqual([
      'fresh fresh',
      'fresh fresh',
      'fresh fresh',
      'unknown fresh',
      'unknown fresh',
      'unknown unknown',
    ])
    feed.mode = 'ok'
    time.now += 1_000
    expect(follower.judge(old, writes)).toBe('wait')
    await follower.catchUp()
    expect(follower.judge(old, writes)).toBe('fresh')
  })

  it('it is asked again after a second, and nobody waits in between', async () => {
    const { follower, feed, time } = setUp()
    feed.mode = 'down'
    await follower.read()
    expect(follower.judge(token(20), reads)).toBe('fresh')
    time.now += 999
    expect(await follower.read()).toBe(false)
    expect(feed.asked).toHaveLength(1)
    time.now += 1
    expect(follower.judge(token(20), reads)).toBe('wait')
    expect(feed.asked).toHaveLength(2)
  })

  it.each([
    ['nothing', undefined],
    ['a text', 'x'],
    ['no age', { ...page(), ageMs: undefined }],
    ['a negative age', page({ ageMs: -1 })],
    ['no cursor', page({ cursor: '' })],
    ['no answer to whether there is more', page({ more: 'no' })],
    ['a kind missing', { ...page(), confirmed: undefined }],
    ['a list in place of minimums', page({ versions: [1] })],
    ['a handle of another length', page({ versions: { AcmeAcme: 1 } })],
    ['everyone in another kind', page({ revisions: { '*': 1 } })],
    ['a minimum that is no number', page({ versions: { [handle]: '8' } })],
    ['keys that are no texts', page({ keys: [1] })],
  ])('an answer with %s counts as none, and changes nothing', async (_, answer) => {
    const { follower, feed } = setUp()
    feed.answer = answer
    expect(await follower.read()).toBe(false)
    expect([follower.asOf, follower.version]).toEqual([Number.NEGATIVE_INFINITY, 0])
  })

  it('goes on with the round where it broke off, as old as its first page', async () => {
    const { follower, feed, time } = setUp()
    feed.answer = page({ more: true, cursor: '1.b' })
    const reading = follower.read()
    feed.mode = 'down'
    expect(await reading).toBe(false)
    Object.assign(feed, { mode: 'ok', answer: page() })
    time.now += 4_000
    expect(await follower.read()).toBe(true)
    expect(feed.asked).toEqual([undefined, '1.b', '1.b'])
    expect(follower.asOf).toBe(start)
  })
})

describe('a function that was frozen', () => {
  it('gives up the read it was frozen in, by the clock, and hears its late answer no more', async () => {
    const { follower, feed, time, late } = setUp({ deadlineMs: 3_000 })
    feed.mode = 'hangs'
    feed.answer = page({ versions: { [handle]: 99 } })
    void follower.read()
    await settled()
    time.now += 20_000
    Object.assign(feed, { mode: 'ok', answer: page() })
    expect(follower.judge(token(30), reads)).toBe('wait')
    await follower.catchUp()
    expect(follower.asOf).toBe(time.now)
    for (const release of late) release()
    await settled()
    expect([follower.version, follower.asOf]).toEqual([0, time.now])
  })

  it('believes no copy from the future, where the clock was set back', async () => {
    const { follower, time } = setUp()
    await follower.read()
    time.now -= 3_600_000
    expect(follower.judge(token(3_600 + 100), writes)).toBe('wait')
  })
})

describe('memory', () => {
  it('keeps a cutoff as long as a token may live, and not for ever', async () => {
    const { follower, feed, time } = setUp()
    feed.answer = page({ versions: { [handle]: 8 } })
    await follower.read()
    feed.answer = page()
    for (const [minutes, stale] of [
      [14.9, true],
      [15, true],
      [30, false],
    ] as const) {
      time.now = start + minutes * 60_000
      await follower.read()
      expect(follower.isStale(token()), String(minutes)).toBe(stale)
    }
  })

  it('of too many removals resolves whole organizations anew, and forgets none', async () => {
    const { follower, feed } = setUp({ capacity: 100 })
    const names = Array.from({ length: 101 }, (_, index) => `AcmeAcme${String(index).padStart(8, '0')}`)
    feed.answer = page({
      versions: Object.fromEntries(names.map((name) => [name, 8])),
      revisions: { Globex00: 5 },
    })
    await follower.read()
    expect(names.every((name) => follower.isStale(token(0, { changeHandle: name })))).toBe(true)
    expect(follower.isStale(token(0, { changeHandle: 'AcmeAcmeSomebody' }))).toBe(true)
    expect(follower.isStale(token(-6, { changeHandle: names[0] }))).toBe(false)
    expect(follower.isStale(token(0, { changeHandle: names[0] }), true)).toBe(false)
    expect(follower.isStale(token(0, { changeHandle: 'Globex00Somebody' }))).toBe(true)
    expect(follower.isStale(token(0, { changeHandle: 'Globex00Somebody', revision: [1, 5] }))).toBe(false)
  })
})

it.each([{ pollMs: 0 }, { pollMs: 20_000 }, { boundMs: 70_000 }, { refuseAllAfterMs: 1_000 }, { boundMs: Number.NaN }])(
  'wants ages that ascend: %j',
  (ages) => {
    expect(() => setUp({ ages })).toThrow(RangeError)
  },
)

type Step =
  | { readonly kind: 'remove' | 'ok' | 'down' | 'hang' | 'thaw' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'ask'; readonly age: number; readonly mayWrite: boolean }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 200_000 })),
    }),
  },
  {
    weight: 2,
    // Outages last: reads fail more often than they come back.
    arbitrary: fc.record({
      kind: fc.constantFrom(...(['remove', 'ok', 'down', 'down', 'down', 'hang', 'thaw'] as const)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      age: fc.integer({ min: 0, max: 840 }),
      mayWrite: fc.boolean(),
    }),
  },
)

/** The acceptances that break the promise in one run of a follower with these ages. */
async function breaches(steps: readonly Step[], ages: FollowOptions['ages'] = {}): Promise<readonly string[]> {
  const removals: number[] = []
  const hanging: (() => void)[] = []
  const found: string[] = []
  const state = { now: start, mode: 'ok', failedAt: 0 }
  const follower = new ChangeFollower({
    ages,
    clock: () => state.now,
    deadlineMs: 5,
    fetchChanges: async () => {
      if (state.mode === 'down') {
        state.failedAt = state.now
        throw new Error('down')
      }
      // As of now: how often something was taken away is the lowest version that counts.
      const then = page({ versions: { [handle]: removals.length } })
      if (state.mode === 'hang') await new Promise<void>((resolve) => hanging.push(resolve))
      return then
    },
  })
  for (const one of steps) {
    if (one.kind === 'pass') state.now += one.ms
    else if (one.kind === 'remove') removals.push(state.now)
    else if (one.kind === 'thaw') for (const release of hanging.splice(0)) release()
    else if (one.kind !== 'ask') state.mode = one.kind
    else {
      const issuedAt = Math.floor(state.now / 1000) - one.age
      const version = removals.filter((at) => at < issuedAt * 1000).length
      const held = { changeHandle: handle, revision: [version, 0], confirmedAt: issuedAt, issuedAt } as const
      let judged = follower.judge(held, one)
      // What hangs is not waited for: the clock of this world does not run on by itself.
      if (judged === 'wait' && state.mode !== 'hang') await follower.read()
      if (judged === 'wait') judged = follower.judge(held, { ...one, waited: true })
      const age = state.now - (removals[version] ?? state.now)
      // A read that failed is tried again after a second.
      const answers = state.mode === 'ok' && hanging.length === 0 && state.now - state.failedAt >= 1_000
      const limit = answers ? 10_000 : one.mayWrite ? 60_000 : 300_000
      if (judged === 'fresh' && age > limit) found.push(`${age} ms after, the limit is ${limit}`)
    }
    await settled()
  }
  return found
}

describe('any interleaving of removals, polls, failures and freezes', () => {
  const steps = fc.array(step, { minLength: 5, maxLength: 40 })

  test.prop([steps], { numRuns: 400 })(
    'accepts no token beyond the bound while the feed answers, and none beyond the limits while it does not',
    async (all) => {
      expect(await breaches(all)).toEqual([])
    },
  )

  it.each([{ boundMs: 30_000 }, { refuseWritesAfterMs: 120_000 }, { refuseAllAfterMs: 400_000 }])(
    'is found out where it accepts more: %j',
    async (ages) => {
      const holds = fc.asyncProperty(steps, async (all) => (await breaches(all, ages)).length === 0)
      expect((await fc.check(holds, { seed: 1, numRuns: 5_000, endOnFailure: true })).failed).toBe(true)
    },
  )
})
