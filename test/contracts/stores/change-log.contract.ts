import { beforeEach, describe, expect, it } from 'vitest'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

const clerk = { application: 'shop', role: 'clerk' }

/** What every ChangeLog does with what the stores of its database wrote. */
export function changeLogContract(makeWorld: MakeWorld): void {
  describe('ChangeLog', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    /** A removal at this moment, made by an account of this name. */
    async function remove(account: string, at: number): Promise<void> {
      const statement = { organization: 'acme', account, status: 'active', occurredAt: 0 } as const
      await world.accounts.applyStatement({ ...statement, version: 1, roles: [clerk] }, { confirmedAt: 0 })
      world.time.now = at
      await world.accounts.applyStatement({ ...statement, version: 2, roles: [] }, { confirmedAt: 1 })
    }

    async function accountsSince(since: number): Promise<readonly string[]> {
      const entries = await world.changes.readChanges(since)
      return entries.map((entry) => (entry.scope === 'account' ? entry.account : entry.scope))
    }

    it('is empty at first', async () => {
      expect(await world.changes.readChanges(start - 300_000)).toEqual([])
    })

    it('reads on from a moment, in the order of time, across minutes', async () => {
      const seconds = [0, 20, 29, 30, 31, 89, 90, 150, 200]
      for (const second of seconds) await remove(`at-${second}`, start + second * 1_000)
      const names = seconds.map((second) => `at-${second}`)
      expect(await accountsSince(start)).toEqual(names)
      expect(await accountsSince(start + 30_000)).toEqual(names.slice(3))
      expect(await accountsSince(start + 30_001)).toEqual(names.slice(4))
      expect(await accountsSince(start + 200_001)).toEqual([])
    })

    it('shows the entry of a writer whose clock is ahead', async () => {
      await remove('ahead', start + 34_000)
      world.time.now = start + 29_000
      expect(await accountsSince(start + 20_000)).toEqual(['ahead'])
    })

    it('forgets what no token can outlive', async () => {
      await remove('old', start)
      world.time.now = start + 900_000
      expect(await accountsSince(0)).toEqual(['old'])
      world.time.now = start + 900_001
      expect(await accountsSince(0)).toEqual([])
    })

    it('loses none of many removals at the same moment', async () => {
      const names = Array.from({ length: 40 }, (_, index) => `leaver-${index}`)
      for (const name of names) await remove(name, start)
      expect((await accountsSince(start)).toSorted()).toEqual(names.toSorted())
    })
  })
}
