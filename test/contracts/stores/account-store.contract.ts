import type { AccountRecord, AccountStatement } from '@rolecast/core/domain/assignment/statement'
import { clockToleranceMs } from '@rolecast/core/domain/freshness/policy'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { hostileIdentifiers } from './hostile-identifiers.ts'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

const key = { organization: 'acme', account: 'ada' }
const clerk = { application: 'shop', role: 'clerk' }
const owner = { application: 'shop', role: 'owner' }
const reader = { application: 'library', role: 'reader' }

function statement(version: number, change: Partial<AccountStatement> = {}): AccountStatement {
  return { ...key, version, status: 'active', roles: [clerk], occurredAt: 1_000 + version, ...change }
}

/** What every AccountStore does. */
export function accountStoreContract(makeWorld: MakeWorld): void {
  describe('AccountStore', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    async function stored(of = key): Promise<AccountRecord | undefined> {
      return (await world.accounts.readAccountAndOrganization(of)).account
    }

    it('knows neither an account nor an organization that nobody wrote', async () => {
      expect(await world.accounts.readAccountAndOrganization(key)).toEqual({})
    })

    it('reads back what was stated, with roles in canonical order', async () => {
      const roles = [owner, clerk, reader, clerk]
      const applied = await world.accounts.applyStatement(statement(3, { roles }), { confirmedAt: 5_000, etag: '"3"' })

      const record = { ...statement(3, { roles: [reader, clerk, owner] }), confirmedAt: 5_000, etag: '"3"' }
      expect(applied).toEqual({ outcome: 'applied', record })
      expect(await stored()).toEqual(record)
    })

    it('reads account and organization together', async () => {
      const organization = { organization: 'acme', title: 'Acme', issuer: 'https://a.example', applications: {} }
      await world.organizations.putOrganization({ ...organization, revision: 0 })
      await world.accounts.applyStatement(statement(1, { roles: [] }), { confirmedAt: 1 })

      const read = await world.accounts.readAccountAndOrganization(key)
      expect(read.organization).toEqual({ ...organization, revision: 1 })
      expect(read.account).toEqual({ ...statement(1, { roles: [] }), confirmedAt: 1 })
    })

    it('replaces an older version and keeps a newer one', async () => {
      await world.accounts.applyStatement(statement(2), { confirmedAt: 10, etag: '"2"' })
      const newer = await world.accounts.applyStatement(statement(5, { roles: [owner] }), { confirmedAt: 20 })
      expect(newer).toMatchObject({ outcome: 'applied', record: { version: 5, roles: [owner], confirmedAt: 20 } })
      expect(newer).not.toHaveProperty('record.etag')

      const older = await world.accounts.applyStatement(statement(4), { confirmedAt: 30, etag: '"4"' })
      expect(older).toMatchObject({ outcome: 'older', record: { version: 5, roles: [owner], confirmedAt: 20 } })
      expect(await stored()).toMatchObject({ version: 5, roles: [owner], confirmedAt: 20 })
    })

    it('moves the confirmation of the same version forwards, never backwards', async () => {
      await world.accounts.applyStatement(statement(2), { confirmedAt: 20 })
      expect(await world.accounts.applyStatement(statement(2), { confirmedAt: 10 })).toMatchObject({
        outcome: 'applied',
        record: { confirmedAt: 20 },
      })
      await world.accounts.applyStatement(statement(2), { confirmedAt: 30 })
      expect(await stored()).toMatchObject({ version: 2, confirmedAt: 30 })
    })

    it.each([
      ['roles', statement(2, { roles: [owner] })],
      ['status', statement(2, { status: 'inactive' })],
    ])('writes nothing when the same version comes with other %s', async (_, other) => {
      await world.accounts.applyStatement(statement(2), { confirmedAt: 20 })
      const outcome = await world.accounts.applyStatement(other, { confirmedAt: 30 })
      expect(outcome).toMatchObject({ outcome: 'conflict', record: { roles: [clerk], confirmedAt: 20 } })
      expect(await stored()).toMatchObject({ roles: [clerk], status: 'active', confirmedAt: 20 })
    })

    it('confirms what is stored, and nothing else', async () => {
      expect(await world.accounts.confirmUnchanged(key, 2, 10)).toEqual({ outcome: 'gone' })
      await world.accounts.applyStatement(statement(2), { confirmedAt: 20, etag: '"2"' })

      expect(await world.accounts.confirmUnchanged(key, 2, 30)).toMatchObject({ outcome: 'applied' })
      expect(await stored()).toMatchObject({ version: 2, confirmedAt: 30, etag: '"2"' })
      await world.accounts.confirmUnchanged(key, 2, 25)
      expect(await stored()).toMatchObject({ confirmedAt: 30 })

      expect(await world.accounts.confirmUnchanged(key, 1, 40)).toMatchObject({ outcome: 'older' })
      expect(await world.accounts.confirmUnchanged(key, 3, 40)).toEqual({ outcome: 'gone' })
      expect(await stored()).toMatchObject({ version: 2, confirmedAt: 30 })
    })

    it('withdraws a confirmation unless there is a younger one, and keeps the record for its version', async () => {
      expect(await world.accounts.withdrawConfirmation(key, 10)).toEqual({ outcome: 'gone' })
      await world.accounts.applyStatement(statement(2), { confirmedAt: 20, etag: '"2"' })
      expect(await world.accounts.withdrawConfirmation(key, 19)).toMatchObject({ outcome: 'older' })
      expect(await stored()).toMatchObject({ confirmedAt: 20, etag: '"2"' })
      expect(await world.accounts.withdrawConfirmation(key, 20, await stored())).toMatchObject({ outcome: 'applied' })
      expect(await world.accounts.withdrawConfirmation(key, 30)).toMatchObject({ outcome: 'applied' })
      const withdrawn = { ...statement(2), confirmedAt: 0, withdrawnSince: 30 + clockToleranceMs }
      expect(await stored()).toEqual(withdrawn)
      expect(await world.accounts.applyStatement(statement(1), { confirmedAt: 40 })).toMatchObject({ outcome: 'older' })
      await world.accounts.applyStatement(statement(2), { confirmedAt: 30 + clockToleranceMs })
      expect(await stored(), 'an old statement that comes again').toEqual(withdrawn)
      await world.accounts.applyStatement(statement(2), { confirmedAt: 31 + clockToleranceMs, etag: '"2"' })
      expect(await stored()).toEqual({ ...withdrawn, confirmedAt: 31 + clockToleranceMs, etag: '"2"' })
    })

    it('logs that a confirmation no longer counts, once: withdrawn, or hinted at', async () => {
      const since = world.time.now
      await world.accounts.applyStatement(statement(1), { confirmedAt: since - 9 })
      await world.accounts.withdrawConfirmation(key, since)
      await world.accounts.withdrawConfirmation(key, since)
      await world.accounts.applyStatement(statement(1), { confirmedAt: since + clockToleranceMs + 1 })
      await world.accounts.markDirty(key, since)
      await world.accounts.markDirty(key, since - 2)
      await world.accounts.withdrawConfirmation(key, since)
      const entry = { scope: 'confirmation', organization: key.organization, account: key.account, at: since }
      expect(await world.changes.readChanges(since)).toEqual([
        { ...entry, confirmedUntil: since - 9 },
        { ...entry, confirmedUntil: since + clockToleranceMs + 1 },
      ])
    })

    describe('told what the caller knows', () => {
      it('does the same as without', async () => {
        await world.accounts.applyStatement(statement(1), { confirmedAt: 1 }, 'absent')
        await world.accounts.applyStatement(statement(2), { confirmedAt: 2 }, await stored())
        expect(await world.accounts.confirmUnchanged(key, 2, 3, await stored())).toMatchObject({ outcome: 'applied' })
        expect(await stored()).toEqual({ ...statement(2), confirmedAt: 3 })
      })

      it.each<[string, (known: AccountRecord) => AccountRecord | 'absent']>([
        ['and it is no longer so', (known) => known],
        ['and it never was so', () => 'absent'],
        ['and it is a copy', (known) => ({ ...known })],
        ['and it is of another account', (known) => ({ ...known, account: 'eve' })],
      ])('%s: decides on what is stored', async (_, hint) => {
        await world.accounts.applyStatement(statement(1, { roles: [clerk, owner] }), { confirmedAt: 1 })
        const old = await stored()
        if (old === undefined) throw new Error('nothing is stored')
        const known = hint(old)
        await world.accounts.applyStatement(statement(3, { roles: [owner] }), { confirmedAt: 3 })
        const record = { ...statement(3, { roles: [owner] }), confirmedAt: 3 }

        const late = statement(2, { roles: [clerk, owner] })
        expect(await world.accounts.applyStatement(late, { confirmedAt: 4 }, known)).toEqual({
          outcome: 'older',
          record,
        })
        expect(await world.accounts.confirmUnchanged(key, 1, 4, known)).toEqual({ outcome: 'older', record })
        // What would need no write if it were true is not believed either.
        expect(await world.accounts.confirmUnchanged(key, 1, 1, known)).toEqual({ outcome: 'older', record })
        expect(await stored()).toEqual(record)
        await world.accounts.applyStatement(statement(4), { confirmedAt: 5 }, known)
        expect(await world.changes.readChanges(start)).toMatchObject([{ revision: 3 }, { revision: 4 }])
      })
    })

    it('does not let a caller change what is stored', async () => {
      const roles = [{ ...clerk }]
      await world.accounts.applyStatement(statement(1, { roles }), { confirmedAt: 1 })
      for (const role of roles) role.role = 'owner'
      const read = await stored()
      expect(read?.roles).toEqual([clerk])
      for (const role of read?.roles ?? []) Object.assign(role, { role: 'owner' })
      expect((await stored())?.roles).toEqual([clerk])
    })

    describe('logs what takes something away', () => {
      async function logged(before: AccountStatement, after: AccountStatement) {
        await world.accounts.applyStatement(before, { confirmedAt: 1 })
        world.time.now = start + 1_000
        await world.accounts.applyStatement(after, { confirmedAt: 2 })
        return world.changes.readChanges(start)
      }
      const entry = { scope: 'account', ...key, revision: 2, at: start + 1_000 }

      it('a role that is gone', async () => {
        const entries = await logged(statement(1, { roles: [clerk, owner] }), statement(2, { roles: [owner] }))
        expect(entries).toEqual([entry])
      })

      it('an account that becomes inactive', async () => {
        expect(await logged(statement(1), statement(2, { status: 'inactive' }))).toEqual([entry])
      })

      it('the first role of an application, which ends default-full access', async () => {
        expect(await logged(statement(1, { roles: [] }), statement(2))).toEqual([entry])
      })

      it('a role that may narrow', async () => {
        world = await makeWorld({ mayNarrow: ({ role }) => role === 'owner' })
        expect(await logged(statement(1), statement(2, { roles: [clerk, owner] }))).toEqual([entry])
      })

      it('but no role that only adds', async () => {
        expect(await logged(statement(1), statement(2, { roles: [clerk, owner] }))).toEqual([])
      })

      it('but nothing that was older, a repetition or a confirmation', async () => {
        await world.accounts.applyStatement(statement(2), { confirmedAt: 1 })
        await world.accounts.applyStatement(statement(1, { roles: [] }), { confirmedAt: 2 })
        await world.accounts.applyStatement(statement(2, { roles: [] }), { confirmedAt: 2 })
        await world.accounts.applyStatement(statement(2), { confirmedAt: 3 })
        await world.accounts.confirmUnchanged(key, 2, 4)
        expect(await world.changes.readChanges(start)).toEqual([])
      })
    })

    it('keeps accounts apart, whatever their identifiers hold', async () => {
      const keys = hostileIdentifiers.flatMap((organization) =>
        hostileIdentifiers.map((account) => ({ organization, account })),
      )
      const distinct = keys.slice(0, 60).concat([
        { organization: 'a#b', account: 'c' },
        { organization: 'a', account: 'b#c' },
        { organization: 'a', account: 'b' },
      ])
      for (const [index, each] of distinct.entries()) {
        await world.accounts.applyStatement({ ...statement(index + 1), ...each }, { confirmedAt: index })
      }
      for (const [index, each] of distinct.entries()) {
        expect(await stored(each)).toMatchObject({ ...each, version: index + 1 })
      }
    })

    it('knows no account under a name that no text can hold', async () => {
      await world.accounts.applyStatement({ ...statement(1), account: '\ufffd' }, { confirmedAt: 1 })
      expect(await stored({ organization: 'acme', account: '\ud800' })).toBeUndefined()
    })

    it('loses nothing when many write at once', async () => {
      const versions = [4, 1, 6, 3, 5, 2]
      const outcomes = await Promise.all([
        ...versions.map((version) =>
          world.accounts.applyStatement(statement(version, { roles: version === 6 ? [owner] : [clerk] }), {
            confirmedAt: version,
          }),
        ),
        world.accounts.confirmUnchanged(key, 6, 60),
      ])
      expect(await stored()).toMatchObject({ version: 6, roles: [owner] })
      expect(outcomes.every(({ outcome }) => ['applied', 'older', 'gone'].includes(outcome))).toBe(true)
      // Whoever was told that version 6 was confirmed at 60 finds it so.
      if (outcomes.at(-1)?.outcome === 'applied') expect(await stored()).toMatchObject({ confirmedAt: 60 })
    })

    it('keeps the latest of many confirmations made at once', async () => {
      await world.accounts.applyStatement(statement(1), { confirmedAt: 0 })
      await Promise.all([30, 10, 50, 20, 40].map((at) => world.accounts.confirmUnchanged(key, 1, at)))
      expect(await stored()).toMatchObject({ version: 1, confirmedAt: 50 })
    })

    it('logs each removal once when writers race', async () => {
      await world.accounts.applyStatement(statement(1, { roles: [clerk, owner] }), { confirmedAt: 1 })
      const removal = statement(2, { roles: [owner] })
      await Promise.all([1, 2, 3, 4].map((confirmedAt) => world.accounts.applyStatement(removal, { confirmedAt })))
      expect(await world.changes.readChanges(start)).toEqual([{ scope: 'account', ...key, revision: 2, at: start }])
    })

    it('ends in the same record for every order and repetition of a log', async () => {
      const roles = fc.subarray([clerk, owner, reader])
      const log = fc
        .array(fc.record({ roles, status: fc.constantFrom('active', 'inactive'), confirmedAt: fc.nat(99) }), {
          minLength: 2,
          maxLength: 5,
        })
        .map((states) => states.map((state, index) => ({ ...state, version: index + 1 })))
      const twoOrders = log.chain((entries) => {
        const order = fc.shuffledSubarray([...entries, ...entries], { minLength: entries.length * 2 })
        return fc.tuple(order, order)
      })
      let run = 0
      await fc.assert(
        fc.asyncProperty(twoOrders, async (orders) => {
          run += 1
          const ends: unknown[] = []
          for (const [index, order] of orders.entries()) {
            const of = { organization: 'acme', account: `order-${run}-${index}` }
            for (const { confirmedAt, ...state } of order) {
              await world.accounts.applyStatement({ ...of, ...state, occurredAt: 1 }, { confirmedAt })
            }
            ends.push({ ...(await stored(of)), account: '' })
          }
          expect(ends[0]).toEqual(ends[1])
        }),
        { numRuns: 25 },
      )
    })
  })
}
