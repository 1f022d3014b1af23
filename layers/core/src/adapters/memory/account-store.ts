import type { AccountStore, ApplyOutcome, KnownAccount } from '../../application/ports.ts'
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
import { type MemoryDatabase, nameOf, nameOfAccount } from './database.ts'

/** Accounts in memory, with the semantics of `DynamoAccountStore`. */
export class MemoryAccountStore implements AccountStore {
  readonly #database: MemoryDatabase
  readonly #mayNarrow: (added: RoleAssignment) => boolean
  /** Of which stored object a caller holds a copy: every write stores another one. */
  readonly #copies = new WeakMap<AccountRecord, AccountRecord>()

  constructor(database: MemoryDatabase, options: { readonly mayNarrow?: (added: RoleAssignment) => boolean } = {}) {
    this.#database = database
    this.#mayNarrow = options.mayNarrow ?? (() => false)
  }

  async readAccountAndOrganization(
    key: AccountKey,
  ): Promise<{ readonly account?: AccountRecord; readonly organization?: Organization }> {
    await this.#database.request('readAccountAndOrganization')
    const account = this.#database.accounts.get(nameOfAccount(key))
    const organization = this.#database.organizations.get(nameOf(key.organization))
    return {
      ...(account !== undefined && { account: this.#copy(account) }),
      ...(organization !== undefined && { organization: structuredClone(organization) }),
    }
  }

  async readAccounts(keys: readonly AccountKey[]): Promise<readonly AccountRecord[]> {
    await this.#database.request('readAccounts')
    return [...new Set(keys.map(nameOfAccount))].flatMap((name) => {
      const stored = this.#database.accounts.get(name)
      return stored === undefined ? [] : [this.#copy(stored)]
    })
  }

  async applyStatement(statement: AccountStatement, confirmation: Confirmation): Promise<ApplyOutcome> {
    await this.#database.request('applyStatement')
    const stored = this.#database.accounts.get(nameOfAccount(statement))
    return this.#settle(stored, applyStatement(stored, statement, confirmation))
  }

  async applyUnversioned(
    statement: UnversionedStatement,
    confirmation: Confirmation,
    fence: KnownAccount,
  ): Promise<ApplyOutcome | { readonly outcome: 'fenced' }> {
    await this.#database.request('applyUnversioned')
    const stored = this.#database.accounts.get(nameOfAccount(statement))
    const untouched =
      fence === 'absent' ? stored === undefined : stored !== undefined && this.#copies.get(fence) === stored
    return untouched ? this.#settle(stored, applyUnversioned(stored, statement, confirmation)) : { outcome: 'fenced' }
  }

  async markDirty(key: AccountKey, hintedAt: number): Promise<'marked' | 'absent'> {
    await this.#database.request('markDirty')
    const stored = this.#database.accounts.get(nameOfAccount(key))
    if (stored === undefined) return 'absent'
    const counted = Math.min(hintedAt, this.#database.clock())
    const marked = markDirty(stored, nextMark(stored, counted))
    this.#database.accounts.set(nameOfAccount(key), marked)
    this.#log(stored, marked)
    return 'marked'
  }

  async confirmUnchanged(key: AccountKey, version: number, confirmedAt: number): Promise<ApplyOutcome> {
    await this.#database.request('confirmUnchanged')
    const stored = this.#database.accounts.get(nameOfAccount(key))
    return this.#settle(stored, applyConfirmation(stored, version, confirmedAt))
  }

  async withdrawConfirmation(key: AccountKey, askedAt: number): Promise<ApplyOutcome> {
    await this.#database.request('withdrawConfirmation')
    const stored = this.#database.accounts.get(nameOfAccount(key))
    return this.#settle(stored, withdrawConfirmation(stored, askedAt, this.#database.clock()))
  }

  #settle(stored: AccountRecord | undefined, applied: ApplyOutcome): ApplyOutcome {
    if (applied.outcome === 'applied') {
      const { record } = applied
      this.#database.accounts.set(nameOfAccount(record), structuredClone(record))
      this.#log(stored, record)
    }
    return structuredClone(applied)
  }

  #log(stored: AccountRecord | undefined, record: AccountRecord): void {
    const changes = accountChanges(stored, record, { at: this.#database.clock(), mayNarrow: this.#mayNarrow })
    this.#database.changes.push(...changes)
  }

  #copy(stored: AccountRecord): AccountRecord {
    const copy = structuredClone(stored)
    this.#copies.set(copy, stored)
    return copy
  }
}
