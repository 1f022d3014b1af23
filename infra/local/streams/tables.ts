import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import type { Assembly, Resource } from '../assembly/assembly.ts'
import { isRecord } from '../assembly/template.ts'
import type { TableDefinition } from '../emulators/dynamodb-table.ts'

/**
 * The tables of a stage, as CreateTable takes them. A global table becomes the table that its first replica would be; what
 * concerns only the cloud (encryption, recovery, contributor insights, capacity) is left out.
 */
export function readTables(assembly: Assembly): readonly TableDefinition[] {
  return assembly.resources('AWS::DynamoDB::GlobalTable', 'AWS::DynamoDB::Table').map((resource) => {
    const { ref, properties } = resource
    const timeToLive = properties['TimeToLiveSpecification']
    const attribute = isRecord(timeToLive) && timeToLive['Enabled'] !== false ? timeToLive['AttributeName'] : undefined
    const stream = properties['StreamSpecification']
    return {
      TableName: ref,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: properties['KeySchema'] as CreateTableCommandInput['KeySchema'],
      AttributeDefinitions: properties['AttributeDefinitions'] as CreateTableCommandInput['AttributeDefinitions'],
      ...indexes(resource),
      ...(isRecord(stream)
        ? { StreamSpecification: { StreamEnabled: true, StreamViewType: stream['StreamViewType'] as 'KEYS_ONLY' } }
        : {}),
      ...(typeof attribute === 'string' ? { timeToLiveAttribute: attribute } : {}),
    }
  })
}

function indexes({
  properties,
}: Resource): Pick<CreateTableCommandInput, 'GlobalSecondaryIndexes' | 'LocalSecondaryIndexes'> {
  const plain = (kind: string) =>
    ((properties[kind] ?? []) as readonly Readonly<Record<string, unknown>>[]).map(
      ({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      }),
    )
  const [global, local] = [plain('GlobalSecondaryIndexes'), plain('LocalSecondaryIndexes')]
  return {
    ...(global.length === 0
      ? {}
      : { GlobalSecondaryIndexes: global as CreateTableCommandInput['GlobalSecondaryIndexes'] }),
    ...(local.length === 0 ? {} : { LocalSecondaryIndexes: local as CreateTableCommandInput['LocalSecondaryIndexes'] }),
  }
}
