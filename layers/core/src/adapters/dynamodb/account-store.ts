import {
  type AccountStore,
  type ApplyOutcome,
  type Clock,
  type KnownAccount,
  StoreUnavailable,
} from '../../application/ports.ts'
import {
  applyConfirmation,
  applyStatement,
  applyUnversioned,
  type Confirmation,
  markDirty,
  nextMark,
  withdrawConfirmation,
} from '../../domain/assignment/apply-statement.ts'
import type { Organization } from '../../domain/assignment/organization.ts'
import type {
  AccountKey,
  AccountRecord,
  AccountStatement,
  RoleAssignment,
  UnversionedStatement,
} from '../../domain/assignment/statement.ts'
import { accountChanges } from '../../domain/freshness/change-entry.ts'
import { fromAccountItem, type StoredAccount, toAccountItem } from './account-item.ts'
import { toChangeItem } from './change-item.ts'
import { ifRevision } from './conditions.ts'
import { accountItemKey, organizationItemKey } from './keys.ts'
import { fromOrganizationItem } from './organization-item.ts'
import { type DynamoTable, pause } from './table.ts'

/** Writers of one account meet rarely and each round lets one through. */
const rounds = 8

const absent: StoredAccount = { record: undefined, revision: 0 }

export interface AccountStoreOptions {
  readonly table: DynamoTable
  readonly clock: Clock
  /** Whether holding this added role can take something away (a ceiling): then adding it is logged too. */
  readonly mayNarrow?: (added: RoleAssignment) => boolean
}

export class DynamoAccountStore implements AccountStore {
  readonly #table: DynamoTable
  readonly #clock: Clock
  readonly #mayNarrow: (added: RoleAssignment) => boolean
  /** The item revisions of records that callers hold. */
  readonly #revisions = new WeakMap<AccountRecord, number>()

  constructor({ table, clock, mayNarrow }: AccountStoreOptions) {
    this.#table = table
    this.#clock = clock
    this.#mayNarrow = mayNarrow ?? (() => false)
  }

  async readAccountAndOrganization(
    key: AccountKey,
  ): Promise<{ readonly account?: AccountRecord; readonly organization?: Organization }> {
    const accountKey = accountItemKey(key)
    const items = await this.#table.batchGet([accountKey, organizationItemKey(key.organization)])
    const account = items.find(({ pk }) => pk === accountKey.pk)
    const organization = items.find(({ pk }) => pk !== accountKey.pk)
    return {
      ...(account !== undefined && { account: this.#remember(fromAccountItem(key, account)) }),
      ...(organization !== undefined && { organization: fromOrganizationItem(key.organization, organization) }),
    }
  }

  async readAccounts(keys: readonly AccountKey[]): Promise<readonly AccountRecord[]> {
    const asked = new Map(keys.map((key) => [accountItemKey(key).pk, key]))
    const items = await this.#table.batchGet([...asked.values()].map(accountItemKey))
    return items.flatMap((item) => {
      const key = asked.get(String(item['pk']))
      return key === undefined ? [] : [this.#remember(fromAccountItem(key, item))]
    })
  }

  async applyStatement(
    statement: AccountStatement,
    confirmation: Confirmation,
    known?: KnownAccount,
  ): Promise<ApplyOutcome> {
    return this.#change(statement, this.#recall(statement, known), (stored) =>
      applyStatement(stored, statement, confirmation),
    )
  }

  async applyUnversioned(
    statement: UnversionedStatement,
    confirmation: Confirmation,
    fence: KnownAccount,
  ): Promise<ApplyOutcome | { readonly outcome: 'fenced' }> {
    const stored = this.#recall(statement, fence)
    if (stored === undefined) return { outcome: 'fenced' }
    const applied = applyUnversioned(stored.record, statement, confirmation)
    // Written even where it says nothing new: only the condition tells whether the fence still stands.
    return (await this.#write(stored, applied.record)) ? applied : { outcome: 'fenced' }
  }

  async markDirty(key: AccountKey, hintedAt: number): Promise<'marked' | 'absent'> {
    const counted = Math.min(hintedAt, this.#clock())
    const marked = await this.#change(key, undefined, (stored) =>
      stored === undefined
        ? { outcome: 'gone' }
        : { outcome: 'applied', record: markDirty(stored, nextMark(stored, counted)) },
    )
    return marked.outcome === 'gone' ? 'absent' : 'marked'
  }

  async confirmUnchanged(
    key: AccountKey,
    version: number,
    confirmedAt: number,
    known?: KnownAccount,
  ): Promise<ApplyOutcome> {
    return this.#change(key, this.#recall(key, known), (stored) => applyConfirmation(stored, version, confirmedAt))
  }

  async withdrawConfirmation(key: AccountKey, askedAt: number, known?: KnownAccount): Promise<ApplyOutcome> {
    const now = this.#clock()
    return this.#change(key, this.#recall(key, known), (stored) => withdrawConfirmation(stored, askedAt, now))
  }

  /** Reads, decides, and writes only if nobody wrote meanwhile; otherwise again. What is known saves the first read. */
  async #change(
    key: AccountKey,
    known: StoredAccount | undefined,
    decide: (stored: AccountRecord | undefined) => ApplyOutcome,
  ): Promise<ApplyOutcome> {
    for (let round = 0; round < rounds; round += 1) {
      const hint = round === 0 ? known : undefined
      if (round > 0) await pause(round)
      const stored = hint ?? (await this.#read(key))
      const applied = decide(stored.record)
      const settled = applied.outcome !== 'applied' || says(stored.record, applied.record)
      if (settled && hint === undefined) return applied
      if (!settled && (await this.#write(stored, applied.record))) return applied
    }
    throw new StoreUnavailable('other writers of the account were quicker again and again')
  }

  async #read(key: AccountKey): Promise<StoredAccount> {
    const item = await this.#table.get(accountItemKey(key))
    return item === undefined ? absent : fromAccountItem(key, item)
  }

  async #write(stored: StoredAccount, record: AccountRecord): Promise<boolean> {
    const condition = ifRevision(stored.revision)
    const item = toAccountItem(record, stored.revision + 1)
    const changes = accountChanges(stored.record, record, { at: this.#clock(), mayNarrow: this.#mayNarrow })
    if (changes.length === 0) return this.#table.put(item, condition)
    const failed = await this.#table.transact([
      { put: item, condition },
      ...changes.map((entry) => ({ put: toChangeItem(entry) })),
    ])
    return failed.length === 0
  }

  #remember({ record, revision }: StoredAccount & { readonly record: AccountRecord }): AccountRecord {
    this.#revisions.set(record, revision)
    return record
  }

  #recall({ organization, account }: AccountKey, known: KnownAccount | undefined): StoredAccount | undefined {
    if (known === undefined) return undefined
    if (known === 'absent') return absent
    const revision = this.#revisions.get(known)
    if (revision === undefined || known.organization !== organization || known.account !== account) return undefined
    return { record: known, revision }
  }
}

/** Whether the record is stored already, to the last member. */
function says(stored: AccountRecord | undefined, record: AccountRecord): boolean {
  return (
    stored !== undefined &&
    stored.version === record.version &&
    stored.confirmedAt === record.confirmedAt &&
    stored.occurredAt === record.occurredAt &&
    stored.etag === record.etag &&
    stored.dirtySince === record.dirtySince &&
    stored.withdrawnSince === record.withdrawnSince
  )
}
