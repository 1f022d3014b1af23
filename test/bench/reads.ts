import { createServer, request } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { catalogs } from '@rolecast/catalogs'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { MemoryIdentityAdmin } from '@rolecast/core/adapters/memory/identity-admin'
import { exchangeToken } from '@rolecast/core/application/exchange-token'
import { startDynamoDb } from '../../infra/local/emulators/dynamodb.ts'
import { createTable, tableDefinition } from '../../infra/local/emulators/dynamodb-table.ts'
import { acme, ada, createWorld, start } from '../support/world.ts'
import { ownClaims } from './authorizer.ts'
import { eventOf, loadAuthorizer } from './deployed-authorizer.ts'
import { makeModel } from './model.ts'
import { makeSetting, signMany } from './setting.ts'

export interface ReadFigures {
  /** Connections that the authorizer opens to allow a request: a read of any kind would need one. */
  readonly allow: number
  /** Read requests to the table to mint a token for an account that holds custom roles, which is the most there is. */
  readonly mint: number
  readonly mintWithoutCustomRoles: number
}

export async function measureReads(): Promise<ReadFigures> {
  const table = await openTable()
  try {
    return {
      allow: await connectionsToAllow(),
      mint: await table.readsToMint(['campaign_manager', 'custom:night-shift']),
      mintWithoutCustomRoles: await table.readsToMint(['campaign_manager']),
    }
  } finally {
    await table.close()
  }
}

async function connectionsToAllow(): Promise<number> {
  const setting = makeSetting()
  const model = makeModel(500)
  const handler = await loadAuthorizer(model, setting, 'authorizer-reads')
  const [token = ''] = await signMany(setting, 1, { claims: ownClaims(model) })
  const connect = Socket.prototype.connect
  let connections = 0
  Socket.prototype.connect = function (this: Socket, ...given: unknown[]) {
    connections++
    return Reflect.apply(connect, this, given)
  }
  try {
    for (let time = 0; time < 2; time++) {
      if (!(await handler(eventOf(token, model.wanted))).isAuthorized) throw new Error('refused')
    }
  } finally {
    Socket.prototype.connect = connect
  }
  return connections
}

/** A table in the embedded emulator behind a proxy that counts what reads. */
async function openTable() {
  const emulator = await startDynamoDb()
  const proxy = await countingProxy(emulator.endpoint)
  await createTable(emulator.endpoint, tableDefinition('bench'))
  const { customRoles, organizations, ...stores } = dynamoStores({ tableName: 'bench', endpoint: proxy.endpoint })
  const settings = { features: [], defaultFull: false }
  await organizations.putOrganization({ ...acme, applications: { infobip: settings }, revision: 0 })
  await customRoles.putCustomRole({
    organization: 'acme',
    application: 'infobip',
    id: 'night-shift',
    title: 'Night shift',
    description: 'Reads conversations',
    grants: ['conversations/view'],
    gates: [],
    revision: 0,
  })
  return {
    async readsToMint(roles: readonly string[]): Promise<number> {
      const version = proxy.reads() + ada.version
      const statement = { ...ada, version, roles: roles.map((role) => ({ application: 'infobip', role })) }
      await stores.accounts.applyStatement(statement, { confirmedAt: start })
      const { dependencies } = createWorld()
      const before = proxy.reads()
      const minted = await exchangeToken(
        {
          ...dependencies,
          ...stores,
          customRoles,
          identityAdmin: new MemoryIdentityAdmin({ statements: [] }),
          catalogs: new Map(Object.entries(catalogs)),
        },
        { subjectToken: 'ada', subjectTokenType: 'access_token', audience: 'infobip' },
      )
      if (!minted.ok) throw new Error(`not minted: ${minted.refusal.code}`)
      return proxy.reads() - before
    },
    async close(): Promise<void> {
      proxy.close()
      await emulator.stop()
    },
  }
}

async function countingProxy(target: string) {
  let reads = 0
  const server = createServer((incoming, outgoing) => {
    const operation = String(incoming.headers['x-amz-target'] ?? '').split('.')[1] ?? ''
    if (/^(Get|BatchGet|TransactGet|Query|Scan)/.test(operation)) reads++
    const onward = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reads: () => reads,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
