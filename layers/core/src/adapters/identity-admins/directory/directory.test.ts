import { describe, expect, it } from 'vitest'
import { type DirectorySettings, defaultSettings } from '../../../application/directory/ports.ts'
import { StoreUnavailable } from '../../../application/ports.ts'
import { groupSchema } from '../../../domain/directory/schema-names.ts'
import type { JsonObject } from '../../../domain/scim/json.ts'
import type { MemoryDirectoryStore } from '../../memory/directory-store.ts'
import { memoryStores } from '../../memory/stores.ts'
import { Directory } from './directory.ts'

const organization = 'acme'

async function world(settings: Partial<DirectorySettings> = {}) {
  const time = { now: 1_000_000 }
  const stores = memoryStores({ clock: () => time.now })
  const { directory } = stores
  await directory.putSettings({ organization, ...defaultSettings, ...settings })
  const admin = new Directory({ ...stores, clock: () => time.now })
  const create = async (kind: 'user' | 'group', id: string, attributes: JsonObject) => {
    const write = await directory.createResource({ organization, kind, id, attributes })
    if (write.outcome !== 'written') throw new Error(write.outcome)
  }
  const join = (group: string, ...add: string[]) => directory.changeMembers({ organization, group, add, remove: [] })
  const read = (account: string) => admin.readAccount({ organization, account }, { deadlineMs: 1_000 })
  return { ...stores, time, admin, create, join, read }
}

const ada = { userName: 'Ada', externalId: 'ext-ada', active: true, roles: [{ value: 'shop/clerk' }] }
const clerk = { application: 'shop', role: 'clerk' }

describe('an account', () => {
  it('is the user whose externalId it is, unless the organization says otherwise', async () => {
    for (const [account, name] of [
      ['externalId', 'ext-ada'],
      ['userName', 'Ada'],
      ['id', 'u1'],
    ] as const) {
      const { create, read } = await world({ account })
      await create('user', 'u1', ada)
      expect(await read(name)).toEqual({
        outcome: 'statement',
        statement: { organization, account: name, status: 'active', roles: [clerk], occurredAt: 1_000_000 },
      })
      expect(await read(name.toUpperCase())).toMatchObject({ outcome: 'not_found' })
      expect(await read('nobody')).toEqual({ outcome: 'not_found' })
    }
  })

  it('is nobody’s in another organization', async () => {
    const { create, admin } = await world()
    await create('user', 'u1', ada)
    const elsewhere = { organization: 'globex', account: 'ext-ada' }
    expect(await admin.readAccount(elsewhere, { deadlineMs: 1_000 })).toEqual({ outcome: 'not_found' })
  })

  it.each([
    ['false', { active: false }],
    ['missing', {}],
    ['a text', { active: 'true' }],
  ])('is inactive where active is %s', async (_, active) => {
    const { create, read } = await world()
    const { active: __, ...rest } = ada
    await create('user', 'u1', { ...rest, ...active })
    expect(await read('ext-ada')).toMatchObject({ statement: { status: 'inactive', roles: [clerk] } })
  })

  it('stays behind as inactive when its user is deleted or becomes another account', async () => {
    for (const account of ['externalId', 'userName', 'id'] as const) {
      const { create, read, directory } = await world({ account })
      await create('user', 'u1', ada)
      await directory.deleteResource(organization, 'user', 'u1', 1)
      const name = account === 'id' ? 'u1' : ada[account]
      expect(await read(name)).toMatchObject({ statement: { account: name, status: 'inactive', roles: [] } })
    }
    const { create, read, directory } = await world()
    await create('user', 'u1', ada)
    const attributes = { ...ada, externalId: 'ext-new' }
    await directory.replaceResource({ organization, kind: 'user', id: 'u1', revision: 1, attributes })
    expect(await read('ext-ada')).toMatchObject({ statement: { status: 'inactive' } })
    expect(await read('ext-new')).toMatchObject({ statement: { status: 'active' } })
  })

  it('holds what its groups give, in their extension and by their name', async () => {
    const { create, join, read, directory } = await world({
      groupRoles: [{ displayName: 'Sales', roles: ['shop/manager', 'open/user'] }],
    })
    await create('user', 'u1', ada)
    await create('group', 'g1', {
      displayName: 'x',
      [groupSchema]: { roles: [{ value: 'closed/user' }, { value: 'user', type: 'open' }] },
    })
    await create('group', 'g2', { displayName: 'Sales' })
    await create('group', 'g3', { displayName: 'sales' })
    for (const group of ['g1', 'g2', 'g3']) await join(group, 'u1')
    expect(await read('ext-ada')).toMatchObject({
      statement: {
        roles: [
          { application: 'closed', role: 'user' },
          { application: 'open', role: 'user' },
          clerk,
          { application: 'shop', role: 'manager' },
        ],
      },
    })
    const [group] = await directory.readResources(organization, 'group', ['g1'])
    await directory.deleteResource(organization, 'group', 'g1', group?.revision ?? 0)
    expect(await read('ext-ada')).toMatchObject({
      statement: { roles: [{ application: 'open', role: 'user' }, clerk, { application: 'shop', role: 'manager' }] },
    })
  })

  it('is never told from two moments: a group that changes while it is read makes it read again', async () => {
    const { create, join, directory, ...stores } = await world()
    await create('user', 'u1', { ...ada, roles: [] })
    const roles = (value: string) => ({ [groupSchema]: { roles: [{ value }] } })
    await create('group', 'g1', { displayName: 'one', ...roles('shop/clerk') })
    await create('group', 'g2', { displayName: 'two' })
    await join('g1', 'u1')
    await join('g2', 'u1')
    let reads = 0
    const readResources: typeof directory.readResources = async (...asked) => {
      const found = await directory.readResources(...asked)
      reads += 1
      // Between the first look at the groups and the second: one role goes, and then another one comes.
      if (reads === 2) {
        const [one] = await directory.readResources(organization, 'group', ['g1'])
        const [two] = await directory.readResources(organization, 'group', ['g2'])
        const change = { organization, kind: 'group' } as const
        await directory.replaceResource({
          ...change,
          id: 'g1',
          attributes: { displayName: 'one' },
          revision: one?.revision ?? 0,
        })
        const after = { displayName: 'two', ...roles('shop/manager') }
        await directory.replaceResource({ ...change, id: 'g2', attributes: after, revision: two?.revision ?? 0 })
      }
      return found
    }
    const admin = new Directory({ ...stores, directory: { ...portOf(directory), readResources }, clock: () => 0 })
    expect(await admin.readAccount({ organization, account: 'ext-ada' }, { deadlineMs: 1_000 })).toMatchObject({
      statement: { roles: [{ application: 'shop', role: 'manager' }] },
    })
  })
})

