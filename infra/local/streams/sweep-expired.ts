import { deleteExpired, type TableDefinition } from '../emulators/dynamodb-table.ts'
import type { Log } from '../lambda/log.ts'

/**
 * Deletes what has expired, which the emulator never does.
 *
 * @param everyMs milliseconds between two sweeps. DynamoDB itself promises days.
 * @returns what ends it.
 */
export function sweepExpired({
  endpoint,
  tables,
  log,
  everyMs = 60_000,
}: {
  readonly endpoint: string
  readonly tables: readonly TableDefinition[]
  readonly log: Log
  readonly everyMs?: number
}): () => void {
  const swept = tables.flatMap(({ TableName: table, timeToLiveAttribute: attribute, KeySchema }) => {
    const keys = KeySchema?.map(({ AttributeName }) => AttributeName).join(' ')
    return table === undefined || attribute === undefined || keys !== 'pk sk' ? [] : [{ table, attribute }]
  })
  const sweep = async () => {
    for (const table of swept) await deleteExpired(endpoint, { ...table, now: Date.now() })
  }
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => log('streams', `expired items were not deleted: ${String(error)}`))
  }, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}
