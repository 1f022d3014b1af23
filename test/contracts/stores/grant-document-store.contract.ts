import { beforeEach, describe, expect, it } from 'vitest'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

const digest = 'b'.repeat(43)
const content = '{"prm":"1bAQ"}'
const now = start / 1_000

/** What every GrantDocumentStore does. */
export function grantDocumentStoreContract(makeWorld: MakeWorld): void {
  describe('GrantDocumentStore', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    it('reads back what was put, to the last byte', async () => {
      expect(await world.grantDocuments.readGrantDocument(digest)).toBeUndefined()
      const large = JSON.stringify({ gts: Array.from({ length: 20_000 }, (_, index) => `flow-${index}-ä`) })
      await world.grantDocuments.putGrantDocument(digest, large, now + 300)
      expect(await world.grantDocuments.readGrantDocument(digest)).toBe(large)
      expect(await world.grantDocuments.readGrantDocument('c'.repeat(43))).toBeUndefined()
    })

    it('is gone at its second of expiry, whenever the database deletes it', async () => {
      await world.grantDocuments.putGrantDocument(digest, content, now + 300)
      world.time.now = start + 299_999
      expect(await world.grantDocuments.readGrantDocument(digest)).toBe(content)
      world.time.now = start + 300_000
      expect(await world.grantDocuments.readGrantDocument(digest)).toBeUndefined()
    })

    it('moves the expiry forwards, never backwards', async () => {
      await world.grantDocuments.putGrantDocument(digest, content, now + 300)
      await world.grantDocuments.putGrantDocument(digest, content, now + 600)
      await world.grantDocuments.putGrantDocument(digest, content, now + 100)
      world.time.now = start + 599_000
      expect(await world.grantDocuments.readGrantDocument(digest)).toBe(content)
      world.time.now = start + 600_000
      expect(await world.grantDocuments.readGrantDocument(digest)).toBeUndefined()
    })
  })
}
