import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { listen } from '../listen.ts'
import { answers } from './answers.ts'

const run = promisify(execFile)

/** The npm package that carries AWS's DynamoDB Local. It is fetched when asked for and never passed on (AWS's licence). */
const carrier = {
  name: 'amplify-dynamodb-simulator',
  version: '2.9.30',
  sha512: 'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==',
}

const startLimitMs = 30_000

/** Why DynamoDB Local cannot be used on this machine. */
export class DynamoDbLocalUnavailable extends Error {
  override readonly name = 'DynamoDbLocalUnavailable'
}

/**
 * Starts AWS's DynamoDB Local, in memory, from a copy in the cache folder, fetched with npm where there is none.
 * @throws DynamoDbLocalUnavailable without Java or without a way to get it
 */
export async function startDynamoDbLocal(cache: string): Promise<{ endpoint: string; stop(): Promise<void> }> {
  await run('java', ['-version']).catch(() => {
    throw new DynamoDbLocalUnavailable('there is no Java on this machine')
  })
  const folder = await fetched(cache)
  const reserved = await listen(createServer(), { what: 'DynamoDB Local', port: 0 })
  await reserved.close()
  const library = `-Djava.library.path=${join(folder, 'DynamoDBLocal_lib')}`
  const options = ['-inMemory', '-sharedDb', '-disableTelemetry', '-port', String(reserved.port)]
  const jar = join(folder, 'DynamoDBLocal.jar')
  // It leaves a file in the folder it runs in.
  const child = spawn('java', [library, '-jar', jar, ...options], { cwd: folder, stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill()
    await ended
  }
  const deadline = Date.now() + startLimitMs
  while (!(await answers(reserved.url))) {
    if (child.exitCode === null && Date.now() < deadline) {
      await wait(100)
      continue
    }
    await stop()
    throw new DynamoDbLocalUnavailable('it was started and does not answer')
  }
  return { endpoint: reserved.url, stop }
}

/** The unpacked emulator. It takes its place in the cache whole or not at all. */
async function fetched(cache: string): Promise<string> {
  const place = join(cache, `dynamodb-local-${carrier.version}`)
  if (existsSync(place)) return place
  await mkdir(cache, { recursive: true })
  const beside = await mkdtemp(join(cache, 'fetching-'))
  try {
    const archive = join(beside, `${carrier.name}-${carrier.version}.tgz`)
    const args = ['pack', `${carrier.name}@${carrier.version}`, '--ignore-scripts', '--pack-destination', beside]
    await run('npm', args).catch((error: unknown) => {
      throw new DynamoDbLocalUnavailable(`npm could not fetch ${carrier.name}@${carrier.version}`, { cause: error })
    })
    const sha512 = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')
    if (sha512 !== carrier.sha512) throw new DynamoDbLocalUnavailable('what npm fetched is not what is expected')
    await run('tar', ['-xzf', archive, '-C', beside, 'package/emulator'])
    await rename(join(beside, 'package', 'emulator'), place)
    return place
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}
