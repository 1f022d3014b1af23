import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { CorruptDataFile } from '../data-file.ts'

/**
 * Looks through an existing data file before the emulator uses it: damage within a page shows only here.
 * @throws CorruptDataFile
 */
export function checkDataFile(file: string): void {
  if (!existsSync(file)) return
  let found: unknown
  try {
    found = withDatabase(file, (database) => database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'])
  } catch (error) {
    found = error instanceof Error ? error.message : 'unreadable'
  }
  if (found !== 'ok') throw new CorruptDataFile(file, 'the DynamoDB emulator', String(found))
}

/**
 * Without this index every write to a table with a stream reads the whole stream again: 1 ms becomes 9 ms after 12,000
 * records. The emulator does not make it itself; it may be made while it runs.
 */
export function quickenStreams(file: string): void {
  const index =
    'CREATE INDEX IF NOT EXISTS zz_stream_seq ON _stream_records(table_name, CAST(sequence_number AS INTEGER))'
  withDatabase(file, (database) => database.exec(index))
}

function withDatabase<T>(file: string, use: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(file, { timeout: 2_000 })
  try {
    return use(database)
  } finally {
    database.close()
  }
}
