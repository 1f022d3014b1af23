import { fc, test } from '@fast-check/vitest'
import { beforeAll, describe, expect } from 'vitest'
import { codeOf, key, shopToken, start, verifierAt } from '../../../test/support/shop-verifier.ts'
import { jwksOf, makeKey } from '../../../test/support/tokens.ts'

// Cached equals uncached: under any interleaving of tokens, time, key changes and freshness, a verifier that remembers
// answers as one that does not.

const other = makeKey('shop-2')
const impostor = makeKey('shop-1')
let tokens: readonly string[]
beforeAll(async () => {
  const minted = await Promise.all(
    Array.from({ length: 4 }, (_, at) =>
      shopToken(['orders.view'], { sub: `account-${at}`, exp: start + 100 + at * 100, iat: start + at * 50 }),
    ),
  )
  const changed = minted.map((token) => `${token.slice(0, 80)}${token[80] === 'A' ? 'B' : 'A'}${token.slice(81)}`)
  tokens = [...minted, ...changed]
})

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('verify' as const), token: fc.nat(7) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: -200, max: 200 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('keys' as const), set: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), account: fc.nat(3) }) },
)

describe('a verifier that remembers', () => {
  test.prop([fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 2, 1000)], { numRuns: 150 })(
    'answers as one that does not',
    (steps, memoSize) => {
      const revoked = new Set<string>()
      const freshness = ({ subject }: { readonly subject: string }) =>
        revoked.has(subject) ? ({ code: 'stale' } as const) : undefined
      const keys = { snapshot: jwksOf(key) }
      const plain = verifierAt({ memoSize: 0, freshness, keys })
      const remembering = verifierAt({ memoSize, freshness, keys })
      const sets = [jwksOf(key), jwksOf(other), jwksOf(impostor), jwksOf(key, other)]
      for (const each of steps) {
        if (each.kind === 'wait') {
          plain.time.at += each.seconds
          remembering.time.at += each.seconds
        } else if (each.kind === 'keys') {
          plain.verifier.updateKeys(sets[each.set])
          remembering.verifier.updateKeys(sets[each.set])
        } else if (each.kind === 'revoke') {
          const account = `account-${each.account}`
          if (!revoked.delete(account)) revoked.add(account)
        } else {
          const token = tokens[each.token] ?? ''
          const uncached = plain.verifier.verifySync(token)
          const cached = remembering.verifier.verifySync(token)
          expect(codeOf(cached)).toBe(codeOf(uncached))
          if (cached.ok && uncached.ok) expect(cached.value.holder).toEqual(uncached.value.holder)
        }
      }
    },
  )
})
