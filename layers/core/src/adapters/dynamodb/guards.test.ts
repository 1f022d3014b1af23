import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { toCustomRoleItem } from './custom-role-item.ts'
import { toOrganizationItem } from './organization-item.ts'
import { dynamoStores } from './stores.ts'

/**
 * Somebody else writes between the read and the write. An emulator seldom lets that happen at the right moment, so here
 * the read is made to answer what is no longer true, and the transaction to fail as it then would.
 */
const client = mockClient(DynamoDBDocumentClient)
const stores = dynamoStores({ tableName: 'table', clock: () => 0 })
const acme = { organization: 'acme', title: 'Acme', issuer: 'https://a.example', applications: {}, revision: 0 }
const packer = {
  organization: 'acme',
  application: 'shop',
  id: 'packer',
  title: 'Packer',
  description: '',
  grants: [],
  gates: [],
  revision: 0,
}

beforeEach(() => client.reset())
afterAll(() => client.restore())

/** What a transaction ends in when the condition of the write at this position does not hold. */
function refusedAt(position: number): Error {
  const CancellationReasons = [0, 1, 2].map((at) => ({ Code: at === position ? 'ConditionalCheckFailed' : 'None' }))
  const name = 'TransactionCanceledException'
  return Object.assign(new Error(name), { name, $metadata: {}, CancellationReasons })
}

/** The condition and its value of every write of the transactions sent. */
function conditions(): readonly (readonly [string | undefined, unknown])[] {
  return client.commandCalls(TransactWriteCommand).flatMap(({ args }) =>
    (args[0].input.TransactItems ?? []).map(({ Put, Update, Delete }) => {
      const write = Put ?? Update ?? Delete
      return [write?.ConditionExpression, write?.ExpressionAttributeValues?.[':was']] as const
    }),
  )
}

describe('between read and write', () => {
  it('an organization that was changed is a conflict', async () => {
    client.on(GetCommand).resolves({ Item: toOrganizationItem(acme, 4) })
    client.on(TransactWriteCommand).rejects(refusedAt(0))
    expect(await stores.organizations.putOrganization({ ...acme, revision: 4 })).toEqual({ outcome: 'conflict' })
    expect(conditions()).toEqual([['revision = :was', 4]])
  })

  it('an organization that was created is a conflict', async () => {
    client.on(GetCommand).resolves({})
    client.on(TransactWriteCommand).rejects(refusedAt(0))
    expect(await stores.organizations.putOrganization(acme)).toEqual({ outcome: 'conflict' })
    expect(conditions()).toEqual([['attribute_not_exists(pk)', undefined]])
  })

  it('a key ring that was changed is a conflict', async () => {
    client.on(GetCommand).resolves({})
    client.on(TransactWriteCommand).rejects(refusedAt(0))
    expect(await stores.keyRing.writeKeyRing({ revision: 0, keys: [] })).toEqual({ outcome: 'conflict' })
    expect(conditions()).toEqual([['attribute_not_exists(pk)', undefined]])
  })

  it('a custom role that was changed is a conflict, even where its organization was read after that', async () => {
    client.on(BatchGetCommand).resolves({
      Responses: { table: [toCustomRoleItem(packer, 2), toOrganizationItem(acme, 3)] },
    })
    client.on(TransactWriteCommand).rejects(refusedAt(0))
    expect(await stores.customRoles.putCustomRole({ ...packer, revision: 2 })).toEqual({ outcome: 'conflict' })
    expect(await stores.customRoles.deleteCustomRole('acme', 'shop', 'packer', 2)).toEqual({ outcome: 'conflict' })
    const guarded = ['revision = :was', 2]
    const advanced = ['revision = :was', 3]
    expect(conditions()).toEqual([guarded, advanced, guarded, advanced, [undefined, undefined]])
  })

  it('another role of the organization that was changed is no conflict: the change is made on what is there now', async () => {
    client
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { table: [toOrganizationItem(acme, 3)] } })
      .resolvesOnce({ Responses: { table: [toOrganizationItem(acme, 4)] } })
    client.on(TransactWriteCommand).rejectsOnce(refusedAt(1)).resolvesOnce({})
    expect(await stores.customRoles.putCustomRole(packer)).toEqual({ outcome: 'written', revision: 5 })
  })
})
