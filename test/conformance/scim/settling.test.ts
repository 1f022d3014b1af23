import { nameOf } from '@rolecast/core/adapters/memory/database'
import { describe, expect, it } from 'vitest'
import { createScimWorld, schemas, scimError } from './world.ts'

const clerk = { application: 'shop', role: 'clerk' }
const manager = { application: 'shop', role: 'manager' }

async function world(settings = {}) {
  const made = createScimWorld({ settings })
  const user = await made.makeUser('ada', { roles: [{ value: 'shop/clerk' }] })
  made.time.now += 1_000
  const changed = () => made.database.changes.filter(({ scope }) => scope === 'account').length
  return { ...made, user, url: `/Users/${user.id}`, changed }
}

describe('a write that is answered is in force', () => {
  it('roles are', async () => {
    const { record, patch, url, changed } = await world()
    expect(record('ext-ada')).toMatchObject({ status: 'active', roles: [clerk] })
    await patch(url, [{ op: 'add', path: 'roles', value: [{ value: 'manager', type: 'shop' }] }])
    expect(record('ext-ada')).toMatchObject({ roles: [clerk, manager] })
    expect(changed()).toBe(0)
    await patch(url, [{ op: 'remove', path: 'roles[value eq "shop/clerk"]' }])
    expect(record('ext-ada')).toMatchObject({ roles: [manager] })
    expect(changed()).toBe(1)
  })

  it('entitlements are roles that are held beside', async () => {
    const { record, patch, url } = await world()
    await patch(url, [{ op: 'add', path: 'entitlements', value: [{ value: 'shop/manager' }] }])
    expect(record('ext-ada')).toMatchObject({ roles: [clerk, manager] })
  })

  it('a deactivation is: inactive with its roles, never an empty set of roles', async () => {
    const { record, patch, url, changed } = await world()
    await patch(url, [{ op: 'replace', path: 'active', value: false }])
    expect(record('ext-ada')).toMatchObject({ status: 'inactive', roles: [clerk] })
    expect(changed()).toBe(1)
    await patch(url, [{ op: 'replace', path: 'active', value: true }])
    expect(record('ext-ada')).toMatchObject({ status: 'active', roles: [clerk] })
    await patch(url, [{ op: 'remove', path: 'active' }])
    expect(record('ext-ada')).toMatchObject({ status: 'inactive' })
  })

  it('a deletion is, and whoever gets the name next is somebody else', async () => {
    const { record, remove, url, changed, makeUser } = await world()
    await remove(url)
    expect(record('ext-ada')).toMatchObject({ status: 'inactive', roles: [] })
    expect(changed()).toBe(1)
    await makeUser('ada')
    expect(record('ext-ada')).toMatchObject({ status: 'active', roles: [] })
  })

  it('another account is: the one that the user was is inactive', async () => {
    const { record, patch, url } = await world()
    await patch(url, [{ op: 'replace', path: 'externalId', value: 'ext-new' }])
    expect(record('ext-ada')).toMatchObject({ status: 'inactive' })
    expect(record('ext-new')).toMatchObject({ status: 'active', roles: [clerk] })
  })

  it('what a group gives is, and what it no longer gives', async () => {
    const { record, makeGroup, patch, remove, user, changed } = await world()
    const extension = { [schemas.groupRoles]: { roles: [{ value: 'shop/manager' }] } }
    const group = await makeGroup('Managers', { ...extension, members: [{ value: user.id }] })
    const url = `/Groups/${group.id}`
    expect(record('ext-ada')).toMatchObject({ roles: [clerk, manager] })
    await patch(url, [{ op: 'remove', path: `members[value eq "${user.id}"]` }])
    expect(record('ext-ada')).toMatchObject({ roles: [clerk] })
    await patch(url, [{ op: 'add', path: 'members', value: [{ value: user.id }] }])
    await patch(url, [{ op: 'remove', path: `${schemas.groupRoles}:roles` }])
    expect(record('ext-ada')).toMatchObject({ roles: [clerk] })
    await patch(url, [{ op: 'add', path: `${schemas.groupRoles}:roles`, value: [{ value: 'shop/manager' }] }])
    expect(record('ext-ada')).toMatchObject({ roles: [clerk, manager] })
    await remove(url)
    expect(record('ext-ada')).toMatchObject({ roles: [clerk] })
    expect(changed()).toBe(3)
  })

  it('what the settings give a group by its name is, until it is renamed', async () => {
    const { record, makeGroup, patch, user } = await world({
      groupRoles: [{ displayName: 'Managers', roles: ['shop/manager'] }],
    })
    const group = await makeGroup('Managers', { members: [{ value: user.id }] })
    expect(record('ext-ada')).toMatchObject({ roles: [clerk, manager] })
    await patch(`/Groups/${group.id}`, [{ op: 'replace', value: { id: group.id, displayName: 'Former managers' } }])
    expect(record('ext-ada')).toMatchObject({ roles: [clerk] })
  })

  it('the accounts of a large group are marked with their organization, by one write', async () => {
    const { makeUser, makeGroup, patch, database, requestsOf } = await large()
    const ids: string[] = []
    for (let index = 0; index < 101; index += 1) ids.push((await makeUser(`u${index}`)).id)
    const members = ids.map((value) => ({ value }))
    const group = await makeGroup('All', { [schemas.groupRoles]: { roles: [{ value: 'shop/manager' }] }, members })
    const before = database.organizations.get(nameOf('acme'))
    const { length } = database.requests
    await patch(`/Groups/${group.id}`, [{ op: 'remove', path: schemas.groupRoles }])
    const after = database.organizations.get(nameOf('acme'))
    expect(after?.revision).toBe((before?.revision ?? 0) + 1)
    expect(after?.dirtySince).toBeDefined()
    expect(requestsOf(length)).not.toContain('markDirty')
  })
})

