import type { CustomRole } from '@rolecast/core/domain/assignment/organization'
import { beforeEach, describe, expect, it } from 'vitest'
import { hostileIdentifiers } from './hostile-identifiers.ts'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

const packer: CustomRole = {
  organization: 'acme',
  application: 'shop',
  id: 'packer',
  title: 'Packer',
  description: 'Packs parcels',
  grants: ['order/read', 'parcel/pack[draft]'],
  gates: ['hall-7'],
  revision: 0,
}

/** What every CustomRoleStore does. */
export function customRoleStoreContract(makeWorld: MakeWorld): void {
  describe('CustomRoleStore', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
      for (const organization of ['acme', 'other']) {
        const settings = { organization, title: organization, issuer: 'https://a.example', applications: {} }
        await world.organizations.putOrganization({ ...settings, revision: 0 })
      }
    })

    async function put(role: CustomRole): Promise<CustomRole> {
      const outcome = await world.customRoles.putCustomRole(role)
      if (outcome.outcome !== 'written') throw new Error('the role was not written')
      return { ...role, revision: outcome.revision }
    }

    async function revisionOfAcme(): Promise<number | undefined> {
      return (await world.organizations.readOrganization('acme'))?.revision
    }

    it('writes a role under the next revision of its organization', async () => {
      expect(await world.customRoles.putCustomRole(packer)).toEqual({ outcome: 'written', revision: 2 })
      expect(await revisionOfAcme()).toBe(2)
      expect(await world.customRoles.readCustomRoles('acme', 'shop', ['packer'])).toEqual([{ ...packer, revision: 2 }])

      const renamed = await put({ ...packer, title: 'Chief packer', revision: 2 })
      expect(renamed.revision).toBe(3)
      expect(await world.customRoles.readCustomRoles('acme', 'shop', ['packer'])).toEqual([renamed])
      expect((await world.organizations.readOrganization('other'))?.revision).toBe(1)
    })

    it('refuses a role of an organization that does not exist', async () => {
      const lost = { ...packer, organization: 'nobody' }
      expect(await world.customRoles.putCustomRole(lost)).toEqual({ outcome: 'conflict' })
      expect(await world.customRoles.listCustomRoles('nobody', 'shop')).toEqual([])
    })

    it('refuses a change that is based on another revision', async () => {
      expect(await world.customRoles.putCustomRole({ ...packer, revision: 1 })).toEqual({ outcome: 'conflict' })
      const stored = await put(packer)
      for (const revision of [0, 1, 3]) {
        expect(await world.customRoles.putCustomRole({ ...packer, title: 'x', revision })).toEqual({
          outcome: 'conflict',
        })
        expect(await world.customRoles.deleteCustomRole('acme', 'shop', 'packer', revision)).toEqual({
          outcome: 'conflict',
        })
      }
      expect(await world.customRoles.listCustomRoles('acme', 'shop')).toEqual([stored])
      expect(await revisionOfAcme()).toBe(2)
    })

    it('deletes, and never takes a role that was created again for the one that was deleted', async () => {
      const first = await put(packer)
      expect(await world.customRoles.deleteCustomRole('acme', 'shop', 'packer', first.revision)).toEqual({
        outcome: 'written',
        revision: 3,
      })
      expect(await world.customRoles.readCustomRoles('acme', 'shop', ['packer'])).toEqual([])
      const second = await put(packer)
      expect(await world.customRoles.putCustomRole({ ...first, grants: ['*'] })).toEqual({ outcome: 'conflict' })
      expect(await world.customRoles.readCustomRoles('acme', 'shop', ['packer'])).toEqual([second])
    })

    it('reads the roles asked for, each once, and leaves out what does not exist', async () => {
      const one = await put({ ...packer, id: 'one' })
      const two = await put({ ...packer, id: 'two' })
      const elsewhere = await put({ ...packer, application: 'library', id: 'three' })
      const ids = ['two', 'three', 'one', 'two', 'nobody']
      expect(await world.customRoles.readCustomRoles('acme', 'shop', ids)).toEqual([one, two])
      expect(await world.customRoles.readCustomRoles('acme', 'shop', [])).toEqual([])
      expect(await world.customRoles.listCustomRoles('acme', 'shop')).toEqual([one, two])
      expect(await world.customRoles.listCustomRoles('acme', 'library')).toEqual([elsewhere])
      expect(await world.customRoles.listCustomRoles('other', 'shop')).toEqual([])
    })

    it('reads more roles than fit in one request', async () => {
      for (let index = 0; index < 3; index += 1) await put({ ...packer, id: `role-${index * 60}` })
      const ids = Array.from({ length: 150 }, (_, index) => `role-${index}`)
      const read = await world.customRoles.readCustomRoles('acme', 'shop', ids)
      expect(read.map(({ id }) => id)).toEqual(['role-0', 'role-120', 'role-60'])
    })

    it('keeps roles apart, whatever their ids hold', async () => {
      for (const [index, id] of hostileIdentifiers.entries()) await put({ ...packer, id, title: String(index) })
      for (const [index, id] of hostileIdentifiers.entries()) {
        const read = await world.customRoles.readCustomRoles('acme', 'shop', [id])
        expect(read).toMatchObject([{ id, title: String(index) }])
      }
    })

    it.each<[string, Partial<CustomRole>]>([
      ['a grant gone', { grants: ['order/read'] }],
      ['a grant narrowed by a qualifier', { grants: ['order/read[draft]', 'parcel/pack[draft]'] }],
      ['a gate gone', { gates: [] }],
    ])('logs %s', async (_, change) => {
      const stored = await put(packer)
      world.time.now = start + 7
      await put({ ...stored, ...change })
      expect(await world.changes.readChanges(start)).toEqual([
        { scope: 'organization', organization: 'acme', application: 'shop', revision: 3, at: start + 7 },
      ])
    })

    it('logs a deletion, even of a role without grants', async () => {
      const stored = await put({ ...packer, grants: [], gates: [] })
      await world.customRoles.deleteCustomRole('acme', 'shop', 'packer', stored.revision)
      expect(await world.changes.readChanges(start)).toEqual([
        { scope: 'organization', organization: 'acme', application: 'shop', revision: 3, at: start },
      ])
    })

    it('logs nothing that only adds, and no change that was refused', async () => {
      const stored = await put(packer)
      await put({ ...stored, title: 'Packs', grants: [...packer.grants, 'order/write'], gates: ['hall-7', 'hall-8'] })
      await world.customRoles.putCustomRole({ ...packer, grants: [], revision: 1 })
      expect(await world.changes.readChanges(start)).toEqual([])
    })

    it('lets changes of different roles through together, each with a revision of its own', async () => {
      const ids = ['a', 'b', 'c', 'd']
      const outcomes = await Promise.all(ids.map((id) => world.customRoles.putCustomRole({ ...packer, id })))
      const revisions = outcomes.map((outcome) => (outcome.outcome === 'written' ? outcome.revision : 0))
      expect(revisions.sort()).toEqual([2, 3, 4, 5])
      expect(await revisionOfAcme()).toBe(5)
      expect(await world.customRoles.listCustomRoles('acme', 'shop')).toHaveLength(4)
    })

    it('lets one of many changes of the same role through', async () => {
      const stored = await put(packer)
      const titles = ['one', 'two', 'three', 'four']
      const outcomes = await Promise.all(
        titles.map((title) => world.customRoles.putCustomRole({ ...stored, title, grants: [] })),
      )
      const written = titles.filter((_, index) => outcomes[index]?.outcome === 'written')
      expect(written).toHaveLength(1)
      expect(await world.customRoles.listCustomRoles('acme', 'shop')).toMatchObject([
        { title: written[0], revision: 3 },
      ])
      expect(await world.changes.readChanges(start)).toHaveLength(1)
    })

    it('makes a change of settings and a change of a role exclude each other', async () => {
      const acme = await world.organizations.readOrganization('acme')
      if (acme === undefined) throw new Error('the organization is gone')
      await put(packer)
      expect(await world.organizations.putOrganization({ ...acme, title: 'x' })).toEqual({ outcome: 'conflict' })
    })
  })
}
