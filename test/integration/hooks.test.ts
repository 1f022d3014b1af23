/** What identity providers deliver, from their own payloads to the table, on the whole system of this machine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { people } from '../../infra/local/demo-data.ts'
import { secretsFile } from '../../infra/local/identity-provider/secrets.ts'
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
  const assembly = join(workFolder, 'test-assembly')
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

async function pushSet(account: string, claims: object = {}): Promise<number> {
  const { key } = (await secretsFile(folder).read()) ?? {}
  if (key === undefined) throw new Error('the identity provider has no key')
  const { identityProvider } = system.running.urls
  const payload = JSON.parse(sample('ssf', 'token-claims-change'))
  const subject = { format: 'iss_sub', iss: identityProvider, sub: account }
  const all = {
    ...payload,
    iss: identityProvider,
    aud: 'rolecast',
    iat: Math.floor(Date.now() / 1000),
    sub_id: subject,
    ...claims,
  }
  const token = await new SignJWT(all)
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'secevent+jwt' })
    .sign(await importJWK(key))
  return post('acme-ssf', token, { 'content-type': 'application/secevent+jwt' })
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
  ['a transmitter of security events', (account) => pushSet(account)],
]

describe.each(deliveries)('a hint of %s', (kind, deliver) => {
  it('about an account makes its source be asked, and what it says is in the table', async () => {
    const person = people.filter(({ organization, roles }) => organization === 'acme' && roles.length > 0)[
      deliveries.findIndex(([name]) => name === kind)
    ]
    if (person === undefined) throw new Error('too few people in acme')
    const record = async () => (await stores.accounts.readAccountAndOrganization(person)).account
    expect(await deliver(person.account)).toBe(202)
    await vi.waitFor(async () => expect((await record())?.confirmedAt).toBeGreaterThan(0), soon)
    const before = await record()
    expect(await admin.setRoles(person.username, () => [])).toBe(200)
    expect(await record()).toEqual(before)
    const delivered = Date.now()
    expect(await deliver(person.account)).toBe(202)
    await vi.waitFor(async () => expect((await record())?.roles).toEqual([]), soon)
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
    expect(await pushSet('acme-vera', { aud: 'other' })).toBe(400)
    expect(await post('acme-none', '{}')).toBe(404)
    expect((await stores.organizations.readOrganization('acme'))?.dirtySince).toBe(dirtySince)
  })
})

it('what cannot be read is parked for a person', async () => {
  expect(await post('acme-keycloak', '{', bearer('acme-keycloak'))).toBe(400)
  const parked = await stores.parked.listParked({ limit: 5 })
  expect(parked).toMatchObject([{ origin: 'hook', refusal: { code: 'delivery_malformed' } }])
})
