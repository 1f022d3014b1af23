import type { ScimToken } from '@rolecast/core/application/directory/ports'
import { describe, expect, it } from 'vitest'
import type { MakeWorld } from './world.ts'

function token(id: string, organization = 'acme'): ScimToken {
  return { organization, id, hash: `hash-${organization}-${id}`, createdAt: 1_000, expiresAt: 5_000 }
}

/** Bearer tokens of SCIM clients: found by hash, two at a time, gone when they expire or are revoked. */
export function scimTokenStoreContract(makeWorld: MakeWorld): void {
  describe('SCIM token store', () => {
    it('finds a token by its hash until it expires', async () => {
      const { scimTokens } = await makeWorld()
      expect(await scimTokens.addToken(token('one'))).toBe('added')
      expect(await scimTokens.findToken('hash-acme-one', 4_999)).toEqual(token('one'))
      expect(await scimTokens.findToken('hash-acme-one', 5_000)).toBeUndefined()
      expect(await scimTokens.findToken('hash-acme-two', 4_999)).toBeUndefined()
    })

    it('takes two at a time for each organization, and another once one has expired', async () => {
      const { scimTokens } = await makeWorld()
      await scimTokens.addToken(token('one'))
      await scimTokens.addToken({ ...token('two'), expiresAt: 9_000 })
      expect(await scimTokens.addToken(token('three'))).toBe('too_many')
      expect(await scimTokens.findToken('hash-acme-three', 2_000)).toBeUndefined()
      expect(await scimTokens.addToken(token('one', 'globex'))).toBe('added')
      expect(await scimTokens.addToken({ ...token('three'), createdAt: 6_000, expiresAt: 9_000 })).toBe('added')
      expect((await scimTokens.listTokens('acme', 6_000)).map(({ id }) => id)).toEqual(['two', 'three'])
    })

    it('lets one of two concurrent additions take the last place', async () => {
      const { scimTokens } = await makeWorld()
      await scimTokens.addToken(token('one'))
      const outcomes = await Promise.all(['two', 'three'].map((id) => scimTokens.addToken(token(id))))
      expect(outcomes.sort()).toEqual(['added', 'too_many'])
    })

    it('revokes a token of the organization that asks, and no other', async () => {
      const { scimTokens } = await makeWorld()
      await scimTokens.addToken(token('one'))
      expect(await scimTokens.revokeToken('globex', 'one')).toBe('absent')
      expect(await scimTokens.findToken('hash-acme-one', 2_000)).toBeDefined()
      expect(await scimTokens.revokeToken('acme', 'one')).toBe('revoked')
      expect(await scimTokens.findToken('hash-acme-one', 2_000)).toBeUndefined()
      expect(await scimTokens.listTokens('acme', 2_000)).toEqual([])
      expect(await scimTokens.revokeToken('acme', 'one')).toBe('absent')
    })
  })
}
