import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChangeEntry } from '../../domain/freshness/change-entry.ts'
import {
  accountItemKey,
  changeItemKey,
  changePartitions,
  changeTime,
  customRoleItemKey,
  grantDocumentItemKey,
  type ItemKey,
  keyRingItemKey,
  organizationItemKey,
} from './keys.ts'

/** Any string, ill-formed ones too, with separators and escapes made likely, and long ones. */
const identifier = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '#', '%', '=', '2', '3', '\ud800', '\udc00', '\u00e9') }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ minLength: 295, maxLength: 310, unit: fc.constantFrom('a', 'b') }),
)

function text({ pk, sk }: ItemKey): string {
  return JSON.stringify([pk, sk])
}

describe('keys', () => {
  it('differ whenever the identifiers differ', () => {
    const key = (one: string, two: string, three: string) => [
      text(accountItemKey({ organization: one, account: two })),
      text(customRoleItemKey(one, two, three)),
    ]
    const triple = fc.tuple(identifier, identifier, identifier)
    fc.assert(
      fc.property(triple, triple, (some, others) => {
        const [account, role] = key(...some)
        const [otherAccount, otherRole] = key(...others)
        expect(account === otherAccount).toBe(some[0] === others[0] && some[1] === others[1])
        expect(role === otherRole).toBe(some.every((each, index) => each === others[index]))
      }),
      { numRuns: 2_000 },
    )
  })

  it('differ when the identifiers only join to the same', () => {
    const pairs = [
      ['a', 'b#c'],
      ['a#b', 'c'],
      ['a%23b', 'c'],
      ['a', 'b%23c'],
      ['', 'a#b#c'],
    ]
    const keys = pairs.map(([organization = '', account = '']) => text(accountItemKey({ organization, account })))
    expect(new Set(keys).size).toBe(pairs.length)
  })

  it('do not let an identifier pass for the hash of a longer one', () => {
    const long = 'x'.repeat(400)
    const [, , hashed = ''] = accountItemKey({ organization: 'acme', account: long }).pk.split('#')
    expect(hashed).toMatch(/^=/)
    expect(text(accountItemKey({ organization: 'acme', account: hashed }))).not.toBe(
      text(accountItemKey({ organization: 'acme', account: long })),
    )
  })

  it('of different kinds differ', () => {
    const keys = [
      accountItemKey({ organization: 'a', account: 'a' }),
      organizationItemKey('a'),
      organizationItemKey('a#a'),
      customRoleItemKey('a', 'a', 'a'),
      grantDocumentItemKey('a'),
      keyRingItemKey(),
    ]
    expect(new Set(keys.map(text)).size).toBe(keys.length)
  })

  it('stay within what DynamoDB takes', () => {
    fc.assert(
      fc.property(identifier, identifier, fc.nat(), (organization, account, revision) => {
        const entry = { scope: 'account', organization, account, revision, at: Number.MAX_SAFE_INTEGER } as const
        for (const { pk, sk } of [
          accountItemKey({ organization, account }),
          customRoleItemKey(organization, account, account),
          changeItemKey(entry),
        ]) {
          expect(Buffer.byteLength(pk)).toBeLessThanOrEqual(2_048)
          expect(Buffer.byteLength(sk)).toBeLessThanOrEqual(1_024)
        }
      }),
    )
  })
})

describe('keys of the change log', () => {
  const at = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 })
  const entry: fc.Arbitrary<ChangeEntry> = fc.oneof(
    fc.record({
      scope: fc.constant('account'),
      organization: identifier,
      account: identifier,
      revision: fc.nat(),
      at,
    }),
    fc.record({ scope: fc.constant('organization'), organization: identifier, revision: fc.nat(), at }),
    fc.record({
      scope: fc.constant('organization'),
      organization: identifier,
      application: identifier,
      revision: fc.nat(),
      at,
    }),
    fc.record({ scope: fc.constant('application'), application: identifier, revision: fc.nat(), at }),
    fc.record({ scope: fc.constant('key'), kid: identifier, revision: fc.nat(), at }),
  ) as fc.Arbitrary<ChangeEntry>

  it('lie in a partition that a reader of their time looks into, at or above its place', () => {
    fc.assert(
      fc.property(entry, fc.nat(900_000), fc.nat(900_000), (each, before, after) => {
        const { pk, sk } = changeItemKey(each)
        expect(changePartitions(each.at - before, each.at + after)).toContain(pk)
        expect(sk >= changeTime(each.at - before)).toBe(true)
        expect(sk >= changeTime(each.at + 1 + after)).toBe(false)
      }),
    )
  })

  it('differ whenever the entries differ', () => {
    fc.assert(
      fc.property(entry, entry, (one, other) => {
        expect(text(changeItemKey(one)) === text(changeItemKey(other))).toBe(
          JSON.stringify(one) === JSON.stringify(other),
        )
      }),
    )
  })

  it('spread over every shard', () => {
    const partitions = Array.from({ length: 200 }, (_, index) => {
      return changeItemKey({ scope: 'account', organization: 'acme', account: String(index), revision: 1, at: 0 }).pk
    })
    expect(new Set(partitions)).toEqual(new Set(changePartitions(0, 0)))
  })
})