describe('a walk', () => {
  it('shows every user who is an account once, and leads to its end', async () => {
    const { create, admin, join, directory } = await world()
    for (let index = 0; index < 230; index += 1) {
      const id = `u${String(index).padStart(3, '0')}`
      const externalId = index % 10 === 0 ? {} : { externalId: `ext-${id}` }
      await create('user', id, { userName: id, active: index % 2 === 0, ...externalId })
    }
    await create('group', 'g1', { displayName: 'x', [groupSchema]: { roles: [{ value: 'shop/clerk' }] } })
    await join('g1', 'u002', 'u229')
    await directory.deleteResource(organization, 'user', 'u003', 1)
    const seen = new Map<string, unknown>()
    let cursor: string | undefined
    do {
      const page = await admin.listAccounts(organization, {
        deadlineMs: 1_000,
        ...(cursor === undefined ? {} : { cursor }),
      })
      if (page.outcome !== 'page') throw new Error(page.outcome)
      for (const { account, status, roles } of page.statements) {
        expect(seen.has(account)).toBe(false)
        seen.set(account, { status, roles })
      }
      cursor = page.next
    } while (cursor !== undefined)
    expect(seen.size).toBe(230 - 23 - 1)
    expect(seen.get('ext-u002')).toEqual({ status: 'active', roles: [clerk] })
    expect(seen.get('ext-u001')).toEqual({ status: 'inactive', roles: [] })
    expect(seen.has('ext-u003')).toBe(false)
  })
})

describe('a table that cannot be reached', () => {
  it('is a source that cannot be reached, and damage is not hidden', async () => {
    const { read, admin, database } = await world()
    database.fail(new StoreUnavailable('down'))
    expect(await read('ext-ada')).toEqual({ outcome: 'unavailable', cause: 'network' })
    expect(await admin.listAccounts(organization, { deadlineMs: 1_000 })).toEqual({
      outcome: 'unavailable',
      cause: 'network',
    })
    database.recover()
    database.fail(new TypeError('bug'))
    await expect(read('ext-ada')).rejects.toThrow('bug')
  })

  it('is one that takes too long, when somebody waits no longer', async () => {
    const { directory, ...stores } = await world()
    const readSettings = () => new Promise<never>(() => undefined)
    const admin = new Directory({ ...stores, directory: { ...portOf(directory), readSettings }, clock: () => 0 })
    expect(await admin.readAccount({ organization, account: 'x' }, { deadlineMs: 5 })).toEqual({ outcome: 'timeout' })
  })
})

/** The methods of a store, so that one of them can be another. */
function portOf(directory: MemoryDirectoryStore) {
  return {
    readSettings: directory.readSettings.bind(directory),
    readResources: directory.readResources.bind(directory),
    findOwners: directory.findOwners.bind(directory),
    listResources: directory.listResources.bind(directory),
  }
}
