import type { KnownAccount } from '@rolecast/core/application/ports'
import type { AccountRecord, UnversionedStatement } from '@rolecast/core/domain/assignment/statement'
import { clockToleranceMs } from '@rolecast/core/domain/freshness/policy'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

const key = { organization: 'acme', account: 'ada' }
const clerk = { application: 'shop', role: 'clerk' }
const owner = { application: 'shop', role: 'owner' }

function said(change: Partial<UnversionedStatement> = {}): UnversionedStatement {
  return { ...key, status: 'active', roles: [clerk], occurredAt: 1_000, ...change }
}

/** What every AccountStore does with hints and with statements that carry no version. */
export function hintsContract(makeWorld: MakeWorld): void {
  describe('AccountStore, of sources without versions', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    async function stored(of = key): Promise<AccountRecord | undefined> {
      return (await world.accounts.readAccountAndOrganization(of)).account
    }

    async function fence(): Promise<KnownAccount> {
      return (await stored()) ?? 'absent'
    }

    /** As a pull does it: what is stored is read first. */
    async function apply(statement: UnversionedStatement, confirmedAt: number) {
      return world.accounts.applyUnversioned(statement, { confirmedAt }, await fence())
    }

    it('counts versions itself, and only where the content differs', async () => {
      expect(await apply(said(), 10)).toMatchObject({ outcome: 'applied', record: { version: 1 } })
      expect(await apply(said({ roles: [clerk, clerk] }), 20)).toMatchObject({
        record: { version: 1, confirmedAt: 20 },
      })
      expect(await apply(said({ roles: [owner, clerk] }), 30)).toMatchObject({ record: { version: 2 } })
      expect(await apply(said({ status: 'inactive' }), 40)).toMatchObject({ record: { version: 3 } })
      expect(await stored()).toEqual({ ...said({ status: 'inactive' }), version: 3, confirmedAt: 40 })
    })

    it('keeps the validator, and the way on which the statement came', async () => {
      await world.accounts.applyUnversioned(said(), { confirmedAt: 10, etag: 'W/"x"', statedBy: 'pull okta' }, 'absent')
      expect(await stored()).toMatchObject({ etag: 'W/"x"', statedBy: 'pull okta' })
    })

    it('goes on from the version of a source that counts', async () => {
      await world.accounts.applyStatement({ ...said(), version: 41 }, { confirmedAt: 1 })
      expect(await apply(said({ roles: [owner] }), 2)).toMatchObject({ record: { version: 42 } })
    })

    describe('writes nothing', () => {
      it.each<[string, () => Promise<unknown>]>([
        [
          'another statement',
          () => world.accounts.applyStatement({ ...said({ roles: [owner] }), version: 9 }, { confirmedAt: 5 }),
        ],
        ['a confirmation', () => world.accounts.confirmUnchanged(key, 1, 5)],
        ['a withdrawal', () => world.accounts.withdrawConfirmation(key, 5)],
        ['a hint', () => world.accounts.markDirty(key, 5)],
        ['a hint older than the confirmation', () => world.accounts.markDirty(key, 0)],
      ])('when %s came in since the fence was read', async (_, meanwhile) => {
        await apply(said(), 1)
        const known = await fence()
        await meanwhile()
        const before = await stored()
        const late = said({ roles: [clerk, owner] })
        expect(await world.accounts.applyUnversioned(late, { confirmedAt: 6 }, known)).toEqual({ outcome: 'fenced' })
        expect(await stored()).toEqual(before)
        expect(await apply(late, 6)).toMatchObject({ outcome: 'applied' })
      })

      it('when the account appeared, and when the fence is nothing the store has read', async () => {
        await apply(said(), 1)
        const known = await stored()
        if (known === undefined) throw new Error('nothing is stored')
        const fences: KnownAccount[] = ['absent', { ...known }, { ...known, account: 'eve' }]
        for (const other of fences) {
          const applied = await world.accounts.applyUnversioned(said({ roles: [] }), { confirmedAt: 2 }, other)
          expect(applied).toEqual({ outcome: 'fenced' })
        }
        expect(await stored()).toEqual(known)
      })

      it('twice under one fence', async () => {
        await apply(said(), 1)
        const known = await fence()
        const write = (roles: readonly (typeof clerk)[]) =>
          world.accounts.applyUnversioned(said({ roles }), { confirmedAt: 2 }, known)
        const outcomes = await Promise.all([write([owner]), write([]), write([clerk])])
        expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['applied', 'fenced', 'fenced'])
      })
    })

    it('logs what takes something away, with the write', async () => {
      await apply(said({ roles: [clerk, owner] }), 1)
      world.time.now = start + 7
      await apply(said({ roles: [owner] }), 2)
      await apply(said({ roles: [owner] }), 3)
      await apply(said({ roles: [clerk, owner] }), 4)
      await apply(said({ roles: [clerk, owner], status: 'inactive' }), 5)
      const at = start + 7
      const changes = (await world.changes.readChanges(start)).filter(({ scope }) => scope === 'account')
      const entry = { scope: 'account', ...key, at }
      expect(changes).toEqual([
        { ...entry, revision: 2 },
        { ...entry, revision: 4 },
      ])
    })

    it('ends with what was said last, however many pull at once', async () => {
      const states = fc.array(fc.subarray([clerk, owner]), { minLength: 1, maxLength: 4 })
      await fc.assert(
        fc.asyncProperty(states, async (history) => {
          const fresh = await makeWorld()
          let now: readonly (typeof clerk)[] = []
          let version = 0
          const pull = async (): Promise<void> => {
            const { account } = await fresh.accounts.readAccountAndOrganization(key)
            const answer = said({ roles: now })
            await Promise.resolve()
            const applied = await fresh.accounts.applyUnversioned(answer, { confirmedAt: 1 }, account ?? 'absent')
            if (applied.outcome === 'fenced') return pull()
            if (!('record' in applied)) throw new Error(applied.outcome)
            expect(applied.record.version).toBeGreaterThanOrEqual(version)
            version = applied.record.version
          }
          for (const roles of history) {
            now = roles
            await Promise.all([pull(), pull()])
          }
          const { account } = await fresh.accounts.readAccountAndOrganization(key)
          expect(account).toMatchObject({ roles: now })
        }),
        { numRuns: 5 },
      )
    })
  })

  describe('AccountStore, hinted at', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    async function stored(): Promise<AccountRecord | undefined> {
      return (await world.accounts.readAccountAndOrganization(key)).account
    }

    it('knows no account that nobody wrote', async () => {
      expect(await world.accounts.markDirty(key, 5)).toBe('absent')
      expect(await stored()).toBeUndefined()
    })

    it('counts no read that started before, by whatever clock, and any that is known to have started after', async () => {
      const statement = { ...said(), version: 3 }
      const mark = 20 + clockToleranceMs
      await world.accounts.applyStatement(statement, { confirmedAt: mark, etag: '"3"' })
      expect(await world.accounts.markDirty(key, 20)).toBe('marked')
      const dirty = { ...statement, etag: '"3"', confirmedAt: 0, dirtySince: mark }
      expect(await stored()).toEqual(dirty)
      await world.accounts.confirmUnchanged(key, 3, mark)
      await world.accounts.applyStatement(statement, { confirmedAt: 19 })
      expect(await stored()).toEqual(dirty)
      await world.accounts.confirmUnchanged(key, 3, mark + 1, await stored())
      expect(await stored()).toEqual({ ...dirty, confirmedAt: mark + 1 })
    })

    it('marks anew every time, and only forwards', async () => {
      await world.accounts.applyStatement({ ...said(), version: 1 }, { confirmedAt: 50 })
      for (const hintedAt of [20, 30, 10, 30]) expect(await world.accounts.markDirty(key, hintedAt)).toBe('marked')
      expect(await stored()).toMatchObject({ confirmedAt: 0, dirtySince: 30 + clockToleranceMs + 2 })
    })

    it('takes a hint from the future for one of now', async () => {
      await world.accounts.applyStatement({ ...said(), version: 1 }, { confirmedAt: start })
      await world.accounts.markDirty(key, start + 3_600_000)
      expect(await stored()).toMatchObject({ confirmedAt: 0, dirtySince: start + clockToleranceMs })
    })

    it('keeps the mark through everything that is written', async () => {
      await world.accounts.applyStatement({ ...said(), version: 1 }, { confirmedAt: 1 })
      await world.accounts.markDirty(key, 5)
      await world.accounts.applyStatement({ ...said(), version: 2 }, { confirmedAt: 9 })
      await world.accounts.withdrawConfirmation(key, 10)
      expect(await stored()).toMatchObject({ version: 2, dirtySince: 5 + clockToleranceMs })
    })
  })
}
