/** What identity providers deliver, from their own payloads to the table, on the whole system of this machine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { people } from '../../infra/local/demo-data.ts'
import { freePorts } from '../../infra/local/ports.ts'
import { workFolder } from '../../infra/local/running.ts'
import { type System, startSystem } from '../../infra/local/system.ts'
import { sample, signWorkos } from '../support/hooks.ts'
import { OrganizationAdmin } from '../tour/people.ts'

const folder = mkdtempSync(join(tmpdir(), 'rolecast-hooks-'))
let system: System
let stores: ReturnType<typeof dynamoStores>
let admin: OrganizationAdmin

beforeAll(async () => {
  const assembly = join(workFolder, 'test-assembly-hooks')
  system = await startSystem({ dataFolder: folder, assembly, ports: await freePorts(), progress: () => {} })
  const { services, names, urls } = system.running
  stores = dynamoStores({ tableName: names.table, endpoint: services.dynamodb })
  admin = new OrganizationAdmin(system.running, 'acme.olga')
  // From here on iX Admin tells nobody what changes: only the hooks do.
  const fault = JSON.stringify({ kind: 'events', style: 'drop' })
  await fetch(`${urls.ixAdmin}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: fault,
  })
}, 240_000)

afterAll(async () => {
  await system?.close()
  rmSync(folder, { recursive: true, force: true })
})

const soon = { timeout: 15_000, interval: 25 }

/** Posts to a connection of acme and returns the status. */
async function post(name: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const { urls } = system.running
  const all = { 'content-type': 'application/json', ...headers }
  return (await fetch(`${urls.hooks}/hooks/${name}`, { method: 'POST', body, headers: all })).status
}

const secretOf = (name: string) => system.running.hookSecrets[name] ?? ''
const bearer = (name: string) => ({ authorization: `Bearer ${secretOf(name)}` })
/** A sample that speaks of this account of acme instead. */
const about = (account: string, source: string, name: string, id: string) =>
  sample(source, name).replaceAll(id, account)

/** Lets the transmitter of security events make one about this account; answers what its receiver answered, if it was pushed. */
async function transmit(account: string, delivery: 'push' | 'poll'): Promise<number> {
  const body = JSON.stringify({ account, event: 'caep/event-type/token-claims-change', delivery })
  const made = await fetch(`${system.running.urls.signals}/events`, { method: 'POST', body })
  expect(made.status).toBe(201)
  const { pushed } = v.parse(v.object({ pushed: v.optional(v.number(), 202) }), await made.json())
  return pushed
}

