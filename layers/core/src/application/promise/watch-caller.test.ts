import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { VirtualTime } from '../sync/virtual-time.fixture.ts'
import type { Access } from './ports.ts'
import { type AwaitedChange, type WatchTerms, watchCaller } from './watch-caller.ts'

const terms: WatchTerms = { awaited: 'denied', stable: { accesses: 3, ms: 1_000 }, limitMs: 20_000, everyMs: 100 }

/** Answers one by one, the last of them for ever; each takes `latencyMs`. */
async function watch(
  answers: readonly Access[],
  { latencyMs = 10, acknowledgedAfterMs = 0, ...changed }: Partial<WatchTerms> & Latencies = {},
) {
  const time = new VirtualTime()
  const change: AwaitedChange = {}
  const heard: { readonly at: number; readonly answer: Access }[] = []
  let next = 0
  const access = async () => {
    await time.pause(latencyMs)
    const answer = answers[Math.min(next++, answers.length - 1)] ?? 'failed'
    heard.push({ at: time.clock(), answer })
    return answer
  }
  if (acknowledgedAfterMs === 0) change.acknowledgedAt = time.clock()
  else void time.pause(acknowledgedAfterMs).then(() => Object.assign(change, { acknowledgedAt: time.clock() }))
  const watched = await time.during(watchCaller({ access, ...time }, change, { ...terms, ...changed }))
  return { watched, heard, acknowledgedAt: change.acknowledgedAt ?? Number.NaN }
}

interface Latencies {
  readonly latencyMs?: number
  readonly acknowledgedAfterMs?: number
}

describe('a caller that waits for a refusal', () => {
  it('is counted from the first refusal after the last access that was allowed', async () => {
    const { watched } = await watch(['allowed', 'denied', 'allowed', 'denied'])
    expect(watched).toEqual({ outcome: 'stable', ms: 3 * 110 + 10, accesses: 4, failed: 0 })
  })

  it('counts nothing where the refusal came before the acknowledgement', async () => {
    const { watched } = await watch(['allowed', 'denied'], { acknowledgedAfterMs: 500 })
    expect(watched).toMatchObject({ outcome: 'stable', ms: 0 })
  })

  it('is a failure that lasted as long as it was watched where it is never refused', async () => {
    const { watched } = await watch(['allowed'])
    expect(watched.outcome).toBe('never')
    expect(watched.ms).toBeGreaterThan(terms.limitMs)
    expect(watched.ms).toBeLessThan(terms.limitMs + 200)
  })

  it('takes an answer that is neither for no refusal', async () => {
    const { watched } = await watch(['allowed', 'failed'])
    expect(watched.outcome).toBe('never')
    expect(watched.failed).toBe(watched.accesses - 1)
  })

  it('does not let such an answer break a stretch', async () => {
    const { watched } = await watch(['allowed', 'denied', 'failed', 'denied'])
    expect(watched).toEqual({ outcome: 'stable', ms: 120, accesses: 2, failed: 1 })
  })

  it('ends without a sample when the change is given up', async () => {
    const time = new VirtualTime()
    const access = async () => 'allowed' as const
    expect(await time.during(watchCaller({ access, ...time }, { ended: true }, terms))).toMatchObject({
      outcome: 'ended',
    })
  })
})

it('needs one access where the next one is allowed', async () => {
  const { watched } = await watch(['allowed'], { awaited: 'allowed' })
  expect(watched).toEqual({ outcome: 'stable', ms: 10, accesses: 1, failed: 0 })
})

describe('for any answers, at any pace', () => {
  const answer = fc.constantFrom<Access>('allowed', 'denied', 'failed')
  test.prop([
    fc.array(answer, { minLength: 1, maxLength: 60 }),
    fc.constantFrom<Access>('allowed', 'denied'),
    fc.record({ latencyMs: fc.integer({ min: 1, max: 900 }), acknowledgedAfterMs: fc.integer({ min: 0, max: 3_000 }) }),
    fc.integer({ min: 1_000, max: 20_000 }),
  ])('the sample is exact', async (answers, last, latencies, limitMs) => {
    const { watched, heard, acknowledgedAt } = await watch([...answers, last], { ...latencies, limitMs })
    const lastAllowed = heard.findLastIndex((each) => each.answer === 'allowed')
    const first = heard.slice(lastAllowed + 1).find((each) => each.answer === 'denied')
    const ms = Math.max(0, (first?.at ?? Number.POSITIVE_INFINITY) - acknowledgedAt)
    if (watched.outcome === 'stable') {
      expect(watched.ms).toBe(ms)
      expect(ms).toBeLessThanOrEqual(limitMs)
      // Stable: so many refusals in a row, for so long.
      const refusals = heard.slice(lastAllowed + 1).filter((each) => each.answer === 'denied')
      expect(refusals.length).toBeGreaterThanOrEqual(terms.stable.accesses)
      expect((heard.at(-1)?.at ?? 0) - Math.max(first?.at ?? 0, acknowledgedAt)).toBeGreaterThanOrEqual(terms.stable.ms)
    } else {
      expect(ms).toBeGreaterThan(limitMs)
      expect(watched.ms).toBe((heard.at(-1)?.at ?? 0) - acknowledgedAt)
    }
    expect(watched.failed).toBe(heard.filter((each) => each.answer === 'failed').length)
  })
})
