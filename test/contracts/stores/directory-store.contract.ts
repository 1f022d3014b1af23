import type { DirectoryResource, DirectoryStore, DirectoryWrite } from '@rolecast/core/application/directory/ports'
import { describe, expect, it } from 'vitest'
import { hostileIdentifiers } from './hostile-identifiers.ts'
import { type MakeWorld, start } from './world.ts'

const acme = 'acme'

function written(write: DirectoryWrite): DirectoryResource {
  if (write.outcome !== 'written') throw new Error(`expected to be written, but: ${write.outcome}`)
  return write.resource
}

async function makeUser(directory: DirectoryStore, id: string, organization = acme): Promise<DirectoryResource> {
  return written(
    await directory.createResource({
      organization,
      kind: 'user',
      id,
      attributes: { userName: `${id}@acme.example`, externalId: `ext-${id}`, active: true },
    }),
  )
}

async function makeGroup(directory: DirectoryStore, id: string, organization = acme): Promise<DirectoryResource> {
  const attributes = { displayName: `Group ${id}` }
  return written(await directory.createResource({ organization, kind: 'group', id, attributes }))
}

async function read(directory: DirectoryStore, kind: 'user' | 'group', id: string, organization = acme) {
  return (await directory.readResources(organization, kind, [id]))[0]
}

