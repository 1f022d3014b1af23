import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'

/** What this product keeps: flows, integrations, widgets and the like, each belonging to one organization. */
export interface Document {
  readonly id: string
  readonly [member: string]: unknown
}

export type Kind = 'flow' | 'integration' | 'widget' | 'extract' | 'run' | 'deployment'

/** The product's own table: `pk` the organization, `sk` kind and id. Another organization's documents cannot be named. */
export interface Documents {
  list(organization: string, kind: Kind): Promise<readonly Document[]>
  read(organization: string, kind: Kind, id: string): Promise<Document | undefined>
  write(organization: string, kind: Kind, document: Document): Promise<Document>
  remove(organization: string, kind: Kind, id: string): Promise<boolean>
}

export function dynamoDocuments(table: string): Documents {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 3 }))
  const key = (organization: string, kind: Kind, id: string) => ({ pk: organization, sk: `${kind}#${id}` })
  return {
    async list(organization, kind) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :organization AND begins_with(sk, :kind)',
          ExpressionAttributeValues: { ':organization': organization, ':kind': `${kind}#` },
          Limit: 100,
        }),
      )
      return Items.map(({ document }) => document as Document)
    },
    async read(organization, kind, id) {
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: key(organization, kind, id) }))
      return Item?.['document'] as Document | undefined
    },
    async write(organization, kind, document) {
      const Item = { ...key(organization, kind, document.id), document }
      await client.send(new PutCommand({ TableName: table, Item }))
      return document
    },
    async remove(organization, kind, id) {
      const Key = key(organization, kind, id)
      const { Attributes } = await client.send(new DeleteCommand({ TableName: table, Key, ReturnValues: 'ALL_OLD' }))
      return Attributes !== undefined
    },
  }
}
