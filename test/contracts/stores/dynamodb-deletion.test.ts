import { randomUUID } from 'node:crypto'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { Directory } from '@rolecast/core/adapters/identity-admins/directory/directory'
import { StoreUnavailable } from '@rolecast/core/application/ports'
import { groupSchema } from '@rolecast/core/domain/directory/schema-names'
import { describe, expect, inject, it } from 'vitest'
import { createTable, tableDefinition } from '../../../infra/local/emulators/dynamodb-table.ts'

const acme = 'acme'
const clock = () => 4_000_000_050_000
const key = { organization: acme, account: 'ada' }

/** A store whose next requests are counted, and of which this one is not answered. */
async function store() {
  const tableName = `deletion-${randomUUID()}`
  const endpoint = inject('dynamoDbEndpoint')
  await createTable(endpoint, tableDefinition(tableName))
  const state = { left: Number.POSITIVE_INFINITY }
  const onRequest = () => {
    state.left -= 1
    if (state.left === 0) throw new StoreUnavailable('cut off')
  }
  return { ...dynamoStores({ tableName, endpoint, onRequest, clock }), state }
}

/** An active user whose roles are those of two groups. */
async function createAda(stores: Awaited<ReturnType<typeof store>>, id: string): Promise<number> {
  const { directory } = stores
  const attributes = { userName: 'ada', externalId: 'ada', active: true }
  await directory.createResource({ organization: acme, kind: 'user', id, attributes })
  for (const group of ['clerks', 'managers']) {
    const roles = { [groupSchema]: { roles: [{ value: `shop/${group}` }] } }
    const resource = { organization: acme, kind: 'group', id: `${group}-${id}` } as const
    await directory.createResource({ ...resource, attributes: { displayName: group, ...roles } })
    await directory.changeMembers({ organization: acme, group: resource.id, add: [id], remove: [] })
  }
  const [user] = await directory.readResources(acme, 'user', [id])
  return user?.revision ?? 0
}

describe('the deletion of a user in several transactions', () => {
  it('never leaves somebody active without the roles of groups: that may mean everything', async () => {
    const stores = await store()
    const { directory, state } = stores
    const source = new Directory({ ...stores, clock })
    const seen = new Set<string>()
    let ended = false
    for (let cut = 1; !ended; cut += 1) {
      const id = `u${cut}`
      const revision = await createAda(stores, id)
      state.left = cut
      ended = await directory.deleteResource(acme, 'user', id, revision).then(
        ({ outcome }) => outcome === 'written',
        () => false,
      )
      state.left = Number.POSITIVE_INFINITY
      const read = await source.readAccount(key, { deadlineMs: 10_000 })
      if (read.outcome !== 'statement') throw new Error(read.outcome)
      const { status, roles } = read.statement
      seen.add(status === 'active' ? `active ${roles.length}` : status)
      // Whoever repeats the request ends it.
      const [left] = await directory.readResources(acme, 'user', [id])
      if (left?.deleted === false) {
        expect(await directory.deleteResource(acme, 'user', id, left.revision)).toMatchObject({ outcome: 'written' })
      }
      expect(await source.readAccount(key, { deadlineMs: 10_000 })).toMatchObject({ statement: { status: 'inactive' } })
      expect(await directory.listMembers(acme, `clerks-${id}`)).toEqual([])
    }
    expect([...seen].sort()).toEqual(['active 2', 'inactive'])
  })
})
