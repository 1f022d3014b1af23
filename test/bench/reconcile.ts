import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startDynamoDb } from '../../infra/local/emulators/dynamodb.ts'
import { createTable, tableDefinition } from '../../infra/local/emulators/dynamodb-table.ts'

export interface ReconcileRunFigures {
  readonly accountsPerSecond: number
  readonly seconds: number
  /** Requests to the source: pages, and accounts asked for one by one. */
  readonly sourcePages: number
  readonly sourceReads: number
  /** Writes about accounts. */
  readonly accountWrites: number
  /** Accounts that were not as the source says. */
  readonly drift: number
  /** Requests to the table by name; those that write are for the run itself where `accountWrites` is 0. */
  readonly requests: Readonly<Record<string, number>>
}

export interface ReconcileFigures {
  readonly accounts: number
  /** Resident memory of the process that reconciles: at most, and before its first run. */
  readonly peakMb: number
  readonly beforeMb: number
  /** Nothing is stored, then nothing has changed, then one account in a thousand has. */
  readonly first: ReconcileRunFigures
  readonly second: ReconcileRunFigures
  readonly third: ReconcileRunFigures
}

/** The function has 512 MB; the runtime leaves about this much of it to the heap, and collects garbage accordingly. */
const asInLambda = ['--max-old-space-size=384']

/** Reconciles an organization of so many accounts against the embedded table, in a process of its own. */
export async function measureReconcile(accounts: number): Promise<ReconcileFigures> {
  const emulator = await startDynamoDb()
  try {
    const table = `bench-${randomUUID()}`
    await createTable(emulator.endpoint, tableDefinition(table))
    const child = join(import.meta.dirname, 'reconcile-child.ts')
    const running = promisify(execFile)(process.execPath, [
      ...asInLambda,
      child,
      emulator.endpoint,
      table,
      String(accounts),
    ])
    running.child.stderr?.pipe(process.stderr)
    return JSON.parse((await running).stdout)
  } finally {
    await emulator.stop()
  }
}
