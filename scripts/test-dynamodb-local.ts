/** Runs the store contracts against AWS's DynamoDB Local; skips, and says why, where that cannot be had. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { DynamoDbLocalUnavailable, startDynamoDbLocal } from '../infra/local/emulators/dynamodb-local.ts'

const root = join(import.meta.dirname, '..')
const contracts = [
  'test/contracts/stores/dynamodb.test',
  'test/contracts/stores/dynamodb-items',
  'test/contracts/stores/dynamodb-connections',
]

async function main(): Promise<number> {
  const database = await startDynamoDbLocal(join(root, '.rolecast', 'cache'))
  console.log(`DynamoDB Local answers at ${database.endpoint}`)
  try {
    const env = { ...process.env, DYNAMODB_ENDPOINT: database.endpoint }
    const child = spawn('vitest', ['run', '--project', 'integration', ...contracts], {
      cwd: root,
      env,
      stdio: 'inherit',
    })
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? 1))
    })
  } finally {
    await database.stop()
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof DynamoDbLocalUnavailable)) throw error
  console.log(`SKIPPED: the store contracts did not run against DynamoDB Local, because ${error.message}.`)
}
