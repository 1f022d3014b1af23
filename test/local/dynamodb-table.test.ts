import { randomUUID } from 'node:crypto'
import { expect, inject, it } from 'vitest'
import { createTable, OutdatedTable, tableDefinition } from '../../infra/local/emulators/dynamodb-table.ts'

it('keeps a table that is there already', async () => {
  const definition = tableDefinition(`kept-${randomUUID()}`)
  await createTable(inject('dynamoDbEndpoint'), definition)
  await expect(createTable(inject('dynamoDbEndpoint'), definition)).resolves.toBeUndefined()
})

it('says what to do about a table of an earlier version, which lacks an index', async () => {
  const definition = tableDefinition(`outdated-${randomUUID()}`)
  const { GlobalSecondaryIndexes: _, ...earlier } = definition
  const attributes = definition.AttributeDefinitions?.slice(0, 2)
  await createTable(inject('dynamoDbEndpoint'), { ...earlier, AttributeDefinitions: attributes })
  const again = createTable(inject('dynamoDbEndpoint'), definition)
  await expect(again).rejects.toThrow(OutdatedTable)
  await expect(again).rejects.toMatchObject({
    message: expect.stringContaining('no index "lists"; it was left as it is.'),
    next: expect.stringContaining('Remove the data folder'),
  })
})
