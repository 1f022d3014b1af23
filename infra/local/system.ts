import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import * as v from 'valibot'
import { DataFile } from './data-file.ts'
import { customRoles, organizations, people, rolesOnOffer } from './demo-data.ts'
import { oktaHook, oktaOrganization, oktaPeople, oktaUsers } from './demo-okta.ts'
import { admitScimToken, pushScimPeople, scimOrganization, scimPeople } from './demo-scim.ts'
import { asStackSecrets, hookSecretsIn } from './hook-secrets.ts'
import { startOkta } from './identity-admins/okta.ts'
import { startIdentityProvider } from './identity-provider/server.ts'
import { startIxAdmin } from './ix-admin/server.ts'
import { listen } from './listen.ts'
import { makeAssembly } from './local-assembly.ts'
import type { SystemPorts } from './ports.ts'
import { type LocalStack, startLocalStack } from './runner/local-stack.ts'
import { forgetRunning, noteRunning, type Running } from './running.ts'
import { startTransmitter } from './signals/transmitter.ts'

export interface SystemOptions {
  /** Where everything that is kept from start to start lives. */
  readonly dataFolder: string
  /** Where the assembly is made; shared by every data folder. */
  readonly assembly: string
  readonly ports: SystemPorts
  /** Told before each part: what begins, and details of it. */
  readonly progress: (step: string) => void
}

export interface System {
  readonly running: Running
  /** What the template of the identity stack named its table. */
  readonly table: string
  /** Runs what a schedule starts now; by its name or the end of its construct path. */
  runSchedule(name: string): Promise<void>
  close(): Promise<void>
}

const clientSecrets = v.strictObject({
  rolecast: v.string(),
  administration: v.string(),
  okta: v.optional(v.string()),
  scim: v.optional(v.string()),
})

/**
 * The whole system on one machine: identity provider, iX Admin, and the synthesized stacks, with the demo organizations.
 * Nothing is left running when a part cannot start.
 * @throws PortOccupied, CorruptDataFile, EmulatorMissing, AssemblyFailed, LocalError: each says what to do
 */
export async function startSystem({ dataFolder, assembly, ports, progress }: SystemOptions): Promise<System> {
  await using opened = new AsyncDisposableStack()
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  await checkPorts(ports)

  progress('Assembly')
  await makeAssembly(assembly, ports, (text) => progress(`  ${text}`))

  progress('Identity provider')
  const provider = await startIdentityProvider({
    port: ports.identityProvider,
    dataFolder,
    people: [...people, ...oktaPeople, ...scimPeople],
  })
  opened.defer(() => provider.close())

  progress('iX Admin (stand-in)')
  const secrets = await clientSecretsIn(dataFolder)
  const adminClient = { clientId: 'administration', clientSecret: secrets.administration }
  const ixAdmin = await startIxAdmin({
    port: ports.ixAdmin,
    dataFolder,
    people,
    rolesOnOffer,
    clients: [
      { clientId: 'rolecast', clientSecret: secrets.rolecast, scopes: ['statements:read'] },
      { ...adminClient, scopes: ['statements:read', 'people:read', 'roles:write'] },
    ],
  })
  opened.defer(() => ixAdmin.close())

  progress('Okta of one organization (stand-in)')
  const oktaToken = secrets.okta
  const okta = await startOkta({ port: ports.okta, users: oktaUsers, token: oktaToken })
  opened.defer(() => okta.close())

  progress('Transmitter of security events (stand-in)')
  const hookSecrets = await hookSecretsIn(dataFolder)
  const signals = await startTransmitter({
    port: ports.signals,
    audience: 'rolecast',
    pollToken: hookSecrets['acme-poll'] ?? '',
  })
  opened.defer(() => signals.close())

  progress('Stacks: table, keys, functions, APIs')
  const stack = await startLocalStack({
    assembly,
    stage: 'local',
    dataFolder,
    ports: {
      dynamodb: ports.dynamodb,
      kms: ports.kms,
      services: ports.services,
      apis: {
        'rolecast-local-identity': ports.tokenService,
        'rolecast-local-customer-v2-http': ports.httpApi,
        'rolecast-local-customer-v2-rest': ports.restApi,
        'rolecast-local-hooks': ports.hooks,
        'rolecast-local-scim': ports.scim,
      },
    },
    secrets: {
      IdentityAdminSecret: JSON.stringify({
        'ix-admin': { clientSecret: secrets.rolecast },
        'okta-hooli': { token: oktaToken },
      }),
      ...asStackSecrets(hookSecrets),
    },
  })
  opened.defer(() => stack.close())

  progress('Demo organizations')
  const table = coreTable(stack.tables)
  await addDemoData({ endpoint: stack.endpoints.dynamodb, table, issuer: provider.url })

  const scimToken = secrets.scim
  const output = (name: string) => outputNamed(stack.outputs, name)
  ixAdmin.publishTo(async (entry) => {
    await stack.putEvents([{ ...entry, EventBusName: output('BusArn') }])
  })
  const scim = `${output('ScimUrl')}/scim/v2`
  await admitScimToken(dynamoStores({ tableName: table, endpoint: stack.endpoints.dynamodb }).scimTokens, scimToken)
  await pushScimPeople(scim, scimToken)
  signals.pushTo(`${output('HooksUrl')}/hooks/acme-ssf`)
  okta.hookTo(`${output('HooksUrl')}/hooks/${oktaHook}`, hookSecrets[oktaHook] ?? '')
  const running: Running = {
    pid: process.pid,
    urls: {
      tokenService: output('TokenServiceUrl'),
      httpApi: output('HttpUrl'),
      restApi: output('RestUrl'),
      hooks: output('HooksUrl'),
      scim,
      identityProvider: provider.url,
      ixAdmin: ixAdmin.url,
      okta: okta.url,
      signals: signals.url,
    },
    services: { dynamodb: stack.endpoints.dynamodb, events: stack.endpoints.services },
    names: {
      table,
      bus: output('BusArn'),
      eventQueue: output('EventQueueUrl'),
      deadLetterQueue: output('DeadLetterQueueUrl'),
    },
    hookSecrets,
    password: provider.password,
    adminClient,
    oktaToken,
    scimToken,
  }
  noteRunning(dataFolder, running)
  opened.defer(() => forgetRunning(dataFolder))
  const everything = opened.move()
  return {
    running,
    table,
    runSchedule: (name) => stack.runSchedule(name),
    close: () => everything.disposeAsync(),
  }
}