/** Puts an event as a partner would, on the bus of its name. */
async function putPartnerEvent(source: string, detail: string): Promise<number> {
  const entry = { Source: source, DetailType: 'of a partner', Detail: detail, EventBusName: source }
  const response = await fetch(system.running.services.events, {
    method: 'POST',
    headers: { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' },
    body: JSON.stringify({ Entries: [entry] }),
  })
  return response.status === 200 ? 202 : response.status
}

const deliveries: readonly [string, (account: string) => Promise<number>][] = [
  [
    'Okta',
    (account) => {
      const body = about(account, 'okta', 'event-hook', '00u4vera5AbCdEfGh6i7')
      return post('acme-okta', body, { authorization: secretOf('acme-okta') })
    },
  ],
  [
    'Auth0',
    (account) => {
      const body = about(account, 'auth0', 'member-role-deleted', 'auth0|66f1c2a4b3d5e7f901234567')
      return post('acme-auth0', body.replaceAll('org_Ab12Cd34Ef56Gh78', 'org_acme'), bearer('acme-auth0'))
    },
  ],
  [
    'Keycloak',
    (account) => {
      const body = about(account, 'keycloak', 'realm-role-removed', '6a5b4c3d-0f1e-4d2c-9b8a-7f6e5d4c3b2a')
      return post('acme-keycloak', body, bearer('acme-keycloak'))
    },
  ],
  [
    'Microsoft Graph',
    (account) => {
      const body = about(account, 'graph', 'user-updated', '87d349ed-44d7-43e1-9a83-5f2406dee5bd')
      return post('acme-graph', body.replaceAll('the-client-state', secretOf('acme-graph')))
    },
  ],
  [
    'WorkOS',
    (account) => {
      const id = 'user_01J8Z0VERA0000000000000000'
      const body = about(account, 'workos', 'membership-deleted', id).replaceAll(/org_01J8Z0ACME0+/g, 'org_acme')
      const signature = signWorkos(body, Date.now(), secretOf('acme-workos'))
      return post('acme-workos', body, { 'workos-signature': signature })
    },
  ],
  ['a transmitter of security events that pushes', (account) => transmit(account, 'push')],
  [
    'a transmitter of security events that is polled',
    async (account) => {
      const status = await transmit(account, 'poll')
      await system.runSchedule('Signals/Schedule')
      return status
    },
  ],
  [
    'Okta on EventBridge',
    (account) => {
      const detail = about(account, 'okta', 'membership-removed', '00u4vera5AbCdEfGh6i7')
      return putPartnerEvent('aws.partner/okta.com/acme/rolecast', detail)
    },
  ],
  [
    'Auth0 on EventBridge',
    (account) => {
      const detail = about(account, 'auth0', 'log-roles-removed', 'auth0%7C66f1c2a4b3d5e7f901234567')
      return putPartnerEvent('aws.partner/auth0.com/acme/auth0.logs', detail)
    },
  ],
]

/** Olga is who changes the others. */
const withRoles = people.filter(
  ({ organization, username, roles }) => organization === 'acme' && username !== 'acme.olga' && roles.length > 0,
)

describe.each(deliveries)('a hint of %s', (kind, deliver) => {
  it('about an account makes its source be asked, and what it says is in the table', async () => {
    const person = withRoles[deliveries.findIndex(([name]) => name === kind)]
    if (person === undefined) throw new Error('too few people in acme')
    const record = async () => (await stores.accounts.readAccountAndOrganization(person)).account
    const before = await record()
    expect(await admin.setRoles(person.username, () => [])).toBe(200)
    expect(await record()).toEqual(before)
    const delivered = Date.now()
    expect(await deliver(person.account)).toBe(202)
    await vi.waitFor(async () => expect(await record()).toMatchObject({ version: 2, roles: [] }), soon)
    expect((await record())?.confirmedAt).toBeGreaterThanOrEqual(delivered)
  })
})

describe('a hint about nobody in particular', () => {
  it('makes everything that was confirmed before it doubtful', async () => {
    const at = Date.now()
    const body = sample('graph', 'lifecycle-missed').replaceAll('the-client-state', secretOf('acme-graph'))
    expect(await post('acme-graph', body)).toBe(202)
    const organization = async () => stores.organizations.readOrganization('acme')
    await vi.waitFor(async () => expect((await organization())?.dirtySince).toBeGreaterThanOrEqual(at), soon)
    expect((await stores.organizations.readOrganization('globex'))?.dirtySince).toBeUndefined()
  })
})

describe('a stranger', () => {
  it('changes nothing and is told so', async () => {
    const { dirtySince } = (await stores.organizations.readOrganization('acme')) ?? {}
    expect(await post('acme-okta', sample('okta', 'membership-without-target'), { authorization: 'x' })).toBe(401)
    expect(await post('acme-auth0', sample('auth0', 'log-role-changed'))).toBe(401)
    expect(await post('acme-ssf', 'x.y.z', { 'content-type': 'application/secevent+jwt' })).toBe(400)
    expect(await post('acme-none', '{}')).toBe(404)
    expect((await stores.organizations.readOrganization('acme'))?.dirtySince).toBe(dirtySince)
  })
})

it('what cannot be read is parked for a person', async () => {
  expect(await post('acme-keycloak', '{', bearer('acme-keycloak'))).toBe(400)
  const parked = await stores.parked.listParked({ limit: 5 })
  expect(parked).toMatchObject([{ origin: 'hook', refusal: { code: 'delivery_malformed' } }])
})
