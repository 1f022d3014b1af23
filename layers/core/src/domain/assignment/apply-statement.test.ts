import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { applyConfirmation, applyStatement, removesAnything } from './apply-statement.ts'
import type { AccountRecord, AccountStatement, RoleAssignment } from './statement.ts'

const roles = (...names: string[]): RoleAssignment[] => names.map((role) => ({ application: 'app', role }))

function statement(version: number, parts: Partial<AccountStatement> = {}): AccountStatement {
  return {
    organization: 'acme',
    account: 'ann',
    version,
    status: 'active',
    roles: roles('viewer'),
    occurredAt: version * 100,
    ...parts,
  }
}

const stored = (version: number, parts: Partial<AccountRecord> = {}): AccountRecord => ({
  ...applyStatement(undefined, statement(version), { confirmedAt: 1_000, etag: 'a' }).record,
  ...parts,
})

describe('the version guard', () => {
  it('keeps the first statement with its confirmation, roles sorted and each once', () => {
    const first = statement(3, { roles: [...roles('viewer', 'editor', 'viewer'), { application: 'a', role: 'z' }] })
    expect(applyStatement(undefined, first, { confirmedAt: 5, etag: 'x' })).toEqual({
      outcome: 'applied',
      record: {
        ...first,
        roles: [{ application: 'a', role: 'z' }, ...roles('editor', 'viewer')],
        confirmedAt: 5,
        etag: 'x',
      },
    })
  })

  it('lets a newer version replace the record, its confirmation and its validator', () => {
    const next = statement(4, { status: 'inactive', roles: [] })
    expect(applyStatement(stored(3), next, { confirmedAt: 900 })).toEqual({
      outcome: 'applied',
      record: { ...next, confirmedAt: 900 },
    })
  })

  it('changes nothing for an older version', () => {
    const record = stored(3)
    const older = applyStatement(record, statement(2, { roles: roles('owner') }), { confirmedAt: 9_000 })
    expect(older).toEqual({ outcome: 'older', record })
  })

  it('takes a version that is no number for an older one', () => {
    const record = stored(3)
    const broken = applyStatement(record, statement(Number.NaN), { confirmedAt: 9_000 })
    expect(broken).toEqual({ outcome: 'older', record })
  })

  it('moves only the confirmation for the same version, and never backwards', () => {
    const record = stored(3, { roles: roles('editor', 'viewer') })
    const again = statement(3, { roles: roles('viewer', 'editor', 'editor') })
    const later = applyStatement(record, again, { confirmedAt: 2_000, etag: 'b' })
    expect(later).toEqual({ outcome: 'applied', record: { ...record, confirmedAt: 2_000, etag: 'b' } })
    expect(applyStatement(record, again, { confirmedAt: 999, etag: 'b' })).toEqual({ outcome: 'applied', record })
  })

  it('keeps the validator when a later confirmation of the same version brings none', () => {
    expect(applyStatement(stored(3), statement(3), { confirmedAt: 2_000 }).record.etag).toBe('a')
  })

  it.each([
    ['other roles', { roles: roles('viewer', 'owner') }],
    ['a role less', { roles: [] }],
    ['the role of another application', { roles: [{ application: 'other', role: 'viewer' }] }],
    ['another status', { status: 'inactive' as const }],
  ])('calls the same version with %s a conflict and keeps what it has', (_, parts) => {
    const record = stored(3)
    const conflict = applyStatement(record, statement(3, parts), { confirmedAt: 2_000 })
    expect(conflict).toEqual({ outcome: 'conflict', record })
  })

  it('throws when the statement is about another account', () => {
    const foreign = statement(4, { account: 'bob' })
    expect(() => applyStatement(stored(3), foreign, { confirmedAt: 1 })).toThrow('another account')
  })
})

describe('a confirmation without content', () => {
  it('moves the confirmation of exactly the version it names', () => {
    const record = stored(3)
    expect(applyConfirmation(record, 3, 2_000)).toEqual({
      outcome: 'applied',
      record: { ...record, confirmedAt: 2_000 },
    })
    expect(applyConfirmation(record, 3, 10)).toEqual({ outcome: 'applied', record })
    expect(applyConfirmation(record, 2, 2_000)).toEqual({ outcome: 'older', record })
  })

  it('finds nothing to confirm where the version is not stored', () => {
    expect(applyConfirmation(stored(3), 4, 2_000)).toEqual({ outcome: 'gone' })
    expect(applyConfirmation(undefined, 1, 2_000)).toEqual({ outcome: 'gone' })
  })
})

