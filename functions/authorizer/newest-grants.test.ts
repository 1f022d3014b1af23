import { fc, test } from '@fast-check/vitest'
import { tokenLife } from '@rolecast/core/domain/freshness/token-life'
import { emptySet } from '@rolecast/core/domain/grant/permission-set'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import { describe, expect, it } from 'vitest'
import { type AccountKnowledge, judgedBy, note, rememberAccounts } from './newest-grants.ts'

function grantOf(
  account: number,
  organization: number,
  { confirmedAt = 0, issuedAt = 0, expiresAt = 300, name = 'ann', client = 'portal' } = {},
): HeldGrant {
  return {
    holder: {
      account: name,
      organization: 'acme',
      client,
      revision: [account, organization],
      confirmedAt,
      issuedAt,
      expiresAt,
    },
    grant: { application: 'flows', epoch: 1, kind: 'roles', permissions: emptySet(8), gates: [] },
    carried: { prm: '1r' },
  }
}

const grants = fc
  .tuple(fc.nat(3), fc.nat(3), fc.nat(2), fc.nat(2))
  .map(([account, organization, confirmedAt, issuedAt]) => grantOf(account, organization, { confirmedAt, issuedAt }))

function noted(list: readonly HeldGrant[]): AccountKnowledge {
  const known = rememberAccounts()(grantOf(0, 0))
  for (const grant of list) note(known, grant)
  return known
}

describe('what is known of an account', () => {
  test.prop([fc.array(grants, { minLength: 1, maxLength: 6 }), grants])(
    'never lets a token below a revision that has been seen decide',
    (seen, token) => {
      const judged = judgedBy(noted([...seen, token]), token)
      const highest = [0, 1].map((at) => Math.max(...[...seen, token].map(({ holder }) => holder.revision[at] ?? 0)))
      if (judged.ok) expect(judged.value.holder.revision).toEqual(highest)
      else expect(judged.refusal.code).toBe('stale')
    },
  )

  test.prop([fc.array(grants, { minLength: 1, maxLength: 6 }), grants, fc.nat()])(
    'is the same in whatever order and however often it was seen',
    (seen, token, turn) => {
      const at = turn % seen.length
      const other = [...seen.slice(at), ...seen, ...seen.slice(0, at)].reverse()
      expect(judgedBy(noted([...other, token]), token)).toEqual(judgedBy(noted([...seen, token]), token))
    },
  )

  test.prop([fc.array(grants, { maxLength: 5 }), grants])(
    'always takes the newest grant where it fits',
    (seen, token) => {
      const newest = grantOf(9, 9)
      const judged = judgedBy(noted([...seen, newest, token]), token)
      expect(judged).toMatchObject({ ok: true, value: { grant: newest.grant, holder: { revision: [9, 9] } } })
    },
  )

  it('gives a newer grant the client and the end of the token that was presented', () => {
    const token = grantOf(1, 1, { expiresAt: 100, client: 'cli' })
    const known = noted([token, grantOf(2, 1, { expiresAt: 900 })])
    expect(judgedBy(known, token)).toMatchObject({
      value: { holder: { expiresAt: 100, client: 'cli', revision: [2, 1] } },
    })
  })

  it('ends with the longest life of a token, where a restored store has put revisions back', () => {
    const before = grantOf(9, 9, { issuedAt: 1000 })
    const restored = grantOf(4, 4, { issuedAt: 1000 + tokenLife.most })
    const known = noted([before, restored])
    expect(judgedBy(known, restored)).toMatchObject({ ok: true, value: { holder: { revision: [9, 9] } } })
    const later = grantOf(4, 4, { issuedAt: 1001 + tokenLife.most })
    note(known, later)
    expect(judgedBy(known, later)).toMatchObject({ ok: true, value: { holder: { revision: [4, 4] } } })
    expect(judgedBy(known, grantOf(3, 4, { issuedAt: 1000 + tokenLife.most }))).toMatchObject({
      value: { holder: { revision: [4, 4] } },
    })
  })

  it('does not change when nothing new is seen, so that what was made of it stays', () => {
    const tokens = [grantOf(2, 1), grantOf(1, 1), grantOf(2, 1)]
    const known = noted(tokens)
    const { version } = known
    for (const token of tokens) note(known, token)
    expect(known.version).toBe(version)
  })

  it('is bounded; who was forgotten is known to be', () => {
    const newest = rememberAccounts(10)
    const first = newest(grantOf(1, 1, { name: 'first' }))
    const kept = newest(grantOf(1, 1, { name: 'kept' }))
    for (let at = 0; at < 30; at++) {
      newest(grantOf(1, 1, { name: `account-${at}` }))
      expect(newest(grantOf(2, 1, { name: 'kept' }))).toBe(kept)
    }
    expect(first.version).toBe(-1)
    expect(newest(grantOf(1, 1, { name: 'first' }))).not.toBe(first)
  })

  it('does not mix up names that look alike when put together', () => {
    const newest = rememberAccounts()
    const of = (organization: string, account: string, scope?: string) =>
      newest({ ...grantOf(1, 1), holder: { ...grantOf(1, 1).holder, organization, account, scope } })
    const all = [
      of('a', 'b'),
      of('a","b', ''),
      of('ab', ''),
      of('', 'ab'),
      of('a', 'b', ''),
      of('a', 'b', 'null'),
      of('b', 'a'),
    ]
    expect(new Set(all).size).toBe(all.length)
  })
})
