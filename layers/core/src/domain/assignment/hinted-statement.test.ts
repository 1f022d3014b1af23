import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { clockToleranceMs, isConfirmedSince, underHints } from '../freshness/policy.ts'
import {
  applyConfirmation,
  applyStatement,
  applyUnversioned,
  markDirty,
  nextMark,
  withdrawConfirmation,
} from './apply-statement.ts'
import { neverConfirmed } from './marks.ts'
import type { AccountRecord, AccountStatement, RoleAssignment, UnversionedStatement } from './statement.ts'

const roles = (...names: string[]): RoleAssignment[] => names.map((role) => ({ application: 'app', role }))

function said(names: readonly string[], parts: Partial<UnversionedStatement> = {}): UnversionedStatement {
  return { organization: 'acme', account: 'ann', status: 'active', roles: roles(...names), occurredAt: 50, ...parts }
}

const versioned = (version: number, ...names: string[]): AccountStatement => ({ ...said(names), version })

const stored = (parts: Partial<AccountRecord> = {}): AccountRecord => ({
  ...applyStatement(undefined, versioned(3, 'viewer'), { confirmedAt: 1_000, etag: 'a' }).record,
  ...parts,
})

describe('a statement without a version', () => {
  it('is the first version where nothing is stored', () => {
    const first = applyUnversioned(undefined, said(['viewer', 'viewer']), { confirmedAt: 5, etag: 'x' })
    expect(first.record).toEqual({ ...said(['viewer']), version: 1, confirmedAt: 5, etag: 'x' })
  })

  it.each([
    ['other roles', said(['owner', 'viewer'])],
    ['a role less', said([])],
    ['another status', said(['viewer'], { status: 'inactive' })],
  ])('with %s gets the next version and its own validator', (_, next) => {
    expect(applyUnversioned(stored(), next, { confirmedAt: 900 }).record).toEqual({
      ...next,
      version: 4,
      confirmedAt: 900,
    })
  })

  it('that says the same in another order only confirms, and never backwards', () => {
    const record = stored({ roles: roles('editor', 'viewer') })
    const again = said(['viewer', 'editor', 'viewer'])
    expect(applyUnversioned(record, again, { confirmedAt: 2_000 }).record).toEqual({ ...record, confirmedAt: 2_000 })
    expect(applyUnversioned(record, again, { confirmedAt: 10 }).record).toEqual(record)
  })

  it('throws when it is about another account', () => {
    expect(() => applyUnversioned(stored(), said([], { account: 'bob' }), { confirmedAt: 1 })).toThrow(
      'another account',
    )
  })

  test.prop([
    fc.array(fc.record({ names: fc.subarray(['a', 'b']), status: fc.constantFrom('active', 'inactive') }), {
      minLength: 1,
      maxLength: 8,
    }),
  ])('never lowers the version, and raises it exactly where the content differs', (states) => {
    let record: AccountRecord | undefined
    for (const [index, { names, status }] of states.entries()) {
      const before = record
      record = applyUnversioned(before, said(names, { status: status as 'active' }), { confirmedAt: index + 1 }).record
      const same = JSON.stringify([before?.roles, before?.status]) === JSON.stringify([record.roles, record.status])
      expect(record.version - (before?.version ?? 0)).toBe(same ? 0 : 1)
      expect(record).toMatchObject({ roles: roles(...names), status, confirmedAt: index + 1 })
    }
  })
})

describe('the way on which a statement came', () => {
  it('is kept with the content that it brought, and with no repetition of it', () => {
    const by = (statedBy: string) => ({ confirmedAt: 2_000, statedBy })
    const first = applyStatement(undefined, versioned(1, 'a'), by('event x')).record
    expect(first.statedBy).toBe('event x')
    expect(applyStatement(first, versioned(1, 'a'), by('pull')).record.statedBy).toBe('event x')
    expect(applyUnversioned(first, said(['a']), by('pull')).record.statedBy).toBe('event x')
    expect(applyStatement(first, versioned(2, 'b'), by('pull')).record.statedBy).toBe('pull')
    expect(applyUnversioned(first, said(['b']), { confirmedAt: 3_000 }).record).not.toHaveProperty('statedBy')
  })
})

