import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  type CutoffKind,
  type CutoffSubject,
  type Cutoffs,
  cutoffKinds,
  emptyCutoffs,
  everyone,
  isAboveCutoffs,
  raiseCutoffs,
} from './cutoffs.ts'

interface Cutoff {
  readonly kind: CutoffKind
  readonly handle: string
  readonly minimum: number
}

const acme = 'AcmeAcme'
const ann = `${acme}AnnAnnAn`
const token: CutoffSubject = { changeHandle: ann, revision: [7, 3], confirmedAt: 900, issuedAt: 1_000 }

function cutoffsOf(all: readonly Cutoff[]): readonly Cutoffs[] {
  const none = { versions: {}, revisions: {}, confirmed: {}, issued: {} }
  return all.map(({ kind, handle, minimum }) => ({ ...none, [kind]: { [handle]: minimum } }))
}

function indexOf(all: readonly Cutoff[]) {
  const index = emptyCutoffs()
  for (const one of cutoffsOf(all)) raiseCutoffs(index, one)
  return index
}

/** At the token, above it, and above it for somebody else. */
const table: readonly [name: string, at: Cutoff, above: Cutoff, elsewhere: Cutoff][] = [
  row('the account', 'versions', [ann, `${acme}BobBobBo`], 7),
  row('the organization', 'revisions', [acme, 'Globex00'], 3),
  row('a confirmation', 'confirmed', [ann, `Globex00AnnAnnAn`], 900),
  row('the time of issue in the organization', 'issued', [acme, 'Globex00'], 1_000),
  row('the time of issue in the application', 'issued', [everyone, '********'], 1_000),
]

function row(name: string, kind: CutoffKind, [handle, other]: readonly [string, string], minimum: number) {
  const at = { kind, handle, minimum }
  const above = { ...at, minimum: minimum + 1 }
  return [name, at, above, { ...above, handle: other }] satisfies [string, Cutoff, Cutoff, Cutoff]
}

describe('a token against cutoffs', () => {
  it.each(table)('of %s', (_, at, above, elsewhere) => {
    expect(isAboveCutoffs(indexOf([at, elsewhere]), token)).toBe(true)
    expect(isAboveCutoffs(indexOf([above]), token)).toBe(false)
  })

  it.each(table)('is not saved from a cutoff of %s by any other', (_, _at, above) => {
    const others = table.flatMap(([, at, , elsewhere]) => [at, elsewhere])
    expect(isAboveCutoffs(indexOf([above, ...others]), token)).toBe(false)
    expect(isAboveCutoffs(indexOf([...others, above]), token)).toBe(false)
  })

  it('counts the highest of several, wherever it stands', () => {
    const at = (minimum: number): Cutoff => ({ kind: 'revisions', handle: acme, minimum })
    expect(isAboveCutoffs(indexOf([at(1), at(9), at(2)]), token)).toBe(false)
  })

  it('refuses revisions and times that are no numbers', () => {
    const index = indexOf([{ kind: 'versions', handle: ann, minimum: 0 }])
    expect(isAboveCutoffs(index, { ...token, revision: [Number.NaN, 3] })).toBe(false)
  })
})

const small = fc.integer({ min: 0, max: 4 })
const organization = fc.constantFrom(acme, 'Globex00')
const account = fc.tuple(organization, fc.constantFrom('AnnAnnAn', 'BobBobBo')).map((parts) => parts.join(''))
const cutoff: fc.Arbitrary<Cutoff> = fc.constantFrom(...(Object.keys(cutoffKinds) as CutoffKind[])).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    handle: kind === 'versions' || kind === 'confirmed' ? account : fc.oneof(organization, fc.constant(everyone)),
    minimum: small,
  }),
)
const anyToken: fc.Arbitrary<CutoffSubject> = fc.record({
  changeHandle: account,
  revision: fc.tuple(small, small),
  confirmedAt: small,
  issuedAt: small,
})

/** One cutoff alone, by its definition. */
function passes(subject: CutoffSubject, { kind, handle, minimum }: Cutoff): boolean {
  const isAbout = {
    versions: handle === subject.changeHandle,
    confirmed: handle === subject.changeHandle,
    revisions: subject.changeHandle.startsWith(handle),
    issued: handle === everyone || subject.changeHandle.startsWith(handle),
  }
  const values = {
    versions: subject.revision[0],
    revisions: subject.revision[1],
    confirmed: subject.confirmedAt,
    issued: subject.issuedAt,
  }
  return !isAbout[kind] || values[kind] >= minimum
}

describe('cutoffs are monotonic', () => {
  test.prop([fc.array(cutoff, { maxLength: 8 }), anyToken], { numRuns: 1_000 })(
    'an accepted token is at or above every one of them',
    (all, subject) => {
      expect(isAboveCutoffs(indexOf(all), subject)).toBe(all.every((one) => passes(subject, one)))
    },
  )

  test.prop([fc.array(cutoff, { maxLength: 6 }), cutoff, anyToken])(
    'one more never lets a token in',
    (all, one, subject) => {
      const before = isAboveCutoffs(indexOf(all), subject)
      expect(isAboveCutoffs(indexOf([...all, one]), subject) && !before).toBe(false)
    },
  )

  test.prop([fc.array(cutoff, { maxLength: 6 }), fc.infiniteStream(fc.nat()), anyToken])(
    'order and repetition make no difference',
    (all, stream, subject) => {
      const other = [...all, ...all].map((one) => ({ one, at: stream.next().value ?? 0 }))
      const shuffled = other.sort((x, y) => x.at - y.at).map(({ one }) => one)
      expect(isAboveCutoffs(indexOf(shuffled), subject)).toBe(isAboveCutoffs(indexOf(all), subject))
    },
  )

  test.prop([fc.array(cutoff, { maxLength: 6 })])('and it is told whether any rose', (all) => {
    const index = indexOf(all)
    for (const one of cutoffsOf(all)) expect(raiseCutoffs(index, one)).toBe(false)
    expect(raiseCutoffs(index, { versions: {}, revisions: {}, confirmed: {}, issued: { [everyone]: 5 } })).toBe(true)
  })
})
