/**
 * The keys of every item: nothing else spells `pk` and `sk`. docs/data-model.md lists the access patterns.
 * Identifiers come from outside (a token's subject may be any string), so two different ones never make the same key.
 */
import { createHash } from 'node:crypto'
import type { Followed } from '../../application/sync/projection-ports.ts'
import type { AccountKey } from '../../domain/assignment/statement.ts'
import type { ChangeEntry } from '../../domain/freshness/change-entry.ts'
import type { Receipt, Run } from '../../domain/reconcile/run.ts'

export interface ItemKey {
  readonly pk: string
  readonly sk: string
}

/** Longer identifiers are named by their hash, so that no key exceeds DynamoDB's 2,048 and 1,024 bytes. */
const longestIdentifier = 300

/** Entries of one minute share this many partitions: 500 entries a second each, in transactions. */
export const changeShards = 4
const changeBucketMs = 60_000

/**
 * One identifier within a key. Percent-encoded it holds neither `#`, which separates, nor `=`, which marks a hash.
 * The hash covers UTF-16 code units: also strings that no UTF-8 can express get a name of their own.
 */
function identifier(value: string): string {
  const encoded = value.isWellFormed() ? encodeURIComponent(value) : undefined
  if (encoded !== undefined && encoded.length <= longestIdentifier) return encoded
  return `=${createHash('sha256').update(value, 'utf16le').digest('base64url')}`
}

function joined(kind: string, ...identifiers: readonly string[]): string {
  return [kind, ...identifiers.map(identifier)].join('#')
}

export function accountItemKey({ organization, account }: AccountKey): ItemKey {
  return { pk: joined('account', organization, account), sk: 'assignment' }
}

export function organizationItemKey(organization: string): ItemKey {
  return { pk: joined('organization', organization), sk: 'settings' }
}

export function customRolePartition(organization: string, application: string): string {
  return joined('roles', organization, application)
}

export function customRoleItemKey(organization: string, application: string, id: string): ItemKey {
  return { pk: customRolePartition(organization, application), sk: joined('role', id) }
}

export function eventIdItemKey(source: string, eventId: string): ItemKey {
  return { pk: joined('event', source, eventId), sk: 'noted' }
}

/** Parked events share this many partitions: a storm of them is a storm of writes. */
const parkedShards = 8
const latest = 999_999_999_999_999

export const parkedPartitions: readonly string[] = Array.from({ length: parkedShards }, (_, shard) => `parked#${shard}`)

/** The youngest come first. `id` begins with 15 digits, the time. */
export function parkedItemKey(id: string): ItemKey {
  const shard = createHash('sha256').update(id).digest().readUInt8(0) % parkedShards
  const age = String(latest - Number(id.slice(0, 15))).padStart(15, '0')
  return { pk: parkedPartitions[shard] ?? '', sk: `${age}#${identifier(id)}` }
}

/** How far the views have followed an item. */
export function projectedItemKey(item: Followed): ItemKey {
  return { pk: joined('projected', item.organization, item.kind, ...namesOf(item)), sk: 'state' }
}

/** What names an item within its organization. */
function namesOf(item: Followed): readonly string[] {
  if (item.kind === 'account') return [item.account]
  return item.kind === 'role' ? [item.application, item.id] : []
}

/** The accounts that hold a role. */
export function membersPartition(organization: string, application: string, role: string): string {
  return joined('members', organization, application, role)
}

export function memberItemKey(
  { organization, account }: AccountKey,
  { application, role }: { readonly application: string; readonly role: string },
): ItemKey {
  return { pk: membersPartition(organization, application, role), sk: joined('member', account) }
}

/** The members of one role are counted in this many items, so that those who join at once do not wait for each other. */
const countShards = 8

/** How many accounts hold each role of an application: the sum of its items. */
export function countsPartition(organization: string, application: string): string {
  return joined('counts', organization, application)
}

export function countItemKey(
  { organization, account }: AccountKey,
  { application, role }: { readonly application: string; readonly role: string },
): ItemKey {
  const shard = createHash('sha256').update(account, 'utf16le').digest().readUInt8(0) % countShards
  return { pk: countsPartition(organization, application), sk: `${joined('role', role)}#${shard}` }
}

/** What changed in an organization in a month (UTC, `2026-11`), ascending by time. */
export function auditPartition(organization: string, month: string): string {
  return joined('audit', organization, month)
}

export function auditItemKey(
  item: Followed,
  { at, sequence }: { readonly at: number; readonly sequence: string },
): ItemKey {
  const month = new Date(at).toISOString().slice(0, 7)
  const names = joined(item.kind, ...namesOf(item))
  return {
    pk: auditPartition(item.organization, month),
    sk: `${changeTime(at)}#${sequence.padStart(40, '0')}#${names}`,
  }
}

/** Events on their way out share this many partitions. */
const outboxShards = 4
export const outboxPartitions: readonly string[] = Array.from({ length: outboxShards }, (_, shard) => `outbox#${shard}`)

/** `eventId` begins with 15 digits, the time: the oldest come first. */
export function outboxItemKey(eventId: string): ItemKey {
  const shard = createHash('sha256').update(eventId).digest().readUInt8(0) % outboxShards
  return { pk: outboxPartitions[shard] ?? '', sk: eventId }
}

export function keyRingItemKey(): ItemKey {
  return { pk: 'keyring', sk: 'ring' }
}

export function grantDocumentItemKey(digest: string): ItemKey {
  return { pk: joined('grant', digest), sk: 'document' }
}

