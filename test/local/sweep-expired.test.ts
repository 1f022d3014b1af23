import { randomUUID } from 'node:crypto'
import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb'
import { expect, inject, it, onTestFinished, vi } from 'vitest'
import { createTable, emulatorClient, tableDefinition } from '../../infra/local/emulators/dynamodb-table.ts'
import { sweepExpired } from '../../infra/local/streams/sweep-expired.ts'

const endpoint = inject('dynamoDbEndpoint')
const now = Math.floor(Date.now() / 1000)

/** Three items: expired, not yet, never. @returns the keys that are there. */
async function startSweeping() {
  const tables = [tableDefinition(`swept-${randomUUID()}`)]
  const TableName = tables[0]?.TableName
  for (const table of tables) await createTable(endpoint, table)
  const client = emulatorClient(endpoint)
  for (const [sk, ttl] of [
    ['expired', now - 60],
    ['later', now + 600],
    ['never', undefined],
  ] as const) {
    const Item = { pk: { S: 'a' }, sk: { S: sk }, ...(ttl === undefined ? {} : { ttl: { N: String(ttl) } }) }
    await client.send(new PutItemCommand({ TableName, Item }))
  }
  const lines: string[] = []
  const log = (source: string, line: string) => lines.push(`${source}: ${line}`)
  const stop = sweepExpired({ endpoint, tables, log, everyMs: 20 })
  onTestFinished(() => {
    stop()
    client.destroy()
  })
  const keys = async () => (await client.send(new ScanCommand({ TableName }))).Items?.map(({ sk }) => sk?.S)
  return { keys, lines, stop }
}

it('deletes what has expired, and nothing else', async () => {
  const { keys, lines } = await startSweeping()
  await vi.waitFor(async () => expect(await keys()).toEqual(['later', 'never']), 5_000)
  expect(lines).toEqual([])
})
it('deletes nothing when it is stopped (control)', async () => {
  const { keys, stop } = await startSweeping()
  stop()
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await keys()).toEqual(['expired', 'later', 'never'])
})
it('says so when the table cannot be reached', async () => {
  const lines: string[] = []
  const tables = [tableDefinition('unreachable')]
  const stop = sweepExpired({ endpoint: 'http://127.0.0.1:9', tables, log: (_, line) => lines.push(line), everyMs: 20 })
  onTestFinished(stop)
  await vi.waitFor(() => expect(lines[0]).toContain('expired items were not deleted'), 5_000)
})
