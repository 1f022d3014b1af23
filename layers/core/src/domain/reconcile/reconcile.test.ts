import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { AccountRecord, SourceStatement } from '../assignment/statement.ts'
import { listAccount } from './account-listing.ts'
import { defaultBrake, mustBrake } from './brake.ts'
import { BucketDigests } from './bucket-digests.ts'
import { compareStatement } from './compare.ts'
import { bucketCount, bucketOf, contentDigest, leafOf } from './fingerprints.ts'
import { packListed, unpackListed } from './listed-accounts.ts'

/** FNV-1a, 64 bits: any function that spreads will do here. */
const fingerprint = (text: string) => {
  let bits = 0xcbf29ce484222325n
  for (const character of text)
    bits = BigInt.asUintN(64, (bits ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n)
  return BigInt.asUintN(64, (bits ^ (bits >> 29n)) * 0xbf58476d1ce4e5b9n)
}
const roles = (...names: readonly string[]) => names.map((role) => ({ application: 'shop', role }))
const record: AccountRecord = {
  organization: 'acme',
  account: 'ada',
  version: 5,
  status: 'active',
  roles: roles('clerk', 'owner'),
  occurredAt: 1,
  confirmedAt: 9,
}
const bits = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })

describe('digests', () => {
  it('tell contents apart, and neither order nor repetition of roles', () => {
    const digest = (status: 'active' | 'inactive', ...names: readonly string[]) =>
      contentDigest(fingerprint, { status, roles: roles(...names) })
    expect(digest('active', 'owner', 'clerk', 'owner')).toBe(digest('active', 'clerk', 'owner'))
    const all = [digest('active'), digest('inactive'), digest('active', 'clerk'), digest('active', 'clerk', 'owner')]
    expect(new Set(all).size).toBe(all.length)
    const leaves = [{}, { version: 1 }, { version: 2 }].map((version) =>
      leafOf(fingerprint, { account: 'ada', digest: 'd', ...version }),
    )
    expect(new Set(leaves).size).toBe(3)
  })

  test.prop([fc.array(fc.tuple(bits, bits), { maxLength: 200 }), fc.nat(100)])(
    'of buckets are the same in any order and in any number of pieces, and differ by one account',
    (entries, cut) => {
      const whole = new BucketDigests()
      for (const [name, leaf] of entries) whole.add(name, leaf)
      const first = new BucketDigests()
      for (const [name, leaf] of entries.slice(cut).reverse()) first.add(name, leaf)
      const rest = new BucketDigests(first.toStrings())
      for (const [name, leaf] of entries.slice(0, cut)) rest.add(name, leaf)
      const buckets = Array.from({ length: bucketCount }, (_, bucket) => bucket)
      expect(buckets.every((bucket) => whole.agrees(rest, bucket))).toBe(true)
      expect(rest.total()).toBe(whole.total())
      rest.add(7n, 0n)
      expect(buckets.filter((bucket) => !whole.agrees(rest, bucket))).toEqual([bucketOf(7n)])
    },
  )

  test.prop([fc.array(fc.record({ name: bits, leaf: bits }))])(
    'of listed accounts come out of their bytes',
    (listed) => {
      expect(packListed(listed).length).toBe(listed.length * 16)
      // As a database hands bytes over: a view into something larger.
      const larger = new Uint8Array([1, 2, 3, ...packListed(listed)])
      expect(unpackListed(larger.subarray(3))).toEqual(listed)
    },
  )
})

describe('a statement of a page', () => {
  const says = (change: Partial<SourceStatement>, stored: AccountRecord | undefined = record) => {
    const { confirmedAt: _, ...statement } = { ...record, ...change }
    return compareStatement(statement as SourceStatement, stored)
  }

  it.each<[string, ReturnType<typeof says>, ReturnType<typeof says>]>([
    ['that nobody stored is unknown', compareStatement(record, undefined), { comparison: 'unknown' }],
    ['as stored is the same', says({ roles: roles('owner', 'clerk') }), { comparison: 'same' }],
    ['that adds is wider', says({ version: 6, roles: roles('clerk', 'owner', 'buyer') }), { comparison: 'wider' }],
    ['with another version alone is wider', says({ version: 6 }), { comparison: 'wider' }],
    [
      'that takes a role is narrower',
      says({ version: 6, roles: roles('clerk') }),
      { comparison: 'narrower', loses: 1 },
    ],
    ['that deactivates is narrower', says({ version: 6, status: 'inactive' }), { comparison: 'narrower', loses: 2 }],
    ['of an older version is doubtful', says({ version: 4 }), { comparison: 'doubtful' }],
    ['that contradicts is doubtful', says({ roles: roles('clerk') }), { comparison: 'doubtful', loses: 1 }],
    ['about what was withdrawn is doubtful', says({}, { ...record, confirmedAt: 0 }), { comparison: 'doubtful' }],
    [
      'that takes from what was withdrawn takes nothing',
      says({ version: 6, roles: [] }, { ...record, confirmedAt: 0 }),
      { comparison: 'doubtful' },
    ],
  ])('%s', (_, compared, expected) => {
    expect(compared).toEqual(expected)
  })

  it('without a version is never stored from a page where it differs', () => {
    const { version: _, confirmedAt: __, ...statement } = record
    expect(compareStatement(statement, record)).toEqual({ comparison: 'same' })
    const wider = { ...statement, roles: roles('clerk', 'owner', 'buyer') }
    expect(compareStatement(wider, record)).toEqual({ comparison: 'doubtful' })
    expect(compareStatement({ ...statement, roles: [] }, record)).toEqual({ comparison: 'doubtful', loses: 2 })
  })

  it('that adds a role which restricts is narrower', () => {
    const { confirmedAt: _, ...statement } = { ...record, version: 6, roles: roles('clerk', 'owner', 'reader') }
    const mayNarrow = ({ role }: { role: string }) => role === 'reader'
    expect(compareStatement(statement, record, mayNarrow)).toEqual({ comparison: 'narrower', loses: 0 })
  })
})

describe('the index shows', () => {
  it.each([
    [record, 'active'],
    [{ ...record, status: 'inactive' as const }, 'inactive'],
    [{ ...record, confirmedAt: 0 }, 'withdrawn'],
    [{ ...record, confirmedAt: 0, dirtySince: 8 }, 'hinted'],
    [{ ...record, confirmedAt: 0, dirtySince: 8, withdrawnSince: 9 }, 'withdrawn'],
    [{ ...record, confirmedAt: 9, dirtySince: 8 }, 'active'],
  ])('%j as %s', (stored, standing) => {
    expect(listAccount(fingerprint, stored)).toMatchObject({ account: 'ada', standing, assignments: 2 })
  })
})

describe('the brake', () => {
  const tally = (accounts: number, assignments: number) => ({ accounts, assignments })
  it.each([
    [tally(9, 900), tally(10, 1_000), false],
    [tally(10, 10), tally(50, 100), false],
    [tally(11, 11), tally(50, 100), true],
    [tally(10, 21), tally(1_000, 100), true],
    [tally(10, 20), tally(1_000, 100), false],
    [tally(10, 0), tally(10, 0), true],
  ])('for %j of %j: %s', (losing, held, brakes) => {
    expect(mustBrake(losing, held, defaultBrake)).toBe(brakes)
  })
})
