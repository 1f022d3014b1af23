import type { Organization } from '@rolecast/core/domain/assignment/organization'
import { organizationMarkOf } from '@rolecast/core/domain/freshness/policy'
import { beforeEach, describe, expect, it } from 'vitest'
import { hostileIdentifiers } from './hostile-identifiers.ts'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

const acme: Organization = {
  organization: 'acme',
  title: 'Acme',
  issuer: 'https://login.acme.example',
  applications: { shop: { features: ['refunds'], defaultFull: true }, library: { features: [], defaultFull: false } },
  revision: 0,
}

const withoutReading = {
  features: ['refunds'],
  defaultFull: true,
  roleChanges: { clerk: { enabled: [], disabled: ['order/read'] } },
}

/** What every OrganizationStore does. */
export function organizationStoreContract(makeWorld: MakeWorld): void {
  describe('OrganizationStore', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    it('creates, reads back and changes by revision', async () => {
      expect(await world.organizations.readOrganization('acme')).toBeUndefined()
      expect(await world.organizations.putOrganization(acme)).toEqual({ outcome: 'written', revision: 1 })
      expect(await world.organizations.readOrganization('acme')).toEqual({ ...acme, revision: 1 })

      const renamed = { ...acme, title: 'Acme Ltd', revision: 1 }
      expect(await world.organizations.putOrganization(renamed)).toEqual({ outcome: 'written', revision: 2 })
      expect(await world.organizations.readOrganization('acme')).toEqual({ ...renamed, revision: 2 })
    })

    it('refuses a change that is based on another revision', async () => {
      expect(await world.organizations.putOrganization({ ...acme, revision: 3 })).toEqual({ outcome: 'conflict' })
      await world.organizations.putOrganization(acme)
      for (const revision of [0, 2]) {
        const other = { ...acme, title: 'Other', revision }
        expect(await world.organizations.putOrganization(other)).toEqual({ outcome: 'conflict' })
      }
      expect(await world.organizations.readOrganization('acme')).toEqual({ ...acme, revision: 1 })
    })

    it('lets one of many writers of the same revision through', async () => {
      await world.organizations.putOrganization(acme)
      const titles = ['one', 'two', 'three', 'four']
      const outcomes = await Promise.all(
        titles.map((title) => world.organizations.putOrganization({ ...acme, title, revision: 1 })),
      )
      const written = titles.filter((_, index) => outcomes[index]?.outcome === 'written')
      expect(written).toHaveLength(1)
      expect(await world.organizations.readOrganization('acme')).toMatchObject({ title: written[0], revision: 2 })
    })

    it('keeps names apart, whatever they hold', async () => {
      for (const [index, organization] of hostileIdentifiers.entries()) {
        await world.organizations.putOrganization({ ...acme, organization, title: String(index) })
      }
      for (const [index, organization] of hostileIdentifiers.entries()) {
        expect(await world.organizations.readOrganization(organization)).toMatchObject({
          organization,
          title: String(index),
        })
      }
    })

    it('keeps applications of any name', async () => {
      const settings = { features: ['__proto__'], defaultFull: false }
      const applications = Object.fromEntries(['__proto__', '', 'constructor'].map((name) => [name, settings]))
      await world.organizations.putOrganization({ ...acme, applications })
      const read = await world.organizations.readOrganization('acme')
      expect(Object.entries(read?.applications ?? {}).sort()).toEqual(Object.entries(applications).sort())
    })

    it('keeps what was changed of roles, whatever their names', async () => {
      const change = { enabled: ['order/send'], disabled: ['order/read', 'parcel/pack[draft]'] }
      const roleChanges = Object.fromEntries(['__proto__', 'clerk'].map((role) => [role, change]))
      const applications = {
        shop: { features: [], defaultFull: false, roleChanges },
        library: acme.applications['shop'],
      }
      await world.organizations.putOrganization({ ...acme, applications } as Organization)
      const read = await world.organizations.readOrganization('acme')
      expect(Object.entries(read?.applications['shop']?.roleChanges ?? {}).sort()).toEqual(
        Object.entries(roleChanges).sort(),
      )
      expect(read?.applications['library']).not.toHaveProperty('roleChanges')
    })

    it.each<[string, Partial<Organization>]>([
      ['something a role grants gone', { applications: { ...acme.applications, shop: withoutReading } }],
      ['another issuer', { issuer: 'https://other.example' }],
      ['an application gone', { applications: { shop: { features: ['refunds'], defaultFull: true } } }],
      ['a feature gone', { applications: { ...acme.applications, shop: { features: [], defaultFull: true } } }],
      [
        'default-full access gone',
        { applications: { ...acme.applications, shop: { features: ['refunds'], defaultFull: false } } },
      ],
    ])('logs %s', async (_, change) => {
      await world.organizations.putOrganization(acme)
      world.time.now = start + 5
      await world.organizations.putOrganization({ ...acme, ...change, revision: 1 })
      expect(await world.changes.readChanges(start)).toEqual([
        { scope: 'organization', organization: 'acme', revision: 2, at: start + 5 },
      ])
    })

    describe('hinted at', () => {
      const read = () => world.organizations.readOrganization('acme')

      it('is marked, with its revision and a log entry', async () => {
        expect(await world.organizations.markOrganizationDirty('acme', start - 9)).toBe('absent')
        expect(await read()).toBeUndefined()
        await world.organizations.putOrganization(acme)
        world.time.now = start + 5
        expect(await world.organizations.markOrganizationDirty('acme', start - 9)).toBe('marked')
        expect(await read()).toEqual({ ...acme, dirtySince: organizationMarkOf(start - 9, undefined), revision: 2 })
        expect(await world.changes.readChanges(start)).toEqual([
          { scope: 'organization', organization: 'acme', revision: 2, at: start + 5 },
        ])
      })

      it('is marked anew by every hint, with a log entry, and takes one from the future for now', async () => {
        await world.organizations.putOrganization(acme)
        await world.organizations.markOrganizationDirty('acme', start + 3_600_000)
        expect(await read()).toEqual({ ...acme, dirtySince: organizationMarkOf(start, undefined), revision: 2 })
        for (const hintedAt of [start, start - 1, start + 1]) {
          expect(await world.organizations.markOrganizationDirty('acme', hintedAt)).toBe('marked')
        }
        expect(await read()).toEqual({ ...acme, dirtySince: organizationMarkOf(start, undefined) + 150, revision: 5 })
        expect(await world.changes.readChanges(start)).toHaveLength(4)
      })

      it('keeps the mark through every other change', async () => {
        await world.organizations.putOrganization(acme)
        await world.organizations.markOrganizationDirty('acme', start)
        await world.organizations.putOrganization({ ...acme, title: 'Acme Ltd', revision: 2 })
        const role = { organization: 'acme', application: 'shop', id: 'packer', title: 'Packer', description: '' }
        await world.customRoles.putCustomRole({ ...role, grants: [], gates: [], revision: 0 })
        expect(await read()).toMatchObject({
          title: 'Acme Ltd',
          dirtySince: organizationMarkOf(start, undefined),
          revision: 4,
        })
      })

      it('loses no hint when many come at once', async () => {
        await world.organizations.putOrganization(acme)
        world.time.now = start + 100
        const hints = [start + 3, start + 9, start + 1]
        await Promise.all(hints.map((hintedAt) => world.organizations.markOrganizationDirty('acme', hintedAt)))
        expect((await read())?.dirtySince).toBeGreaterThanOrEqual(organizationMarkOf(start + 9, undefined))
        expect(await read()).toMatchObject({ revision: 4 })
      })
    })

    it('keeps the name of its identity admin, and is marked when it gets another', async () => {
      const okta = { ...acme, identityAdmin: 'okta-acme' }
      await world.organizations.putOrganization(okta)
      expect(await world.organizations.readOrganization('acme')).toEqual({ ...okta, revision: 1 })
      world.time.now = start + 5
      await world.organizations.putOrganization({ ...acme, revision: 1 })
      expect(await world.organizations.readOrganization('acme')).toEqual({
        ...acme,
        dirtySince: organizationMarkOf(start + 5, undefined),
        revision: 2,
      })
      expect(await world.changes.readChanges(start)).toEqual([
        { scope: 'organization', organization: 'acme', revision: 2, at: start + 5 },
      ])
    })

    it('logs nothing that only adds, and no change that was refused', async () => {
      await world.organizations.putOrganization(acme)
      const more = { ...acme.applications, library: { features: ['loans'], defaultFull: true } }
      await world.organizations.putOrganization({ ...acme, title: 'Acme Ltd', applications: more, revision: 1 })
      await world.organizations.putOrganization({ ...acme, applications: {}, revision: 1 })
      expect(await world.changes.readChanges(start)).toEqual([])
    })
  })
}
