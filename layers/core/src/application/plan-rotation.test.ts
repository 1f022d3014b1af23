import { fc, it } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { planRotation, type RotationRules } from './plan-rotation.ts'
import type { KeyRing, KeyState, RingKey } from './ports.ts'

const rules: RotationRules = { alg: 'ES256', rotateAfterMs: 1_000, publishBeforeMs: 100, retireAfterMs: 300 }

function key(kid: string, state: KeyState, since: number, alg: RingKey['alg'] = 'ES256'): RingKey {
  return { kid, alg, state, publicJwk: {}, wrappedPrivateKey: '', createdAt: since, since }
}

function ring(...keys: readonly RingKey[]): KeyRing {
  return { revision: 1, keys }
}

const states = (keys: readonly RingKey[] = []) => Object.fromEntries(keys.map(({ kid, state }) => [kid, state]))

describe('a rotation', () => {
  it('begins with a key that signs at once and one that waits', () => {
    expect(planRotation(ring(), { now: 0 }, rules)).toEqual({ keep: [], create: ['current', 'next'] })
  })

  it('does nothing until the current key is old enough', () => {
    const before = ring(key('a', 'current', 0), key('b', 'next', 0))
    expect(planRotation(before, { now: 999 }, rules)).toBeUndefined()
    const plan = planRotation(before, { now: 1_000 }, rules)
    expect(plan?.create).toEqual(['next'])
    expect(states(plan?.keep)).toEqual({ a: 'retiring', b: 'current' })
    expect(plan?.keep.every(({ since }) => since === 1_000)).toBe(true)
  })

  it('waits until the next key was published long enough', () => {
    const before = ring(key('a', 'current', 0), key('b', 'next', 950))
    expect(planRotation(before, { now: 1_049 }, rules)).toBeUndefined()
    expect(states(planRotation(before, { now: 1_050 }, rules)?.keep)).toEqual({ a: 'retiring', b: 'current' })
  })

  it('drops a retiring key when its last token has expired', () => {
    const before = ring(key('a', 'retiring', 0), key('b', 'current', 0), key('c', 'next', 0))
    expect(planRotation(before, { now: 299 }, rules)).toBeUndefined()
    expect(planRotation(before, { now: 300 }, rules)).toMatchObject({ create: [], keep: [{ kid: 'b' }, { kid: 'c' }] })
  })

  it('replaces a next key of another algorithm before it ever signs', () => {
    const before = ring(key('a', 'current', 0, 'RS256'), key('b', 'next', 0, 'RS256'))
    const plan = planRotation(before, { now: 5_000 }, rules)
    expect(plan?.create).toEqual(['next'])
    expect(states(plan?.keep)).toEqual({ a: 'current' })
  })

  it.each<[string, Record<string, KeyState>, readonly KeyState[]]>([
    ['a', { b: 'current', r: 'retiring' }, ['next']],
    ['b', { a: 'current', r: 'retiring' }, ['next']],
    ['r', { a: 'current', b: 'next' }, []],
  ])('takes %s out at once in an emergency', (remove, left, create) => {
    const before = ring(key('r', 'retiring', 9), key('a', 'current', 9), key('b', 'next', 9))
    const plan = planRotation(before, { now: 10, remove }, rules)
    expect(states(plan?.keep)).toEqual(left)
    expect(plan?.create).toEqual(create)
  })

  it('makes a new current key when the removed one leaves none to take over', () => {
    const before = ring(key('a', 'current', 0))
    expect(planRotation(before, { now: 10, remove: 'a' }, rules)).toEqual({ keep: [], create: ['current', 'next'] })
  })

  it('finds nothing to do for a key that is not there', () => {
    const before = ring(key('a', 'current', 0), key('b', 'next', 0))
    expect(planRotation(before, { now: 10, remove: 'z' }, rules)).toBeUndefined()
  })
})

/** Runs the plan at random moments, removing keys at random, and remembers when each key was first published. */
const steps = fc.array(
  fc.record({ wait: fc.integer({ min: 0, max: 700 }), remove: fc.option(fc.nat({ max: 3 }), { nil: undefined }) }),
  { minLength: 1, maxLength: 40 },
)

describe('over any course of events', () => {
  it.prop([steps])(
    'there is one current key and one next key, and nothing signs unpublished or leaves early',
    (course) => {
      let keys: readonly RingKey[] = []
      let made = 0
      let now = 0
      const published = new Map<string, number>()
      const signedUntil = new Map<string, number>()
      for (const [step, { wait, remove }] of course.entries()) {
        now += wait
        const before = keys
        const removed = remove === undefined ? undefined : keys[remove]?.kid
        const plan = planRotation({ revision: step, keys }, { now, ...(removed && { remove: removed }) }, rules)
        if (plan !== undefined) {
          keys = [...plan.keep, ...plan.create.map((state) => key(`k${made++}`, state, now))]
        }
        const count = (state: KeyState) => keys.filter((each) => each.state === state).length
        expect([count('current'), count('next')]).toEqual([1, 1])
        expect(keys.some(({ kid }) => kid === removed)).toBe(false)
        for (const { kid } of keys) if (!published.has(kid)) published.set(kid, now)
        const current = keys.find(({ state }) => state === 'current')
        const signer = before.find(({ state }) => state === 'current')
        if (signer !== undefined) signedUntil.set(signer.kid, now)
        if (signer !== undefined && current?.kid !== signer.kid && signer.kid !== removed) {
          expect(now - (published.get(current?.kid ?? '') ?? now)).toBeGreaterThanOrEqual(rules.publishBeforeMs)
        }
        for (const { kid } of before) {
          if (keys.some((each) => each.kid === kid) || kid === removed) continue
          expect(now - (signedUntil.get(kid) ?? 0)).toBeGreaterThanOrEqual(rules.retireAfterMs)
        }
      }
    },
  )
})
