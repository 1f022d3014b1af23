import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function } from 'aws-cdk-lib/aws-lambda'

/** Which items of the table each function may read and write, by the beginning of their partition keys. */
const access = {
  token: { read: ['*'], write: ['*'] },
  'rotate-keys': { read: ['*'], write: ['*'] },
} as const

const reads = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:ConditionCheckItem']
const writes = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem']

/** Grants a function the items it works on, and no others: no scan, no index, no stream, no table administration. */
export function grantItems(table: ITable, to: Function, who: keyof typeof access): void {
  for (const [actions, keys] of [
    [reads, access[who].read],
    [writes, access[who].write],
  ] as const) {
    to.addToRolePolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] } },
      }),
    )
  }
}
