import type { AccountStore, ApplyOutcome } from '../../application/ports.ts'
import {
  applyConfirmation,
  applyStatement,
  removesAnything,
  withdrawConfirmation,
} from '../../domain/assignment/apply-statement.ts'
import type { Organization } from '../../domain/assignment/organization.ts'
import type { AccountKey, AccountRecord, AccountStatement, RoleAssignment } from '../../domain/assignment/statement.ts'
import { type MemoryDatabase, nameOf, nameOfAccount } from './database.ts'

/** Accounts in memory, with the semantics of `DynamoAccountStore`. */
export class MemoryAccountStore implements AccountStore {
  readonly #database: MemoryDatabase
  readonly #mayNarrow: (added: RoleAssignment) => boolean

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
    return structuredClone({
      ...(account !== undefined && { account }),
      ...(organization !== undefined && { organization }),
    })
  }

  async applyStatement(
    statement: AccountStatement,
    confirmation: { readonly confirmedAt: number; readonly etag?: string },
  ): Promise<ApplyOutcome> {
    await this.#database.request('applyStatement')
    const stored = this.#database.accounts.get(nameOfAccount(statement))
    return this.#settle(stored, applyStatement(stored, statement, confirmation))
  }

  async confirmUnchanged(key: AccountKey, version: number, confirmedAt: number): Promise<ApplyOutcome> {
    await this.#database.request('confirmUnchanged')
    const stored = this.#database.accounts.get(nameOfAccount(key))
    return this.#settle(stored, applyConfirmation(stored, version, confirmedAt))
  }

  async withdrawConfirmation(key: AccountKey, askedAt: number): Promise<ApplyOutcome> {
    await this.#database.request('withdrawConfirmation')
    const stored = this.#database.accounts.get(nameOfAccount(key))
    return this.#settle(stored, withdrawConfirmation(stored, askedAt))
  }

  #settle(stored: AccountRecord | undefined, applied: ApplyOutcome): ApplyOutcome {
    if (applied.outcome === 'applied') {
      const { record } = applied
      this.#database.accounts.set(nameOfAccount(record), structuredClone(record))
      if (removesAnything(stored, record, this.#mayNarrow)) {
        const { organization, account, version } = record
        const at = this.#database.clock()
        this.#database.changes.push({ scope: 'account', organization, account, revision: version, at })
      }
    }
    return structuredClone(applied)
  }
}
