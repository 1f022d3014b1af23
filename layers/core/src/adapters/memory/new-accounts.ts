import type { NewAccounts } from '../../application/sync/ports.ts'
import { applyStatement, applyUnversioned } from '../../domain/assignment/apply-statement.ts'
import type { AccountKey, SourceStatement } from '../../domain/assignment/statement.ts'
import { type MemoryDatabase, nameOfAccount } from './database.ts'

/** New accounts in memory, with the semantics of `DynamoNewAccounts`. */
export class MemoryNewAccounts implements NewAccounts {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async createAccounts(statements: readonly SourceStatement[], confirmedAt: number): Promise<readonly AccountKey[]> {
    await this.#database.request('createAccounts')
    const { accounts } = this.#database
    const there = statements.filter((statement) => accounts.has(nameOfAccount(statement)))
    for (const statement of statements.filter((each) => !there.includes(each))) {
      const { version } = statement
      const { record } =
        version === undefined
          ? applyUnversioned(undefined, { ...statement, version }, { confirmedAt, statedBy: 'page' })
          : applyStatement(undefined, { ...statement, version }, { confirmedAt, statedBy: 'page' })
      accounts.set(nameOfAccount(record), structuredClone(record))
    }
    return there
  }
}
