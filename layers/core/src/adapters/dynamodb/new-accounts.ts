import type { NewAccounts } from '../../application/sync/ports.ts'
import { applyStatement, applyUnversioned } from '../../domain/assignment/apply-statement.ts'
import type { AccountKey, AccountRecord, SourceStatement } from '../../domain/assignment/statement.ts'
import { toAccountItem } from './account-item.ts'
import { ifRevision } from './conditions.ts'
import type { DynamoTable } from './table.ts'

/** What one transaction takes: DynamoDB's limit of items, and roles enough to stay far below its 4 MB. */
const most = { accounts: 100, roles: 5_000 }

/** Many accounts in one request, each under the condition that nobody has stored it. */
export class DynamoNewAccounts implements NewAccounts {
  readonly #table: DynamoTable

  constructor({ table }: { readonly table: DynamoTable }) {
    this.#table = table
  }

  async createAccounts(statements: readonly SourceStatement[], confirmedAt: number): Promise<readonly AccountKey[]> {
    const there: AccountKey[] = []
    for (const some of chunks(statements)) {
      let left = some
      while (left.length > 0) {
        const writes = left.map((each) => ({
          put: toAccountItem(newRecord(each, confirmedAt), 1),
          condition: ifRevision(0),
        }))
        const failed = new Set(await this.#table.transact(writes))
        if (failed.size === 0) break
        there.push(...left.filter((_, position) => failed.has(position)))
        left = left.filter((_, position) => !failed.has(position))
      }
    }
    return there
  }
}

function newRecord(statement: SourceStatement, confirmedAt: number): AccountRecord {
  const { version } = statement
  return version === undefined
    ? applyUnversioned(undefined, { ...statement, version }, { confirmedAt, statedBy: 'page' }).record
    : applyStatement(undefined, { ...statement, version }, { confirmedAt, statedBy: 'page' }).record
}

function* chunks(statements: readonly SourceStatement[]): Generator<readonly SourceStatement[]> {
  let chunk: SourceStatement[] = []
  let roles = 0
  for (const statement of statements) {
    if (chunk.length === most.accounts || (chunk.length > 0 && roles + statement.roles.length > most.roles)) {
      yield chunk
      chunk = []
      roles = 0
    }
    chunk.push(statement)
    roles += statement.roles.length
  }
  if (chunk.length > 0) yield chunk
}
