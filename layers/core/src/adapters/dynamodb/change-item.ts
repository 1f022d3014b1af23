import * as v from 'valibot'
import { type ChangeEntry, changeRetentionSeconds } from '../../domain/freshness/change-entry.ts'
import type { Item } from './conditions.ts'
import { changeItemKey } from './keys.ts'
import { count, moment, parseItem } from './parse-item.ts'

const base = { kind: v.literal('change'), at: moment }
const revised = { ...base, revision: count }
const changeItem = v.variant('scope', [
  v.object({ ...revised, scope: v.literal('account'), organization: v.string(), account: v.string() }),
  v.object({
    ...base,
    scope: v.literal('confirmation'),
    organization: v.string(),
    account: v.string(),
    confirmedUntil: moment,
  }),
  v.object({
    ...revised,
    scope: v.literal('organization'),
    organization: v.string(),
    application: v.optional(v.string()),
  }),
  v.object({ ...base, scope: v.literal('application'), application: v.string(), issuedFrom: count }),
  v.object({ ...revised, scope: v.literal('key'), kid: v.string() }),
])

export function toChangeItem(entry: ChangeEntry): Item {
  const ttl = Math.ceil(entry.at / 1000) + changeRetentionSeconds
  return { ...changeItemKey(entry), kind: 'change', ...entry, ttl }
}

export function fromChangeItem(item: Item): ChangeEntry {
  const { kind: _, ...entry } = parseItem(changeItem, item, 'change')
  if (entry.scope !== 'organization') return entry
  const { application, ...whole } = entry
  return application === undefined ? whole : { ...whole, application }
}