const listeners: Readonly<Record<keyof SystemPorts, string>> = {
  tokenService: 'the token service',
  httpApi: 'the HTTP API of Customer v2',
  restApi: 'the REST API of Customer v2',
  hooks: 'the hooks of identity providers',
  scim: 'the SCIM service',
  identityProvider: 'the identity provider',
  ixAdmin: 'iX Admin (stand-in)',
  okta: 'Okta (stand-in)',
  signals: 'the transmitter of security events (stand-in)',
  dynamodb: 'the DynamoDB emulator',
  kms: 'the KMS emulator',
  services: 'the local services (events, secrets)',
}

/** Says so at once, before anything is built. */
async function checkPorts(ports: SystemPorts): Promise<void> {
  for (const name of Object.keys(listeners) as (keyof SystemPorts)[]) {
    const listening = await listen(createServer(), { what: listeners[name], port: ports[name] })
    await listening.close()
  }
}

async function clientSecretsIn(dataFolder: string): Promise<Record<keyof typeof clientSecrets.entries, string>> {
  const file = new DataFile({ path: join(dataFolder, 'clients.json'), what: 'iX Admin', schema: clientSecrets })
  const kept = await file.read()
  if (kept?.okta !== undefined && kept.scim !== undefined) return { ...kept, okta: kept.okta, scim: kept.scim }
  // A data folder of an earlier version has only some of them.
  const made = {
    rolecast: kept?.rolecast ?? secret(),
    administration: kept?.administration ?? secret(),
    okta: kept?.okta ?? secret(),
    scim: kept?.scim ?? secret(),
  }
  await file.write(made)
  return made
}

function secret(): string {
  return randomBytes(24).toString('base64url')
}

/** An output of any of the stacks, an address: without the slash at its end. */
function outputNamed(outputs: LocalStack['outputs'], name: string): string {
  const value = Object.values(outputs).find((stack) => stack[name] !== undefined)?.[name]
  if (value === undefined) throw new Error(`no stack has an output ${name}`)
  return value.replace(/\/$/, '')
}

/** The one table of Rolecast, beside the product's own. */
function coreTable(tables: readonly string[]): string {
  const table = tables.find((name) => name.includes('data'))
  if (table === undefined) throw new Error(`no table of the data stack among ${tables.join(', ')}`)
  return table
}

/** Adds what is not there yet; what has been changed since the first start stays as it is. */
async function addDemoData(place: { endpoint: string; table: string; issuer: string }): Promise<void> {
  const stores = dynamoStores({ tableName: place.table, endpoint: place.endpoint })
  for (const organization of [
    ...organizations(place.issuer),
    oktaOrganization(place.issuer),
    scimOrganization(place.issuer),
  ]) {
    const { outcome } = await stores.organizations.putOrganization(organization)
    if (outcome === 'conflict') continue
    for (const role of customRoles.filter((each) => each.organization === organization.organization)) {
      await stores.customRoles.putCustomRole(role)
    }
  }
}
