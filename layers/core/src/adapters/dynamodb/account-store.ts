import { type AccountStore, type ApplyOutcome, type Clock, StoreUnavailable } from '../../application/ports.ts'
import { applyConfirmation, applyStatement, removesAnything } from '../../domain/assignment/apply-statement.ts'
import type { Organization } from '../../domain/assignment/organization.ts'
import type { AccountKey, AccountRecord, AccountStatement, RoleAssignment } from '../../domain/assignment/statement.ts'
import { fromAccountItem, type StoredAccount, toAccountItem } from './account-item.ts'
import { toChangeItem } from './change-item.ts'
import { ifRevision } from './conditions.ts'
import { accountItemKey, organizationItemKey } from './keys.ts'
import { fromOrganizationItem } from './organization-item.ts'
import { type DynamoTable, pause } from './table.ts'

/** Writers of one account meet rarely and each round lets one through. */
const rounds = 8

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
      ...(account !== undefined && { account: fromAccountItem(key, account).record }),
      ...(organization !== undefined && { organization: fromOrganizationItem(key.organization, organization) }),
    }
  }

  async applyStatement(
    statement: AccountStatement,
    confirmation: { readonly confirmedAt: number; readonly etag?: string },
  ): Promise<ApplyOutcome> {
    return this.#change(statement, (stored) => applyStatement(stored, statement, confirmation))
  }

  async confirmUnchanged(key: AccountKey, version: number, confirmedAt: number): Promise<ApplyOutcome> {
    return this.#change(key, (stored) => applyConfirmation(stored, version, confirmedAt))
  }

  /** Reads, decides, and writes only if nobody wrote meanwhile; otherwise again. */
  async #change(key: AccountKey, decide: (stored: AccountRecord | undefined) => ApplyOutcome): Promise<ApplyOutcome> {
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await pause(round)
      const item = await this.#table.get(accountItemKey(key))
      const stored = item === undefined ? undefined : fromAccountItem(key, item)
      const applied = decide(stored?.record)
      if (applied.outcome !== 'applied' || says(stored?.record, applied.record)) return applied
      if (await this.#write(stored, applied.record)) return applied
    }
    throw new StoreUnavailable('other writers of the account were quicker again and again')
  }

  async #write(stored: StoredAccount | undefined, record: AccountRecord): Promise<boolean> {
    const was = stored?.revision ?? 0
    const item = toAccountItem(record, was + 1)
    if (!removesAnything(stored?.record, record, this.#mayNarrow)) return this.#table.put(item, ifRevision(was))
    const { organization, account, version } = record
    const entry = { scope: 'account', organization, account, revision: version, at: this.#clock() } as const
    const failed = await this.#table.transact([{ put: item, condition: ifRevision(was) }, { put: toChangeItem(entry) }])
    return failed.length === 0
  }
}

/** Whether the record is stored already, to the last member. */
function says(stored: AccountRecord | undefined, record: AccountRecord): boolean {
  return (
    stored !== undefined &&
    stored.version === record.version &&
    stored.confirmedAt === record.confirmedAt &&
    stored.occurredAt === record.occurredAt &&
    stored.etag === record.etag
  )
}