async function large() {
  const made = createScimWorld()
  return { ...made, requestsOf: (from: number) => made.database.requests.slice(from) }
}

describe('what is not in force', () => {
  it('is what a client writes for an organization whose roles come from elsewhere', async () => {
    const { makeUser, record, database } = createScimWorld()
    const stored = database.organizations.get(nameOf('acme'))
    if (stored === undefined) throw new Error('there is no organization')
    const { identityAdmin: _, ...elsewhere } = stored
    database.organizations.set(nameOf('acme'), elsewhere)
    await makeUser('ada', { roles: [{ value: 'shop/clerk' }] })
    expect(record('ext-ada')).toBeUndefined()
  })

  it('is said not to be, so that the client repeats it, and then is', async () => {
    const { dependencies, patch, url, record, identityAdmin } = await world()
    const settling = dependencies.settling as { identityAdmin: Pick<typeof identityAdmin, 'readAccount'> }
    settling.identityAdmin = { readAccount: async () => ({ outcome: 'timeout' }) }
    const operations = [{ op: 'replace', path: 'active', value: false }]
    const answer = await patch(url, operations)
    expect(answer).toMatchObject({
      ...scimError(503),
      headers: { 'retry-after': '1', 'rolecast-code': 'scim_not_settled' },
    })
    // Until then nothing is minted: what was confirmed before the write does not count any more.
    expect(record('ext-ada')?.confirmedAt).toBeLessThanOrEqual(record('ext-ada')?.dirtySince ?? 0)
    settling.identityAdmin = identityAdmin
    expect(await patch(url, operations)).toMatchObject({ status: 200, body: { meta: { version: 'W/"2"' } } })
    expect(record('ext-ada')).toMatchObject({ status: 'inactive' })
  })
})

describe('a role that cannot be read', () => {
  it('gives nothing, and is no reason for full access where no role means everything', async () => {
    const { makeUser, record, identityAdmin } = createScimWorld()
    await makeUser('ada', { roles: [{ value: 'Administrator' }] })
    expect(record('ext-ada')).toMatchObject({ status: 'active', roles: [{ application: 'open', role: 'unreadable' }] })
    await makeUser('bob', { roles: [{ value: 'Administrator' }, { value: 'shop/clerk' }, { value: 'open/user' }] })
    expect(record('ext-bob')?.roles).toEqual([{ application: 'open', role: 'user' }, clerk])
    expect(
      await identityAdmin.readAccount({ organization: 'acme', account: 'ext-bob' }, { deadlineMs: 1_000 }),
    ).toMatchObject({
      unmapped: 1,
    })
  })
})