/** Users and groups: unique names, revisions, tombstones, memberships, pages. */
export function directoryStoreContract(makeWorld: MakeWorld): void {
  describe('directory store', () => {
    it('gives back what was created, and nothing to another organization', async () => {
      const { directory, time } = await makeWorld()
      const attributes = { userName: 'Ada', name: { givenName: 'Ada' }, __proto__x: [1, null, true], emails: [] }
      const created = written(
        await directory.createResource({ organization: acme, kind: 'user', id: 'u1', attributes }),
      )
      expect(created).toEqual({
        organization: acme,
        kind: 'user',
        id: 'u1',
        revision: 1,
        contentRevision: 1,
        createdAt: start,
        modifiedAt: time.now,
        deleted: false,
        attributes,
        groups: [],
      })
      expect(await read(directory, 'user', 'u1')).toEqual(created)
      expect(await read(directory, 'group', 'u1')).toBeUndefined()
      expect(await read(directory, 'user', 'u1', 'globex')).toBeUndefined()
      expect(await directory.listResources('globex', 'user', { limit: 10 })).toEqual({ resources: [] })
      expect(await directory.findOwners('globex', 'user', [{ attribute: 'userName', value: 'Ada' }])).toEqual([
        undefined,
      ])
    })

    it('gives a userName to one user only, whatever its case, and an externalId as it is spelt', async () => {
      const { directory } = await makeWorld()
      await makeUser(directory, 'u1')
      const create = (id: string, attributes: Record<string, string>, organization = acme) =>
        directory.createResource({ organization, kind: 'user', id, attributes })
      expect(await create('u2', { userName: 'U1@ACME.example' })).toEqual({ outcome: 'taken', attribute: 'userName' })
      expect(await create('u2', { userName: 'x', externalId: 'ext-u1' })).toEqual({
        outcome: 'taken',
        attribute: 'externalId',
      })
      expect(await create('u2', { userName: 'x', externalId: 'EXT-u1' })).toMatchObject({ outcome: 'written' })
      expect(await create('u3', { userName: 'u1@acme.example' }, 'globex')).toMatchObject({ outcome: 'written' })
      expect(await read(directory, 'user', 'u2')).toMatchObject({ attributes: { externalId: 'EXT-u1' } })
    })

    it('lets groups share a name', async () => {
      const { directory } = await makeWorld()
      const attributes = { displayName: 'Sales', externalId: 'same' }
      for (const id of ['g2', 'g1']) {
        written(await directory.createResource({ organization: acme, kind: 'group', id, attributes }))
      }
      expect(
        await directory.findOwners(acme, 'group', [
          { attribute: 'displayName', value: 'Sales' },
          { attribute: 'displayName', value: 'SALES' },
          { attribute: 'displayName', value: 'sale' },
          { attribute: 'externalId', value: 'same' },
        ]),
      ).toEqual([['g1', 'g2'], ['g1', 'g2'], undefined, ['g1', 'g2']])
    })

    it('lets one of many concurrent creations with the same name win', async () => {
      const { directory } = await makeWorld()
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          directory.createResource({
            organization: acme,
            kind: 'user',
            id: `u${index}`,
            attributes: { userName: index % 2 === 0 ? 'ada' : 'ADA' },
          }),
        ),
      )
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual([...Array(5).fill('taken'), 'written'])
      expect((await directory.listResources(acme, 'user', { limit: 10 })).resources).toHaveLength(1)
    })

    it('replaces only what is still at the revision it was read at', async () => {
      const { directory, time } = await makeWorld()
      const user = await makeUser(directory, 'u1')
      time.now += 1_000
      const change = { organization: acme, kind: 'user', id: 'u1', attributes: { userName: 'new' } } as const
      const after = written(await directory.replaceResource({ ...change, revision: user.revision }))
      expect(after).toMatchObject({ revision: 2, contentRevision: 2, createdAt: start, modifiedAt: start + 1_000 })
      expect(await directory.replaceResource({ ...change, revision: 1 })).toEqual({ outcome: 'conflict' })
      expect(await directory.replaceResource({ ...change, id: 'nobody', revision: 1 })).toEqual({ outcome: 'conflict' })
      expect(await directory.replaceResource({ ...change, organization: 'globex', revision: 2 })).toEqual({
        outcome: 'conflict',
      })
    })

    it('frees a name with a rename, and remembers that it was somebody’s', async () => {
      const { directory } = await makeWorld()
      const user = await makeUser(directory, 'u1')
      const attributes = { userName: 'renamed', externalId: 'ext-u1' }
      const names = ['u1@acme.example', 'RENAMED', 'never'].map((value) => ({ attribute: 'userName', value }) as const)
      written(await directory.replaceResource({ ...user, attributes, revision: 1 }))
      expect(await directory.findOwners(acme, 'user', names)).toEqual([[], ['u1'], undefined])
      const formerly = { userName: 'u1@acme.example', externalId: 'ext-u1' }
      expect(await read(directory, 'user', 'u1')).toMatchObject({ formerly })
      expect(await makeUser(directory, 'u2')).toMatchObject({ revision: 1 })
      const taken = { ...attributes, userName: 'U2@acme.example' }
      expect(await directory.replaceResource({ ...user, attributes: taken, revision: 2 })).toEqual({
        outcome: 'taken',
        attribute: 'userName',
      })
    })

    it('keeps a tombstone, so that no older write brings a user back', async () => {
      const { directory } = await makeWorld()
      const user = await makeUser(directory, 'u1')
      expect(await directory.deleteResource(acme, 'user', 'u1', 7)).toEqual({ outcome: 'conflict' })
      written(await directory.deleteResource(acme, 'user', 'u1', 1))
      expect(await read(directory, 'user', 'u1')).toMatchObject({
        deleted: true,
        attributes: {},
        formerly: { userName: 'u1@acme.example', externalId: 'ext-u1' },
        revision: 2,
      })
      expect((await directory.listResources(acme, 'user', { limit: 10 })).resources).toEqual([])
      expect(await directory.findOwners(acme, 'user', [{ attribute: 'externalId', value: 'ext-u1' }])).toEqual([[]])
      for (const revision of [1, 2]) {
        expect(await directory.replaceResource({ ...user, revision })).toEqual({ outcome: 'conflict' })
        expect(await directory.deleteResource(acme, 'user', 'u1', revision)).toEqual({ outcome: 'conflict' })
      }
      expect(await directory.createResource(user)).toEqual({ outcome: 'conflict' })
      const again = { ...user, id: 'u2' }
      expect(await directory.createResource(again)).toMatchObject({ outcome: 'written' })
    })

    it('changes memberships on both sides, and the revisions of both', async () => {
      const { directory } = await makeWorld()
      for (const id of ['u1', 'u2', 'u3']) await makeUser(directory, id)
      await makeGroup(directory, 'g1')
      const change = { organization: acme, group: 'g1' }
      const added = await directory.changeMembers({ ...change, add: ['u2', 'u1', 'nobody'], remove: ['u3'] })
      expect(added).toMatchObject({ outcome: 'changed' })
      expect(added.outcome === 'changed' && added.users.map(({ id }) => id).sort()).toEqual(['u1', 'u2'])
      expect(await directory.listMembers(acme, 'g1')).toEqual(['u1', 'u2'])
      expect(await read(directory, 'user', 'u1')).toMatchObject({ groups: ['g1'], revision: 2, contentRevision: 1 })
      expect(await read(directory, 'group', 'g1')).toMatchObject({ revision: 2, contentRevision: 1 })

      expect(await directory.changeMembers({ ...change, add: ['u1'], remove: [] })).toEqual({
        outcome: 'changed',
        users: [],
      })
      expect(await read(directory, 'group', 'g1')).toMatchObject({ revision: 2 })
      await directory.changeMembers({ ...change, add: ['u3'], remove: ['u1'] })
      expect(await directory.listMembers(acme, 'g1')).toEqual(['u2', 'u3'])
      expect(await read(directory, 'user', 'u1')).toMatchObject({ groups: [] })
      expect(await directory.listMembers('globex', 'g1')).toEqual([])
      expect(await directory.changeMembers({ ...change, group: 'g9', add: ['u1'], remove: [] })).toEqual({
        outcome: 'conflict',
      })
    })

    it('takes a deleted user out of its groups at once, and members out of a deleted group when asked', async () => {
      const { directory } = await makeWorld()
      for (const id of ['u1', 'u2']) await makeUser(directory, id)
      for (const id of ['g1', 'g2']) {
        await makeGroup(directory, id)
        await directory.changeMembers({ organization: acme, group: id, add: ['u1', 'u2'], remove: [] })
      }
      written(await directory.deleteResource(acme, 'user', 'u1', 3))
      expect(await directory.listMembers(acme, 'g1')).toEqual(['u2'])
      expect(await directory.listMembers(acme, 'g2')).toEqual(['u2'])
      const group = await read(directory, 'group', 'g1')
      written(await directory.deleteResource(acme, 'group', 'g1', group?.revision ?? 0))
      expect(await directory.listMembers(acme, 'g1')).toEqual(['u2'])
      await directory.emptyDeletedGroup(acme, 'g1')
      expect(await read(directory, 'user', 'u2')).toMatchObject({ groups: ['g2'] })
      expect(await directory.listMembers(acme, 'g1')).toEqual([])
      expect(await directory.changeMembers({ organization: acme, group: 'g1', add: ['u2'], remove: [] })).toEqual({
        outcome: 'conflict',
      })
    })

    it('takes more members than one transaction does', async () => {
      const { directory } = await makeWorld()
      const ids = Array.from({ length: 101 }, (_, index) => `u${String(index).padStart(3, '0')}`)
      await Promise.all(ids.map((id) => makeUser(directory, id)))
      await makeGroup(directory, 'g1')
      const all = await directory.changeMembers({ organization: acme, group: 'g1', add: ids, remove: [] })
      expect(all.outcome === 'changed' && all.users.length).toBe(101)
      expect(await directory.listMembers(acme, 'g1')).toEqual(ids)
      const group = await read(directory, 'group', 'g1')
      written(await directory.deleteResource(acme, 'group', 'g1', group?.revision ?? 0))
      await directory.emptyDeletedGroup(acme, 'g1')
      expect(await directory.listMembers(acme, 'g1')).toEqual([])
      expect(await read(directory, 'user', 'u100')).toMatchObject({ groups: [] })
    })

    it('loses no membership to concurrent changes of one group', async () => {
      const { directory } = await makeWorld()
      const ids = ['u1', 'u2', 'u3', 'u4', 'u5']
      for (const id of ids) await makeUser(directory, id)
      await makeGroup(directory, 'g1')
      await Promise.all(
        ids.map((id) => directory.changeMembers({ organization: acme, group: 'g1', add: [id], remove: [] })),
      )
      expect(await directory.listMembers(acme, 'g1')).toEqual(ids)
      expect(await read(directory, 'group', 'g1')).toMatchObject({ revision: 6 })
    })

    it('lists by pages in the order of ids, each resource once, past tombstones', async () => {
      const { directory } = await makeWorld()
      const ids = ['a', 'b', 'c', 'd', 'e']
      for (const id of [...ids].reverse()) await makeUser(directory, id)
      for (const id of ['b', 'c']) await directory.deleteResource(acme, 'user', id, 1)
      const seen: string[] = []
      let after: string | undefined
      do {
        const page = await directory.listResources(acme, 'user', {
          limit: 2,
          ...(after === undefined ? {} : { after }),
        })
        seen.push(...page.resources.map(({ id }) => id))
        after = page.next
      } while (after !== undefined)
      expect(seen).toEqual(['a', 'd', 'e'])
    })

    it('keeps settings, and has none where none were put', async () => {
      const { directory } = await makeWorld()
      const groupRoles = [{ displayName: 'Sales', roles: ['shop/clerk'] }]
      const settings = { organization: acme, account: 'userName', groupRoles, announceRoles: true } as const
      await directory.putSettings(settings)
      await directory.putSettings({ ...settings, account: 'id' })
      expect(await directory.readSettings(acme)).toEqual({ ...settings, account: 'id' })
      expect(await directory.readSettings('globex')).toBeUndefined()
    })

    it.each(hostileIdentifiers)('keeps %j apart as a name and as an organization', async (hostile) => {
      const { directory } = await makeWorld()
      const attributes = { userName: `n${hostile}`, externalId: hostile }
      const create = (organization: string) =>
        directory.createResource({ organization, kind: 'user', id: 'u1', attributes })
      written(await create(hostile))
      expect(await directory.findOwners(hostile, 'user', [{ attribute: 'externalId', value: hostile }])).toEqual([
        ['u1'],
      ])
      expect(await directory.findOwners(hostile, 'user', [{ attribute: 'externalId', value: `${hostile}x` }])).toEqual([
        undefined,
      ])
      expect(await read(directory, 'user', 'u1')).toBeUndefined()
    })
  })
}
