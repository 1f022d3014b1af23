import { listsIndex } from '@rolecast/core/adapters/dynamodb/keys'
import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as CdkFunction } from 'aws-cdk-lib/aws-lambda'

/** Actions on items and the partition keys they are granted for, `*` at the end. The keys are those of the table's adapter. */
interface ItemAccess {
  readonly actions: readonly string[]
  readonly keys: readonly string[]
  /** The keys are those of this index, not of the table. */
  readonly index?: string
}

/**
 * What each function does with the table, and nothing else. So a fault in the token function, which answers everybody,
 * can neither change the signing keys nor an organization nor a custom role; and the rotation sees no account.
 */
export const tableAccess = {
  token: [
    {
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
      keys: ['account#*', 'organization#*', 'roles#*', 'grant#*', 'changes#*', 'keyring', 'directory#*'],
    },
    { actions: ['dynamodb:PutItem'], keys: ['account#*', 'grant#*', 'changes#*'] },
  ],
  'rotate-keys': [
    { actions: ['dynamodb:GetItem'], keys: ['keyring'] },
    { actions: ['dynamodb:PutItem'], keys: ['keyring', 'changes#*'] },
  ],
  ingest: [
    {
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
      keys: ['account#*', 'organization#*', 'event#*', 'parked#*', 'directory#*'],
    },
    {
      actions: ['dynamodb:PutItem'],
      keys: ['account#*', 'organization#*', 'changes#*', 'event#*', 'parked#*'],
    },
  ],
  reconcile: [
    {
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
      keys: ['account#*', 'organization#*', 'reconcile#*', 'directory#*'],
    },
    { actions: ['dynamodb:Query'], keys: ['reconcile#*', 'directory#*'] },
    { actions: ['dynamodb:Query'], keys: ['accounts#*', 'organizations', 'runs'], index: listsIndex.name },
    { actions: ['dynamodb:PutItem'], keys: ['account#*', 'changes#*', 'reconcile#*'] },
  ],
  project: [
    { actions: ['dynamodb:GetItem'], keys: ['projected#*', 'outbox#*'] },
    { actions: ['dynamodb:Query'], keys: ['outbox#*'] },
    // In one statement: one transaction does all of it, and its keys may be held together against each action.
    {
      actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      keys: ['projected#*', 'members#*', 'counts#*', 'audit#*', 'outbox#*'],
    },
  ],
  scim: [
    {
      actions: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
      keys: ['directory#*', 'account#*', 'organization#*', 'roles#*', 'scim-token#*'],
    },
    { actions: ['dynamodb:PutItem'], keys: ['directory#*', 'account#*', 'organization#*', 'changes#*'] },
    { actions: ['dynamodb:DeleteItem'], keys: ['directory#*'] },
  ],
  hooks: [{ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], keys: ['parked#*'] }],
  'poll-signals': [{ actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], keys: ['parked#*'] }],
} as const satisfies Record<string, readonly ItemAccess[]>

/** Grants a function the items it works on: no scan, no index but one that is named, no table administration. */
export function grantItems(table: ITable, to: CdkFunction, who: keyof typeof tableAccess): void {
  const access: readonly ItemAccess[] = tableAccess[who]
  for (const { actions, keys, index } of access) {
    to.addToRolePolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [index === undefined ? table.tableArn : `${table.tableArn}/index/${index}`],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...keys] } },
      }),
    )
  }
}
