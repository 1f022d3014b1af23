import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { listsIndex } from '@rolecast/core/adapters/dynamodb/keys'

/** What CreateTable takes, and the attribute by which items expire (epoch seconds). */
export type TableDefinition = CreateTableCommandInput & { readonly timeToLiveAttribute?: string }

/** The one table, as infra/stacks/data-stack.ts has it, but for what concerns only the cloud. */
export function tableDefinition(name: string): TableDefinition {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: listsIndex.key, AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: listsIndex.name,
        KeySchema: [{ AttributeName: listsIndex.key, KeyType: 'HASH' }],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...listsIndex.attributes] },
      },
    ],
    timeToLiveAttribute: 'ttl',
  }
}

/** A client for an emulator: any credentials do. */
export function emulatorClient(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
}

/** The data folder has the table as an earlier version made it, without an index that is needed now. */
export class OutdatedTable extends Error {
  override readonly name = 'OutdatedTable'
  readonly next =
    'Remove the data folder (.rolecast/data, or what ROLECAST_DATA_FOLDER names) to begin again with the demo data.'

  constructor(table: string, index: string) {
    super(`The table ${table} was made by an earlier version and has no index "${index}"; it was left as it is.`)
  }
}

/**
 * Creates the table; one that is there already is kept as it is.
 * @throws {OutdatedTable}
 */
export async function createTable(endpoint: string, definition: TableDefinition): Promise<void> {
  const { timeToLiveAttribute, ...input } = definition
  const client = emulatorClient(endpoint)
  try {
    await client.send(new CreateTableCommand(input))
    await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: input.TableName })
    if (timeToLiveAttribute !== undefined) {
      const TimeToLiveSpecification = { AttributeName: timeToLiveAttribute, Enabled: true }
      await client.send(new UpdateTimeToLiveCommand({ TableName: input.TableName, TimeToLiveSpecification }))
    }
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
    const { Table: found } = await client.send(new DescribeTableCommand({ TableName: input.TableName }))
    const indexes = new Set(found?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName))
    const missing = input.GlobalSecondaryIndexes?.find(({ IndexName }) => !indexes.has(IndexName))
    if (missing !== undefined) throw new OutdatedTable(input.TableName ?? '', missing.IndexName ?? '')
  } finally {
    client.destroy()
  }
}

/** The emulator never deletes what has expired, so this does. Answers how many items went. */
export async function deleteExpired(
  endpoint: string,
  { table, attribute, now }: { readonly table: string; readonly attribute: string; readonly now: number },
): Promise<number> {
  const client = DynamoDBDocumentClient.from(emulatorClient(endpoint))
  let deleted = 0
  try {
    const pages = paginateScan(
      { client, pageSize: 25 },
      {
        TableName: table,
        FilterExpression: '#ttl < :now',
        ProjectionExpression: 'pk, sk',
        ExpressionAttributeNames: { '#ttl': attribute },
        ExpressionAttributeValues: { ':now': Math.floor(now / 1000) },
      },
    )
    for await (const { Items } of pages) {
      const requests = (Items ?? []).map((Key) => ({ DeleteRequest: { Key } }))
      if (requests.length > 0) await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }))
      deleted += requests.length
    }
    return deleted
  } finally {
    client.destroy()
  }
}
