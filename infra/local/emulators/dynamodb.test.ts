import { execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CorruptDataFile } from '../data-file.ts'
import { listen, PortOccupied } from '../listen.ts'
import { type DynamoDbEmulator, EmulatorMissing, startDynamoDb } from './dynamodb.ts'
import { createTable, deleteExpired, emulatorClient, tableDefinition } from './dynamodb-table.ts'
import { DataFolderInUse } from './orphan.ts'

let folder: string
let file: string
let running: DynamoDbEmulator[]
/** Whatever the run is tested against: these tests are about the embedded emulator. */
const env = {}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rolecast-dynamodb-'))
  file = join(folder, 'data', 'table.db')
  running = []
})

afterEach(async () => {
  for (const emulator of running) await emulator.stop()
  await rm(folder, { recursive: true })
})

async function started(options: Parameters<typeof startDynamoDb>[0] = {}): Promise<DynamoDbEmulator> {
  const emulator = await startDynamoDb({ env, ...options })
  running.push(emulator)
  return emulator
}

const key = { pk: 'one', sk: 's' }

async function putOne(endpoint: string, more: object = {}): Promise<void> {
  const client = DynamoDBDocumentClient.from(emulatorClient(endpoint))
  await client.send(new PutCommand({ TableName: 'table', Item: { ...key, ...more } }))
  client.destroy()
}

async function getOne(endpoint: string): Promise<unknown> {
  const client = DynamoDBDocumentClient.from(emulatorClient(endpoint))
  const { Item } = await client.send(new GetCommand({ TableName: 'table', Key: key }))
  client.destroy()
  return Item
}

describe('the DynamoDB emulator', () => {
  it('keeps its data across runs, readable by its owner only', async () => {
    const first = await started({ file })
    await createTable(first.endpoint, tableDefinition('table'))
    await putOne(first.endpoint)
    await first.stop()

    const second = await started({ file })
    await createTable(second.endpoint, tableDefinition('table'))
    expect(await getOne(second.endpoint)).toEqual(key)
    for (const each of [file, `${file}-wal`, `${file}-shm`]) {
      expect((await stat(each)).mode & 0o777, each).toBe(0o600)
    }
  })

  it('begins empty without a file', async () => {
    const emulator = await started()
    await createTable(emulator.endpoint, tableDefinition('table'))
    expect(await getOne(emulator.endpoint)).toBeUndefined()
  })

  it('has the index that keeps writes to a streamed table quick', async () => {
    await started({ file })
    const database = new DatabaseSync(file, { readOnly: true })
    const index = database.prepare("SELECT tbl_name FROM sqlite_master WHERE name = 'zz_stream_seq'").get()
    database.close()
    expect(index).toEqual({ tbl_name: '_stream_records' })
  })

  it('deletes what has expired when told to', async () => {
    const { endpoint } = await started()
    await createTable(endpoint, tableDefinition('table'))
    await putOne(endpoint, { ttl: 100 })
    expect(await deleteExpired(endpoint, { table: 'table', attribute: 'ttl', now: 100_000 })).toBe(0)
    expect(await deleteExpired(endpoint, { table: 'table', attribute: 'ttl', now: 101_000 })).toBe(1)
    expect(await getOne(endpoint)).toBeUndefined()
  })

  it('is not started where another DynamoDB is named', async () => {
    const env = { DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' }
    const emulator = await startDynamoDb({ env, machine: 'none' })
    expect(emulator.endpoint).toBe('http://127.0.0.1:8000')
    await emulator.stop()
  })

  it('says what to do where it does not exist for the machine', async () => {
    const failure = await startDynamoDb({ env, machine: 'plan9-mips' }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(EmulatorMissing)
    expect(String(failure)).toMatch(/plan9-mips.*DYNAMODB_ENDPOINT=/)
  })

  it('says which port is occupied', async () => {
    const other = await listen(createServer(), { what: 'another program', port: 0 })
    const failure = await startDynamoDb({ env, port: other.port }).catch((error: unknown) => error)
    await other.close()
    expect(failure).toBeInstanceOf(PortOccupied)
    expect(String(failure)).toContain(String(other.port))
  })

  it.each([
    ['no database at all', () => Buffer.from('not a database '.repeat(500))],
    ['a page overwritten', (whole: Buffer) => Buffer.from(whole).fill(0x5a, 4_096, 8_192)],
    ['a part cut off', (whole: Buffer) => whole.subarray(0, 9_000)],
  ])('refuses a damaged data file and leaves it alone: %s', async (_, damage) => {
    const first = await started({ file })
    await createTable(first.endpoint, tableDefinition('table'))
    await first.stop()
    const damaged = damage(await readFile(file))
    await writeFile(file, damaged)

    const failure = await startDynamoDb({ env, file }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(CorruptDataFile)
    expect(String(failure)).toContain(join(folder, 'data'))
    expect((await readFile(file)).equals(damaged)).toBe(true)
  })

  it('does not share its data with another run', async () => {
    await started({ file })
    await expect(startDynamoDb({ env, file })).rejects.toThrow(DataFolderInUse)
  })

  it('ends what a killed run left behind, and finds its data', async () => {
    const module = new URL('dynamodb.ts', import.meta.url).href
    const script = `const { startDynamoDb } = await import('${module}')
      const { endpoint } = await startDynamoDb({ env: {}, file: process.argv[1] })
      console.log(endpoint)
      setInterval(() => {}, 1000)`
    const run = spawn(process.execPath, ['--input-type=module', '-e', script, file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const endpoint = await new Promise<string>((resolve, reject) => {
      run.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
      run.once('exit', () => reject(new Error('the run ended')))
    })
    await createTable(endpoint, tableDefinition('table'))
    await putOne(endpoint)
    run.removeAllListeners('exit')
    run.kill('SIGKILL')
    await new Promise((resolve) => run.once('close', resolve))
    const [orphan] = (await readFile(`${file}.pid`, 'utf8')).split(' ')
    await promisify(execFile)('kill', ['-0', String(orphan)])

    const next = await started({ file })
    expect(await getOne(next.endpoint)).toEqual(key)
    await expect(promisify(execFile)('kill', ['-0', String(orphan)])).rejects.toThrow()
  })
})
