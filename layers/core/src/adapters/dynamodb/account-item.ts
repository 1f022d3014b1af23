import * as v from 'valibot'
import type { AccountKey, AccountRecord } from '../../domain/assignment/statement.ts'
import type { Item } from './conditions.ts'
import { accountItemKey } from './keys.ts'
import { accountListAttributes } from './listings.ts'
import { count, expectSame, moment, parseItem } from './parse-item.ts'

const accountItem = v.object({
  kind: v.literal('account'),
  organization: v.string(),
  account: v.string(),
  version: count,
  status: v.picklist(['active', 'inactive']),
  roles: v.array(v.object({ application: v.string(), role: v.string() })),
  occurredAt: moment,
  confirmedAt: moment,
  etag: v.exactOptional(v.string()),
  statedBy: v.exactOptional(v.string()),
  dirtySince: v.exactOptional(moment),
  withdrawnSince: v.exactOptional(moment),
  revision: v.pipe(count, v.minValue(1)),
})

/** A record and the revision that guards its item: how often the item was written, 0 where there is none. */
export interface StoredAccount {
  readonly record: AccountRecord | undefined
  readonly revision: number
}

export function toAccountItem(record: AccountRecord, revision: number): Item {
  return { ...accountItemKey(record), kind: 'account', ...record, ...accountListAttributes(record), revision }
}

export function fromAccountItem(key: AccountKey, item: Item): StoredAccount & { readonly record: AccountRecord } {
  const { kind, revision, ...record } = parseItem(accountItem, item, 'account')
  expectSame(kind, {
    organization: [record.organization, key.organization],
    account: [record.account, key.account],
  })
  return { record, revision }
}
