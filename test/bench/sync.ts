import { EventBridgeReader } from '@rolecast/core/adapters/bus/event-bridge-reader'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { MemoryIdentityAdmin } from '@rolecast/core/adapters/memory/identity-admin'
import { PullQueue } from '@rolecast/core/application/pull-queue'
import { type TakeEventDependencies, takeEvent } from '@rolecast/core/application/sync/take-event'
import { startDynamoDb } from '../../infra/local/emulators/dynamodb.ts'
import { createTable, tableDefinition } from '../../infra/local/emulators/dynamodb-table.ts'
import type { ReconcileFigures } from './reconcile.ts'

export interface SyncFigures {
  /** Events `Account Stated`, from the text in the queue to the record in the embedded table, ten at a time. */
  readonly statements: {
    readonly count: number
    readonly appliedPerSecond: number
    /** The same events once more: nothing changes. */
    readonly repeatedPerSecond: number
    /** Requests to the table for one event that is applied. */
    readonly requestsEach: number
  }
  readonly reconcile: ReconcileFigures
}

/** Messages of one batch of the ingest function. */
const atOnce = 10

export async function measureStatements(accounts = 500, versions = 4): Promise<SyncFigures['statements']> {
  const emulator = await startDynamoDb()
  try {
    await createTable(emulator.endpoint, tableDefinition('bench'))
    let requests = 0
    const stores = dynamoStores({
      tableName: 'bench',
      endpoint: emulator.endpoint,
      onRequest: () => {
        requests += 1
      },
    })
    const settings = { customers: { features: [], defaultFull: false } }
    await stores.organizations.putOrganization({
      organization: 'acme',
      title: 'Acme',
      issuer: 'https://login.example',
      applications: settings,
      revision: 0,
    })
    const dependencies: TakeEventDependencies = {
      ...stores,
      identityAdmin: new MemoryIdentityAdmin(),
      pullDeadlineMs: 1_000,
      settling: new PullQueue(Date.now),
      clock: Date.now,
      reader: new EventBridgeReader(),
      sources: new Map([['ix', { source: 'ix', tells: 'stated', identityAdmin: 'ix-admin', isDefault: true }]]),
    }
    const messages = Array.from({ length: accounts * versions }, (_, index) =>
      message(`account-${index % accounts}`, Math.floor(index / accounts) + 1),
    )
    requests = 0
    const appliedPerSecond = await rate(messages, dependencies, 'applied')
    const requestsEach = requests / messages.length
    const repeatedPerSecond = await rate(messages.slice(-accounts), dependencies, 'confirmed')
    return { count: messages.length, appliedPerSecond, repeatedPerSecond, requestsEach }
  } finally {
    await emulator.stop()
  }
}

/** Messages taken per second; every one must end as expected. */
async function rate(
  messages: readonly string[],
  dependencies: TakeEventDependencies,
  expected: string,
): Promise<number> {
  const started = performance.now()
  for (let at = 0; at < messages.length; at += atOnce) {
    const batch = messages.slice(at, at + atOnce).map(async (raw, index) => {
      const delivery = { messageId: `${at + index}`, raw, receivedAt: Date.now(), last: false }
      const { outcome } = await takeEvent(dependencies, delivery)
      if (outcome !== expected) throw new Error(`${outcome} instead of ${expected}`)
    })
    await Promise.all(batch)
  }
  return Math.round((messages.length / (performance.now() - started)) * 1_000)
}

/** Every second version has a role less, so that half of them write a change-log entry, too. */
function message(account: string, version: number): string {
  const names = version % 2 === 0 ? ['viewer'] : ['viewer', 'editor', 'publisher']
  const roles = names.map((role) => ({ application: 'customers', role }))
  const occurredAt = Date.now()
  const about = { organization: 'acme', account, version, status: 'active', roles, occurredAt }
  return JSON.stringify({
    version: '0',
    id: `${account}-${version}`,
    'detail-type': 'Account Stated',
    source: 'ix',
    account: '111111111111',
    time: '2026-01-01T00:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: { eventId: `${account}-${version}`, ...about },
  })
}
