import { sha256Fingerprint } from '@rolecast/core/adapters/fingerprints/sha256-fingerprint'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import { clockToleranceMs, organizationMarkOf } from '@rolecast/core/domain/freshness/policy'
import { bucketCount, bucketOf, contentDigest } from '@rolecast/core/domain/reconcile/fingerprints'
import { beforeEach, describe, expect, it } from 'vitest'
import { hostileIdentifiers } from './hostile-identifiers.ts'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

const ada: AccountStatement = {
  organization: 'acme',
  account: 'ada',
  version: 3,
  status: 'active',
  roles: [
    { application: 'shop', role: 'owner' },
    { application: 'shop', role: 'clerk' },
  ],
  occurredAt: 5,
}
const confirmation = { confirmedAt: start }

/** What all Listings show of what the stores beside them keep. */
export function listingsContract(makeWorld: MakeWorld): void {
  describe('Listings', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    const listed = async (organization = 'acme') => {
      const buckets = Array.from({ length: bucketCount }, (_, bucket) =>
        world.listings.listAccounts(organization, bucket),
      )
      return (await Promise.all(buckets)).flat()
    }

    it('show an account as it is stored, whichever write brought it there', async () => {
      await world.accounts.applyStatement(ada, confirmation)
      const digest = contentDigest(sha256Fingerprint, ada)
      expect(await listed()).toEqual([{ account: 'ada', version: 3, digest, standing: 'active', assignments: 2 }])

      const inactive: AccountStatement = { ...ada, version: 4, status: 'inactive', roles: [] }
      await world.accounts.applyStatement(inactive, { confirmedAt: start + 1 })
      const after = { account: 'ada', version: 4, digest: contentDigest(sha256Fingerprint, inactive), assignments: 0 }
      expect(await listed()).toEqual([{ ...after, standing: 'inactive' }])

      await world.accounts.withdrawConfirmation(ada, start + 2)
      expect(await listed()).toEqual([{ ...after, standing: 'withdrawn' }])
      world.time.now = start + 3
      await world.accounts.markDirty(ada, start + 3)
      expect(await listed()).toEqual([{ ...after, standing: 'hinted' }])
      await world.accounts.applyStatement(inactive, { confirmedAt: start + 3 + clockToleranceMs + 1 })
      expect(await listed()).toEqual([{ ...after, standing: 'inactive' }])
    })

    it('show each account in its bucket and its organization, whatever their names', async () => {
      for (const account of hostileIdentifiers) {
        await world.accounts.applyStatement({ ...ada, account }, confirmation)
        await world.accounts.applyStatement({ ...ada, organization: account }, confirmation)
      }
      const all = await listed()
      expect(all.map(({ account }) => account).sort()).toEqual([...hostileIdentifiers].sort())
      for (const account of hostileIdentifiers) {
        const bucket = bucketOf(sha256Fingerprint(account))
        const there = await world.listings.listAccounts('acme', bucket)
        expect(there.map((each) => each.account)).toContain(account)
        expect(await listed(account)).toEqual([expect.objectContaining({ account: 'ada' })])
      }
    })

    it('show accounts that were stored many at a time; one that is there is left as it is', async () => {
      await world.accounts.applyStatement(ada, confirmation)
      const many = Array.from({ length: 230 }, (_, index) => ({ ...ada, account: `account-${index}`, version: 1 }))
      const { version: _, ...unversioned } = ada
      const statements = [...many, { ...ada, version: 9 }, { ...unversioned, account: 'bob' }]
      expect(await world.newAccounts.createAccounts(statements, start + 1)).toEqual([
        expect.objectContaining({ account: 'ada' }),
      ])
      expect(await listed()).toHaveLength(232)
      const [bob, before] = await Promise.all(
        ['bob', 'ada'].map((account) => world.accounts.readAccountAndOrganization({ organization: 'acme', account })),
      )
      expect(bob?.account).toMatchObject({ version: 1, confirmedAt: start + 1, roles: ada.roles.toReversed() })
      expect(before?.account).toMatchObject({ version: 3, confirmedAt: start })
      expect(await world.newAccounts.createAccounts([], start)).toEqual([])
      expect(await world.changes.readChanges(start)).toEqual([])
    })

    it('show every organization, with its mark', async () => {
      const acme = { title: 'Acme', issuer: 'https://login.acme.example', applications: {}, revision: 0 }
      for (const organization of hostileIdentifiers)
        await world.organizations.putOrganization({ ...acme, organization })
      const marked = hostileIdentifiers[0] ?? ''
      world.time.now = start + 9
      await world.organizations.markOrganizationDirty(marked, start + 9)
      const organizations = await world.listings.listOrganizations()
      expect(organizations.map(({ organization }) => organization).sort()).toEqual([...hostileIdentifiers].sort())
      expect(organizations.filter(({ dirtySince }) => dirtySince !== undefined)).toEqual([
        { organization: marked, dirtySince: organizationMarkOf(start + 9, undefined) },
      ])
    })

    it('reads many accounts at once, for writers to stand on', async () => {
      await world.accounts.applyStatement(ada, confirmation)
      await world.accounts.applyStatement({ ...ada, account: 'bob' }, confirmation)
      const keys = ['ada', 'bob', 'nobody', 'ada'].map((account) => ({ organization: 'acme', account }))
      const records = await world.accounts.readAccounts(keys)
      expect(records.map(({ account }) => account).sort()).toEqual(['ada', 'bob'])
      const fence = records.find(({ account }) => account === 'ada')
      const { version: _, ...unversioned } = { ...ada, roles: [] }
      expect(
        await world.accounts.applyUnversioned(unversioned, { confirmedAt: start + 1 }, fence ?? 'absent'),
      ).toMatchObject({
        outcome: 'applied',
        record: { version: 4 },
      })
      expect(await world.accounts.applyUnversioned(unversioned, { confirmedAt: start + 2 }, fence ?? 'absent')).toEqual(
        {
          outcome: 'fenced',
        },
      )
      expect(await world.accounts.readAccounts([])).toEqual([])
    })
  })
}
