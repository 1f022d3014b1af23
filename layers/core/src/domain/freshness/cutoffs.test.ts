import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { type Cutoff, type CutoffSubject, freshnessByCutoffs, indexCutoffs, isAboveCutoffs } from './cutoffs.ts'

const token: CutoffSubject = { org: 'acme', sub: 'ann', aud: 'app', iat: 1_000, rev: [7, 3], kid: 'k1' }

const cutoffs: Record<string, { at: Cutoff; above: Cutoff; elsewhere: Cutoff }> = {
  account: {
    at: { scope: 'account', organization: 'acme', account: 'ann', minimum: 7 },
    above: { scope: 'account', organization: 'acme', account: 'ann', minimum: 8 },
    elsewhere: { scope: 'account', organization: 'globex', account: 'ann', minimum: 8 },
  },
  organization: {
    at: { scope: 'organization', organization: 'acme', minimum: 3 },
    above: { scope: 'organization', organization: 'acme', minimum: 4 },
    elsewhere: { scope: 'organization', organization: 'globex', minimum: 4 },
  },
  application: {
    at: { scope: 'application', application: 'app', minimum: 1_000 },
    above: { scope: 'application', application: 'app', minimum: 1_001 },
    elsewhere: { scope: 'application', application: 'other', minimum: 1_001 },
  },
  key: {
    at: { scope: 'key', kid: 'k2' },
    above: { scope: 'key', kid: 'k1' },
    elsewhere: { scope: 'key', kid: 'k' },
  },
}

describe('a token against cutoffs', () => {
  it.each(Object.entries(cutoffs))('of one %s', (_, { at, above, elsewhere }) => {
    expect(isAboveCutoffs(indexCutoffs([at, elsewhere]), token)).toBe(true)
    expect(isAboveCutoffs(indexCutoffs([above]), token)).toBe(false)
  })

  it.each(Object.entries(cutoffs))('is not saved from a cutoff of one %s by any other', (_, { above }) => {
    const others = Object.values(cutoffs).flatMap(({ at, elsewhere }) => [at, elsewhere])
    expect(isAboveCutoffs(indexCutoffs([above, ...others]), token)).toBe(false)
    expect(isAboveCutoffs(indexCutoffs([...others, above]), token)).toBe(false)
  })

  it('counts the highest of several, wherever it stands', () => {
    const at = (minimum: number): Cutoff => ({ scope: 'organization', organization: 'acme', minimum })
    expect(isAboveCutoffs(indexCutoffs([at(1), at(9), at(2)]), token)).toBe(false)
  })

  it('refuses revisions and times that are no numbers', () => {
    const account: Cutoff = { scope: 'account', organization: 'acme', account: 'ann', minimum: 0 }
    expect(isAboveCutoffs(indexCutoffs([account]), { ...token, rev: [Number.NaN, 3] })).toBe(false)
  })

  it('does not mix up organizations and accounts whose names run into each other', () => {
    const cutoff: Cutoff = { scope: 'account', organization: 'acme/a', account: 'nn', minimum: 99 }
    expect(isAboveCutoffs(indexCutoffs([cutoff]), { ...token, org: 'acme', sub: 'a/nn' })).toBe(true)
  })
})

describe('freshness by cutoffs', () => {
  it('is fresh, stale or unavailable', () => {
    const none = indexCutoffs([])
    expect(freshnessByCutoffs(() => none)(token)).toBe('fresh')
    const one = indexCutoffs([{ scope: 'key', kid: 'k1' }])
    expect(freshnessByCutoffs(() => one)(token)).toBe('stale')
    expect(freshnessByCutoffs(() => undefined)(token)).toBe('unavailable')
  })
})

const small = fc.integer({ min: 0, max: 4 })
const name = fc.constantFrom('a', 'b')
const cutoff: fc.Arbitrary<Cutoff> = fc.oneof(
  fc.record({ scope: fc.constant('account' as const), organization: name, account: name, minimum: small }),
  fc.record({ scope: fc.constant('organization' as const), organization: name, minimum: small }),
  fc.record({ scope: fc.constant('application' as const), application: name, minimum: small }),
  fc.record({ scope: fc.constant('key' as const), kid: name }),
)
const anyToken: fc.Arbitrary<CutoffSubject> = fc.record({
  org: name,
  sub: name,
  aud: name,
  kid: fc.constantFrom('b', 'c'),
  iat: small,
  rev: fc.tuple(small, small),
})

/** One cutoff alone, by its definition. */
function passes(subject: CutoffSubject, one: Cutoff): boolean {
  switch (one.scope) {
    case 'account':
      return one.organization !== subject.org || one.account !== subject.sub || subject.rev[0] >= one.minimum
    case 'organization':
      return one.organization !== subject.org || subject.rev[1] >= one.minimum
    case 'application':
      return one.application !== subject.aud || subject.iat >= one.minimum
    case 'key':
      return one.kid !== subject.kid
  }
}

describe('cutoffs are monotonic', () => {
  test.prop([fc.array(cutoff, { maxLength: 8 }), anyToken], { numRuns: 1_000 })(
    'an accepted token is at or above every one of them',
    (all, subject) => {
      expect(isAboveCutoffs(indexCutoffs(all), subject)).toBe(all.every((one) => passes(subject, one)))
    },
  )

  test.prop([fc.array(cutoff, { maxLength: 6 }), cutoff, anyToken])(
    'one more never lets a token in',
    (all, one, subject) => {
      const before = isAboveCutoffs(indexCutoffs(all), subject)
      const after = isAboveCutoffs(indexCutoffs([...all, one]), subject)
      expect(after && !before).toBe(false)
    },
  )

  test.prop([fc.array(cutoff, { maxLength: 6 }), fc.infiniteStream(fc.nat()), anyToken])(
    'order and repetition make no difference',
    (all, stream, subject) => {
      const other = [...all, ...all].map((one) => ({ one, at: stream.next().value ?? 0 }))
      const shuffled = other.sort((x, y) => x.at - y.at).map(({ one }) => one)
      expect(isAboveCutoffs(indexCutoffs(shuffled), subject)).toBe(isAboveCutoffs(indexCutoffs(all), subject))
    },
  )
})
