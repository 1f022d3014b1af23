import type { RingKey } from '@rolecast/core/application/ports'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

function key(kid: string, state: RingKey['state']): RingKey {
  return {
    kid,
    alg: 'ES256',
    state,
    publicJwk: { kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ' },
    wrappedPrivateKey: Buffer.from(`wrapped ${kid}`).toString('base64'),
    createdAt: start,
    since: start + 1,
  }
}

/** What every KeyRingStore does. */
export function keyRingStoreContract(makeWorld: MakeWorld): void {
  describe('KeyRingStore', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    it('begins empty and rises by one with every write', async () => {
      expect(await world.keyRing.readKeyRing()).toEqual({ revision: 0, keys: [] })
      const keys = [key('one', 'current'), key('two', 'next')]
      expect(await world.keyRing.writeKeyRing({ revision: 0, keys })).toEqual({ outcome: 'written', revision: 1 })
      expect(await world.keyRing.readKeyRing()).toEqual({ revision: 1, keys })
    })

    it('keeps the secret of the change handles', async () => {
      const ring = { keys: [key('one', 'current')], wrappedHandleSecret: Buffer.from('wrapped').toString('base64') }
      await world.keyRing.writeKeyRing({ revision: 0, ...ring })
      expect(await world.keyRing.readKeyRing()).toEqual({ revision: 1, ...ring })
    })

    it('refuses a ring that is based on another revision', async () => {
      await world.keyRing.writeKeyRing({ revision: 0, keys: [key('one', 'current')] })
      for (const revision of [0, 2]) {
        expect(await world.keyRing.writeKeyRing({ revision, keys: [] })).toEqual({ outcome: 'conflict' })
      }
      expect((await world.keyRing.readKeyRing()).keys).toEqual([key('one', 'current')])
      expect(await world.changes.readChanges(start)).toEqual([])
    })

    it('lets one of many writers through', async () => {
      const kids = ['one', 'two', 'three']
      const outcomes = await Promise.all(
        kids.map((kid) => world.keyRing.writeKeyRing({ revision: 0, keys: [key(kid, 'current')] })),
      )
      const written = kids.filter((_, index) => outcomes[index]?.outcome === 'written')
      expect(written).toHaveLength(1)
      expect((await world.keyRing.readKeyRing()).keys.map(({ kid }) => kid)).toEqual(written)
    })

    it('logs every key that leaves the ring, and only those', async () => {
      const keys = [key('one', 'retiring'), key('two', 'current'), key('three', 'next')]
      await world.keyRing.writeKeyRing({ revision: 0, keys })
      await world.keyRing.writeKeyRing({ revision: 1, keys: [key('three', 'current'), key('four', 'next')] })
      const entries = await world.changes.readChanges(start)
      expect(entries.toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)))).toEqual([
        { scope: 'key', kid: 'one', revision: 2, at: start },
        { scope: 'key', kid: 'two', revision: 2, at: start },
      ])
    })
  })
}