describe('whether a change removes anything', () => {
  it.each([
    ['a role is gone', statement(1, { roles: roles('a', 'b') }), statement(2, { roles: roles('a') }), true],
    ['a role is swapped', statement(1, { roles: roles('a') }), statement(2, { roles: roles('b') }), true],
    ['the account becomes inactive', statement(1), statement(2, { status: 'inactive' }), true],
    ['the first role ends full access', statement(1, { roles: [] }), statement(2), true],
    ['a role is added', statement(1, { roles: roles('a') }), statement(2, { roles: roles('b', 'a') }), false],
    ['the account becomes active', statement(1, { status: 'inactive' }), statement(2), false],
    [
      'nothing changed but the order',
      statement(1, { roles: roles('a', 'b') }),
      statement(2, { roles: roles('b', 'a') }),
      false,
    ],
    ['the account is new', undefined, statement(1), false],
  ])('%s', (_, before, after, removes) => {
    expect(removesAnything(before, after)).toBe(removes)
  })

  it('asks whether an added role may narrow', () => {
    const before = statement(1, { roles: roles('a') })
    const after = statement(2, { roles: roles('a', 'read_only') })
    expect(removesAnything(before, after, ({ role }) => role === 'read_only')).toBe(true)
    expect(removesAnything(before, after, ({ role }) => role === 'a')).toBe(false)
  })
})

/** What a source says over time: consistent (one content and validator per version), delivered any number of times. */
const deliveries = fc
  .array(fc.tuple(fc.subarray(['a', 'b', 'c']), fc.constantFrom('active', 'inactive')), { minLength: 1, maxLength: 4 })
  .chain((history) =>
    fc
      .array(
        fc.record({
          version: fc.integer({ min: 1, max: history.length }),
          confirmedAt: fc.integer({ min: 0, max: 20 }),
          validated: fc.boolean(),
          shuffled: fc.boolean(),
        }),
        { minLength: 1, maxLength: 5 },
      )
      .map((all) =>
        all.map(({ version, confirmedAt, validated, shuffled }) => {
          const [names, status] = history[version - 1] ?? [[], 'active']
          const said = shuffled ? [...names, ...names].reverse() : names
          const confirmation = validated ? { confirmedAt, etag: `"${version}"` } : { confirmedAt }
          return {
            said: statement(version, { roles: roles(...said), status: status as 'active' | 'inactive' }),
            confirmation,
          }
        }),
      ),
  )

type Delivery = { said: AccountStatement; confirmation: { confirmedAt: number; etag?: string } }

const endOf = (log: readonly Delivery[]) =>
  log.reduce<AccountRecord | undefined>((record, { said, confirmation }) => {
    const { outcome, record: next } = applyStatement(record, said, confirmation)
    expect(outcome).not.toBe('conflict')
    return next
  }, undefined)

function* permutations<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length <= 1) yield items
  for (const [at, item] of items.entries()) {
    if (items.length > 1) for (const rest of permutations(items.toSpliced(at, 1))) yield [item, ...rest]
  }
}

describe('order does not matter', () => {
  test.prop([deliveries], { numRuns: 150 })('every permutation of a log ends in the same record', (log) => {
    const end = endOf(log)
    for (const other of permutations(log)) expect(endOf(other)).toEqual(end)
  })

  test.prop([deliveries, fc.array(fc.nat())])('repetitions change nothing', (log, repeated) => {
    const again = repeated.map((at) => log[at % log.length]).filter((delivery) => delivery !== undefined)
    expect(endOf([...log, ...again])).toEqual(endOf(log))
  })

  test.prop([deliveries])('the record is the newest statement delivered, at its latest confirmation', (log) => {
    const newest = Math.max(...log.map(({ said }) => said.version))
    const confirmations = log
      .filter(({ said }) => said.version === newest)
      .map(({ confirmation }) => confirmation.confirmedAt)
    expect(endOf(log)).toMatchObject({ version: newest, confirmedAt: Math.max(...confirmations) })
  })

  const contradicted = [statement(1), statement(2), statement(3), statement(3, { roles: roles('owner') })]
  test.prop([fc.shuffledSubarray(contradicted, { minLength: contradicted.length })])(
    'a contradiction of the newest version shows in every order',
    (order) => {
      let record: AccountRecord | undefined
      const outcomes = order.map((said) => {
        const applied = applyStatement(record, said, { confirmedAt: 1 })
        record = applied.record
        return applied.outcome
      })
      expect(outcomes).toContain('conflict')
    },
  )
})
