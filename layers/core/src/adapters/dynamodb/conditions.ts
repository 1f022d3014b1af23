import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { ItemKey } from './keys.ts'

/** An item as the document client reads and writes it. Unchecked until a schema has parsed it. */
export type Item = Record<string, unknown>

export interface Condition {
  readonly ConditionExpression: string
  readonly ExpressionAttributeNames?: Record<string, string>
  readonly ExpressionAttributeValues?: Record<string, unknown>
}

export type Write =
  | { readonly put: Item; readonly condition?: Condition }
  | { readonly remove: ItemKey; readonly condition?: Condition }
  /** Only the revision of an existing item rises. */
  | { readonly advance: ItemKey; readonly from: number; readonly to: number }
  /** The attribute `count` of this item rises or falls; the others are as given. */
  | { readonly tally: Item & ItemKey; readonly by: number }

/** Nobody else wrote the item since it was read at this revision; 0: it does not exist. */
export function ifRevision(revision: number): Condition {
  if (revision === 0) return { ConditionExpression: 'attribute_not_exists(pk)' }
  return { ConditionExpression: 'revision = :was', ExpressionAttributeValues: { ':was': revision } }
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

export function toTransactItem(table: string, write: Write): TransactItem {
  if ('put' in write) return { Put: { TableName: table, Item: write.put, ...write.condition } }
  if ('remove' in write) return { Delete: { TableName: table, Key: write.remove, ...write.condition } }
  if ('tally' in write) return { Update: { TableName: table, ...tallied(write.tally, write.by) } }
  return {
    Update: {
      TableName: table,
      Key: write.advance,
      UpdateExpression: 'SET revision = :to',
      ConditionExpression: 'revision = :was',
      ExpressionAttributeValues: { ':to': write.to, ':was': write.from },
    },
  }
}

function tallied({ pk, sk, ...rest }: Item & ItemKey, by: number) {
  const attributes = Object.entries(rest)
  return {
    Key: { pk, sk },
    UpdateExpression: `SET ${attributes.map((_, index) => `#a${index} = :a${index}`).join(', ')} ADD #count :by`,
    ExpressionAttributeNames: Object.fromEntries([
      ['#count', 'count'],
      ...attributes.map(([name], index) => [`#a${index}`, name]),
    ]),
    ExpressionAttributeValues: Object.fromEntries([
      [':by', by],
      ...attributes.map(([, value], index) => [`:a${index}`, value]),
    ]),
  }
}