describe('a hint', () => {
  it('leaves nothing confirmed by a read at its moment or before, and the content as it is', () => {
    for (const hintedAt of [1_000, 1_001]) {
      const marked = markDirty(stored(), hintedAt)
      expect(marked).toEqual(stored({ confirmedAt: neverConfirmed, dirtySince: hintedAt }))
      expect(isConfirmedSince(marked, neverConfirmed, 2_000)).toBe(false)
    }
    expect(isConfirmedSince(stored({ dirtySince: 1_000 }), 0, 2_000), 'as stored by hand').toBe(false)
  })

  it('has a mark above every clock, every mark there is, and whatever is stored', () => {
    expect(nextMark(stored(), 5_000)).toBe(5_000 + clockToleranceMs)
    expect(nextMark(stored({ dirtySince: 40_000 }), 5_000)).toBe(40_001)
    // A pull after a withdrawal counts as later than its mark, and thereby may be ahead of the hint that comes next.
    expect(nextMark(stored({ withdrawnSince: 40_000 }), 5_000)).toBe(40_001)
    const ahead = stored({ confirmedAt: 50_000, withdrawnSince: 40_000 })
    expect(markDirty(ahead, nextMark(ahead, 5_000))).toMatchObject({ confirmedAt: neverConfirmed, dirtySince: 50_000 })
  })

  it('answered by a withdrawal is not counted as later twice: marks do not run ahead of the clocks', () => {
    let record = stored()
    for (let flapped = 0; flapped < 20; flapped += 1) {
      const asked = (record.withdrawnSince ?? 2_000) + 1
      const { record: withdrawn } = withdrawConfirmation(record, asked, 2_000) as { readonly record: AccountRecord }
      record = applyStatement(withdrawn, versioned(3, 'viewer'), {
        confirmedAt: (withdrawn.withdrawnSince ?? 0) + 1,
      }).record
    }
    expect(record.withdrawnSince).toBeLessThan(2_000 + clockToleranceMs + 100)
  })

  it('older than the confirmation leaves it alone', () => {
    const marked = markDirty(stored(), 999)
    expect(marked).toEqual(stored({ dirtySince: 999 }))
    expect(isConfirmedSince(marked, 0, 2_000)).toBe(true)
  })

  it('discounts an older read also when that comes in later, of whatever version', () => {
    const marked = markDirty(stored(), 1_500)
    const unconfirmed = { confirmedAt: neverConfirmed, dirtySince: 1_500 }
    expect(applyStatement(marked, versioned(4, 'owner'), { confirmedAt: 1_500 }).record).toMatchObject({
      version: 4,
      ...unconfirmed,
    })
    expect(applyStatement(marked, versioned(3, 'viewer'), { confirmedAt: 1_400 }).record).toMatchObject(unconfirmed)
    expect(applyUnversioned(marked, said(['owner']), { confirmedAt: 1_400 }).record).toMatchObject(unconfirmed)
    expect(applyConfirmation(marked, 3, 1_500)).toMatchObject({ record: unconfirmed })
    expect(applyConfirmation(marked, 3, 1_501)).toMatchObject({ record: { confirmedAt: 1_501, dirtySince: 1_500 } })
  })

  it('about the whole organization does the same to every record', () => {
    expect(underHints(stored(), {})).toEqual(stored())
    expect(underHints(stored(), { dirtySince: 999 })).toEqual(stored())
    expect(underHints(stored(), { dirtySince: 1_000 })).toEqual(stored({ confirmedAt: neverConfirmed }))
  })
})

type Event = { readonly at: number } & ({ readonly version: number } | { readonly hint: true })

/** Consistent statements (the content follows from the version) and hints. */
const events: fc.Arbitrary<readonly Event[]> = fc.array(
  fc.oneof(
    fc.record({ at: fc.integer({ min: 1, max: 9 }), version: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ at: fc.integer({ min: 1, max: 9 }), hint: fc.constant(true as const) }),
  ),
  { maxLength: 7 },
)

/** A hint about an account that is not stored marks nothing, so the first statement always comes first. */
function endOf(log: readonly Event[]): AccountRecord {
  return log.reduce<AccountRecord>(
    (record, event) => {
      if ('hint' in event) return markDirty(record, event.at)
      const statement = versioned(event.version, ['a', 'b', 'c'][event.version % 3] ?? 'a')
      return applyStatement(record, statement, { confirmedAt: event.at, etag: `"${event.version}"` }).record
    },
    applyStatement(undefined, versioned(1, 'b'), { confirmedAt: 1, etag: '"1"' }).record,
  )
}

describe('statements and hints together', () => {
  test.prop([
    events.chain((log) =>
      fc.tuple(fc.constant(log), fc.shuffledSubarray([...log, ...log], { minLength: log.length * 2 })),
    ),
  ])('end the same in any order and repetition', ([log, other]) => {
    expect(endOf(other)).toEqual(endOf(log))
  })

  test.prop([events])('are never confirmed by a read at the last hint or before', (log) => {
    const hints = log.filter((event) => 'hint' in event).map(({ at }) => at)
    const last = Math.max(0, ...hints)
    const { confirmedAt } = endOf(log)
    expect(confirmedAt === neverConfirmed || confirmedAt > last).toBe(true)
  })
})
