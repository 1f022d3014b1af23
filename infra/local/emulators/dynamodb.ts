import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { listen } from '../listen.ts'
import { answers } from './answers.ts'
import { checkDataFile, quickenStreams } from './dynamodb-file.ts'
import { endOrphan, noteProcess } from './orphan.ts'

/** There is no emulator program for this machine, or it does not run. */
export class EmulatorMissing extends Error {
  override readonly name = 'EmulatorMissing'

  constructor(what: string) {
    super(
      `${what} Run \`npm ci\` on Linux x64, where it comes along, or start a DynamoDB of your own (for example AWS's ` +
        'DynamoDB Local) and set DYNAMODB_ENDPOINT=http://127.0.0.1:8000.',
    )
  }
}

export interface DynamoDbEmulator {
  readonly endpoint: string
  /** Ends the process; what was written is on the disk. A database given by DYNAMODB_ENDPOINT is left alone. */
  stop(): Promise<void>
}

export interface DynamoDbOptions {
  /** Default: a free one. */
  readonly port?: number
  /** Where to keep the data; without it, in memory until `stop`. */
  readonly file?: string
  readonly env?: NodeJS.ProcessEnv
  /** `<platform>-<architecture>` to find the program for; default: this machine. */
  readonly machine?: string
}

const startLimitMs = 5_000
const stopLimitMs = 3_000

/**
 * Starts the embedded DynamoDB emulator on 127.0.0.1 and answers when it does; DYNAMODB_ENDPOINT wins over it.
 * @throws EmulatorMissing, PortOccupied, CorruptDataFile
 */
export async function startDynamoDb(options: DynamoDbOptions = {}): Promise<DynamoDbEmulator> {
  const { port, file, env = process.env, machine = `${process.platform}-${process.arch}` } = options
  const given = env['DYNAMODB_ENDPOINT']
  if (given !== undefined && given !== '') return { endpoint: given, stop: async () => undefined }

  const program = findProgram(machine)
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    await endOrphan(file)
    checkDataFile(file)
    // SQLite gives the files it makes beside a database the mode of the database.
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  }
  const chosen = await reserve(port)
  const args = ['serve', '--host', '127.0.0.1', '--port', String(chosen)]
  if (file !== undefined) args.push('--db-path', file)
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const endWithUs = () => child.kill()
  process.once('exit', endWithUs)
  const stop = async () => {
    process.off('exit', endWithUs)
    child.kill()
    const late = setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
    await ended
    clearTimeout(late)
  }
  const endpoint = `http://127.0.0.1:${chosen}`
  try {
    await untilItAnswers(endpoint, child)
    if (file !== undefined) {
      quickenStreams(file)
      noteProcess(file, child)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { endpoint, stop }
}

function findProgram(machine: string): string {
  try {
    return createRequire(import.meta.url).resolve(`@dynoxide/${machine}/dynoxide`)
  } catch {
    throw new EmulatorMissing(`The embedded DynamoDB emulator is not installed for ${machine}.`)
  }
}

/** The port, known to be free a moment ago. */
async function reserve(port = 0): Promise<number> {
  const listening = await listen(createServer(), { what: 'the DynamoDB emulator', port })
  await listening.close()
  return listening.port
}

async function untilItAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000)
  })
  child.once('error', (error) => {
    said += error.message
  })
  const deadline = Date.now() + startLimitMs
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null || child.pid === undefined) {
      throw new EmulatorMissing(`The embedded DynamoDB emulator ended at once: ${said.trim()}.`)
    }
    if (Date.now() > deadline)
      throw new EmulatorMissing(`The embedded DynamoDB emulator does not answer: ${said.trim()}.`)
    await wait(10)
  }
}