/** What an organization decided for its directory. */
export function directorySettingsItemKey(organization: string): ItemKey {
  return { pk: joined('directory', organization), sk: 'settings' }
}

/** All users of an organization, or all groups, in the order of their ids. */
export function directoryPartition(organization: string, kind: 'user' | 'group'): string {
  return joined('directory', organization, `${kind}s`)
}

export function directoryItemKey(organization: string, kind: 'user' | 'group', id: string): ItemKey {
  return { pk: directoryPartition(organization, kind), sk: joined(kind, id) }
}

/** Who has a value of an attribute: `value` as it is compared. */
export function directoryNameItemKey(
  organization: string,
  name: { readonly kind: 'user' | 'group'; readonly attribute: string; readonly value: string },
): ItemKey {
  return { pk: joined('directory', organization, `${name.kind}-${name.attribute}`, name.value), sk: 'owners' }
}

/** Who is in a group. */
export function directoryMembersPartition(organization: string, group: string): string {
  return joined('directory', organization, 'members', group)
}

export function directoryMemberItemKey(organization: string, group: string, user: string): ItemKey {
  return { pk: directoryMembersPartition(organization, group), sk: joined('member', user) }
}

export function scimTokenItemKey(hash: string): ItemKey {
  return { pk: joined('scim-token', hash), sk: 'token' }
}

/** The hashes of an organization's tokens. */
export function scimTokensItemKey(organization: string): ItemKey {
  return { pk: joined('scim-tokens', organization), sk: 'tokens' }
}

/** Everything of an organization's reconciliations that stays: its run, and receipts by the time of their end. */
export function runPartition(organization: string): string {
  return joined('reconcile', organization)
}

export function runItemKey(organization: string): ItemKey {
  return { pk: runPartition(organization), sk: 'run' }
}

export function receiptItemKey(receipt: Pick<Receipt, 'organization' | 'run' | 'finishedAt'>): ItemKey {
  const { organization, run, finishedAt } = receipt
  return { pk: runPartition(organization), sk: joined('receipt', changeTime(finishedAt), run) }
}

/** What one run has found, until it expires. */
export function runPartitionOf({ organization, run }: Pick<Run, 'organization' | 'run'>): string {
  return joined('reconcile', organization, run)
}

/** The pages of one walk, in order. */
export function runPagePrefix(attempt: number): string {
  return `page#${String(attempt).padStart(3, '0')}#`
}

export function walkedPageItemKey(
  run: Pick<Run, 'organization' | 'run'>,
  { attempt, page }: { readonly attempt: number; readonly page: number },
): ItemKey {
  return { pk: runPartitionOf(run), sk: `${runPagePrefix(attempt)}${String(page).padStart(7, '0')}` }
}

export function suspectsItemKey(run: Pick<Run, 'organization' | 'run'>, chunk: number): ItemKey {
  return { pk: runPartitionOf(run), sk: `suspects#${String(chunk).padStart(7, '0')}` }
}

/**
 * The one index: organizations, the accounts of each by bucket, and runs of reconciliation. It shows the few attributes by which
 * one sees where to look; what is confirmed anew without a change writes nothing to it.
 */
export const listsIndex = {
  name: 'lists',
  key: 'lpk',
  attributes: [
    'organization',
    'account',
    'version',
    'digest',
    'standing',
    'assignments',
    'dirtySince',
    'run',
    'state',
    'updatedAt',
    'wakeAt',
    'soundAsOf',
    'hintsUntil',
  ],
} as const

/** Partitions of the index, whose key is `lpk` alone and the table's own behind it. */
export function accountListPartition(organization: string, bucket: number): string {
  return joined('accounts', organization, String(bucket))
}

export function organizationListPartition(): string {
  return 'organizations'
}

export function runListPartition(): string {
  return 'runs'
}

/** Partition by minute and shard, ascending by time within. */
export function changeItemKey(entry: ChangeEntry): ItemKey {
  const subject = subjectOf(entry)
  const shard = createHash('sha256').update(subject).digest().readUInt8(0) % changeShards
  const pk = changePartition(Math.floor(entry.at / changeBucketMs), shard)
  return { pk, sk: `${changeTime(entry.at)}#${subject}#${levelOf(entry)}` }
}

/** Every partition that can hold entries between the two times (epoch milliseconds), the oldest first. */
export function changePartitions(since: number, until: number): readonly string[] {
  const partitions: string[] = []
  for (let bucket = Math.floor(since / changeBucketMs); bucket <= Math.floor(until / changeBucketMs); bucket += 1) {
    for (let shard = 0; shard < changeShards; shard += 1) partitions.push(changePartition(bucket, shard))
  }
  return partitions
}

/** The sort key below which every entry of the partition is older than this time. */
export function changeTime(at: number): string {
  return String(Math.max(0, Math.floor(at))).padStart(15, '0')
}

function changePartition(bucket: number, shard: number): string {
  return `changes#${bucket}#${shard}`
}

function levelOf(entry: ChangeEntry): number {
  if ('revision' in entry) return entry.revision
  return 'confirmedUntil' in entry ? entry.confirmedUntil : entry.issuedFrom
}

function subjectOf(entry: ChangeEntry): string {
  switch (entry.scope) {
    case 'account':
    case 'confirmation':
      return joined(entry.scope, entry.organization, entry.account)
    case 'organization':
      return entry.application === undefined
        ? joined('organization', entry.organization)
        : joined('organization', entry.organization, entry.application)
    case 'application':
      return joined('application', entry.application)
    case 'key':
      return joined('key', entry.kid)
  }
}
