import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { people, rolesOnOffer } from '../../../infra/local/demo-data.ts'
import { ChangeRefused, changeRoles } from '../../../infra/local/ix-admin/administrator.ts'
import type { Client } from '../../../infra/local/ix-admin/clients.ts'
import { type IxAdminOptions, type LocalIxAdmin, startIxAdmin } from '../../../infra/local/ix-admin/server.ts'
import { ConformingFetch } from './conforming-fetch.ts'

const READER: Client = { clientId: 'rolecast', clientSecret: 'reader secret', scopes: ['statements:read'] }
const ADMIN: Client = {
  clientId: 'tour',
  clientSecret: 'admin secret',
  scopes: ['statements:read', 'people:read', 'roles:write'],
}
const VERA = '/v1/organizations/acme/accounts/acme-vera'
const PUBLISHER = { application: 'customer-v2', role: 'flow_publisher' }

const contract = new ConformingFetch()
const time = { now: 1_800_000_000_000 }
let dataFolder: string
let server: LocalIxAdmin

function options(more: Partial<IxAdminOptions> = {}): IxAdminOptions {
  return { port: 0, dataFolder, clients: [READER, ADMIN], people, rolesOnOffer, clock: () => time.now, ...more }
}

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'rolecast-ix-admin-'))
})
beforeEach(async () => {
  server = await startIxAdmin(options())
})
afterEach(() => server.close())
afterAll(() => rm(dataFolder, { recursive: true }))

function askToken(client: Pick<Client, 'clientId' | 'clientSecret'>, form: Record<string, string>): Promise<Response> {
  return contract.fetch(`${server.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${encode(client.clientId)}:${encode(client.clientSecret)}`)}` },
    body: new URLSearchParams(form),
  })
}

function encode(value: string): string {
  return encodeURIComponent(value).replaceAll('%20', '+')
}

async function token(client: Client): Promise<string> {
  const response = await askToken(client, { grant_type: 'client_credentials' })
  return ((await response.json()) as { access_token: string }).access_token
}

async function get(path: string, headers: Record<string, string> = {}, as: Client = ADMIN): Promise<Response> {
  return contract.fetch(server.url + path, { headers: { authorization: `Bearer ${await token(as)}`, ...headers } })
}

interface Put {
  readonly as?: Client
  readonly roles?: readonly object[]
  readonly etag?: string | undefined
  readonly acting?: string | undefined
  readonly path?: string
}

async function put({ as = ADMIN, roles = [PUBLISHER], path = VERA, ...put }: Put): Promise<Response> {
  const etag = 'etag' in put ? put.etag : (await get(VERA)).headers.get('etag')
  const acting = 'acting' in put ? put.acting : 'acme-olga'
  return contract.fetch(`${server.url}${path}/roles`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${await token(as)}`,
      'content-type': 'application/json',
      ...(etag === undefined || etag === null ? {} : { 'if-match': etag }),
      ...(acting === undefined ? {} : { 'acting-account': acting }),
    },
    body: JSON.stringify({ roles }),
  })
}

async function problemType(response: Response): Promise<string> {
  return ((await response.json()) as { type: string }).type.replace('urn:rolecast:identity-admin:', '')
}

describe('the token endpoint', () => {
  test('gives a bearer token with the scopes asked for', async () => {
    const response = await askToken(ADMIN, { grant_type: 'client_credentials', scope: 'people:read' })
    expect(await response.json()).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'people:read' })
  })

  test.each([
    [
      'a wrong secret',
      { ...READER, clientSecret: 'guess' },
      { grant_type: 'client_credentials' },
      401,
      'invalid_client',
    ],
    ['an unknown client', { ...READER, clientId: 'who' }, { grant_type: 'client_credentials' }, 401, 'invalid_client'],
    ['another grant', READER, { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['no grant', READER, {}, 400, 'invalid_request'],
    [
      'a scope it may not have',
      READER,
      { grant_type: 'client_credentials', scope: 'roles:write' },
      400,
      'invalid_scope',
    ],
  ])('refuses %s', async (_, client, form, status, error) => {
    const response = await askToken(client, form as Record<string, string>)
    expect([response.status, await response.json()]).toEqual([status, { error }])
  })

  test('gives tokens that end', async () => {
    const headers = { authorization: `Bearer ${await token(READER)}` }
    time.now += 599_000
    expect((await contract.fetch(server.url + VERA, { headers })).status).toBe(200)
    time.now += 1_000
    expect((await contract.fetch(server.url + VERA, { headers })).status).toBe(401)
  })
})

describe('reading', () => {
  test('needs a token with the scope', async () => {
    for (const path of [VERA, '/v1/organizations/acme/accounts', '/v1/organizations/acme/people?query=x']) {
      expect((await contract.fetch(server.url + path)).status).toBe(401)
    }
    const none = { ...READER, clientId: 'none', scopes: [] }
    const people = { ...READER, clientId: 'people', scopes: ['people:read'] as const }
    await server.close()
    server = await startIxAdmin(options({ clients: [READER, none, people] }))
    expect(await problemType(await get(VERA, {}, people))).toBe('insufficient-scope')
    expect(await problemType(await get('/v1/organizations/acme/accounts', {}, none))).toBe('insufficient-scope')
    expect(await problemType(await get('/v1/organizations/acme/people?query=x', {}, READER))).toBe('insufficient-scope')
  })

  test('states an account, and says 304 for its entity tag', async () => {
    const response = await get(VERA)
    expect(await response.json()).toMatchObject({ account: 'acme-vera', version: 1, status: 'active', complete: true })
    expect((await get(VERA, { 'if-none-match': response.headers.get('etag') ?? '' })).status).toBe(304)
    expect((await get(VERA, { 'if-none-match': '"other"' })).status).toBe(200)
  })

  test.each([
    ['/v1/organizations/acme/accounts/acme-nobody', 404, 'account-not-found'],
    ['/v1/organizations/globex/accounts/acme-vera', 404, 'account-not-found'],
    ['/v1/organizations/initech/accounts/acme-vera', 404, 'organization-not-found'],
    ['/v1/organizations/initech/accounts', 404, 'organization-not-found'],
    ['/v1/organizations/initech/people?query=x', 404, 'organization-not-found'],
    ['/v1/organizations/acme/accounts/-', 400, 'bad-request'],
    ['/v1/organizations/acme/accounts/%ff', 400, 'bad-request'],
    ['/v1/organizations/acme/accounts?limit=0', 400, 'bad-request'],
    ['/v1/organizations/acme/accounts?limit=501', 400, 'bad-request'],
    ['/v1/organizations/acme/accounts?cursor=', 400, 'bad-request'],
    ['/v1/organizations/acme/people', 400, 'bad-request'],
  ])('refuses %s with %i %s', async (path, status, type) => {
    const response = await get(path)
    expect([response.status, await problemType(response)]).toEqual([status, type])
  })

  test('pages through an organization', async () => {
    const first = await (await get('/v1/organizations/globex/accounts?limit=5')).json()
    expect(first).toMatchObject({ next: 'globex-olga', complete: true })
    const last = await (await get('/v1/organizations/globex/accounts?limit=50&cursor=globex-olga')).json()
    const others = people.filter(({ organization, account }) => organization === 'globex' && account > 'globex-olga')
    expect(last).toMatchObject({ next: null, statements: others.map(() => expect.anything()) })
  })

  test('finds people by name, username, address and account, in their organization only', async () => {
    for (const query of ['VERA view', 'acme.vera', 'vera@acme', 'acme-vera']) {
      const found = await (await get(`/v1/organizations/acme/people?query=${encodeURIComponent(query)}`)).json()
      expect(found, query).toMatchObject({ people: [{ account: 'acme-vera' }], complete: true })
    }
    const foreign = await (await get('/v1/organizations/globex/people?query=acme')).json()
    expect(foreign).toEqual({ people: [], complete: true })
  })

  test('is limited in its rate', async () => {
    await server.close()
    server = await startIxAdmin(options({ rateLimit: { perSecond: 0.5, burst: 2 } }))
    const headers = { authorization: `Bearer ${await token(ADMIN)}` }
    await contract.fetch(server.url + VERA, { headers })
    await contract.fetch(server.url + VERA, { headers })
    for (const path of [VERA, '/v1/organizations/acme/accounts', '/v1/organizations/acme/people?query=x']) {
      const limited = await contract.fetch(server.url + path, { headers })
      expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2'])
    }
    expect((await contract.fetch(`${server.url}${VERA}/roles`, { method: 'PUT', headers })).status).toBe(429)
    await token(ADMIN)
    expect((await askToken(ADMIN, {})).status).toBe(429)
    time.now += 2_000
    expect((await contract.fetch(server.url + VERA, { headers })).status).toBe(200)
  })
})

describe('replacing roles', () => {
  test('raises the version by one, tells who listens, and survives a restart', async () => {
    const told: AccountStatement[] = []
    server.onChange((statement) => told.push(statement))
    time.now += 1_000
    const before = (await (await get(VERA)).json()) as { version: number }
    const after = await (await put({ roles: [PUBLISHER] })).json()
    const { complete, ...statement } = after as AccountStatement & { complete: true }
    expect(statement).toMatchObject({ version: before.version + 1, roles: [PUBLISHER], occurredAt: time.now })
    expect(complete).toBe(true)
    expect(told).toEqual([statement])
    await server.close()
    server = await startIxAdmin(options())
    expect(await (await get(VERA)).json()).toEqual(after)
  })

  test('by the same roles changes nothing and tells nobody', async () => {
    const told: AccountStatement[] = []
    server.onChange((statement) => told.push(statement))
    const before = (await (await get(VERA)).json()) as AccountStatement
    expect(await (await put({ roles: before.roles.toReversed() })).json()).toEqual(before)
    expect(told).toEqual([])
  })

  test.each<[string, Put, number, string]>([
    ['somebody without the right', { acting: 'acme-vera' }, 403, 'not-an-administrator'],
    ['an administrator of another organization', { acting: 'globex-olga' }, 403, 'not-an-administrator'],
    [
      'an administrator of another organization, there',
      { path: VERA.replaceAll('acme', 'globex') },
      403,
      'not-an-administrator',
    ],
    ['nobody', { acting: undefined }, 400, 'bad-request'],
    ['a client without the scope', { as: READER }, 403, 'insufficient-scope'],
    ['a request without If-Match', { etag: undefined }, 428, 'precondition-required'],
    ['a request with an old entity tag', { etag: '"0.old"' }, 412, 'changed-since'],
    ['a request that would match anything', { etag: '*' }, 400, 'bad-request'],
    ['a role that nobody knows', { roles: [{ application: 'customer-v2', role: 'king' }] }, 422, 'unknown-role'],
    ['a role twice', { roles: [PUBLISHER, PUBLISHER] }, 400, 'bad-request'],
    ['a role with something more', { roles: [{ ...PUBLISHER, until: 1 }] }, 400, 'bad-request'],
    ['an account nobody has', { path: `${VERA}x` }, 404, 'account-not-found'],
    ['an organization nobody has', { path: VERA.replace('acme', 'initech') }, 404, 'organization-not-found'],
  ])('is refused for %s', async (_, request, status, type) => {
    const before = await (await get(VERA)).json()
    const response = await put(request)
    expect([response.status, await problemType(response)]).toEqual([status, type])
    expect(await (await get(VERA)).json()).toEqual(before)
  })

  test('needs a token', async () => {
    expect((await contract.fetch(`${server.url}${VERA}/roles`, { method: 'PUT' })).status).toBe(401)
  })

  test('is refused for an administrator who has become inactive', async () => {
    const other = people.map((each) => (each.account === 'acme-olga' ? { ...each, status: 'inactive' as const } : each))
    const fresh = await mkdtemp(join(dataFolder, 'inactive-'))
    await server.close()
    server = await startIxAdmin(options({ people: other, dataFolder: fresh }))
    expect(await problemType(await put({}))).toBe('not-an-administrator')
  })

  test('of two at once on the same state exactly one succeeds', async () => {
    const etag = (await get(VERA)).headers.get('etag') ?? ''
    const viewer = { application: 'customer-v2', role: 'report_viewer' }
    const both = await Promise.all([put({ etag, roles: [viewer] }), put({ etag, roles: [PUBLISHER, viewer] })])
    expect(both.map((each) => each.status).toSorted()).toEqual([200, 412])
  })

  test('is a function for the tour and for tests', async () => {
    const { clientId, clientSecret } = ADMIN
    const olga = { url: server.url, clientId, clientSecret, actingAccount: 'acme-olga' }
    const key = { organization: 'acme', account: 'acme-nia' }
    expect(await changeRoles(olga, key, (roles) => [...roles, PUBLISHER])).toBe(2)
    expect(await changeRoles(olga, key, () => [])).toBe(3)
    await expect(changeRoles({ ...olga, actingAccount: 'acme-nia' }, key, () => [PUBLISHER])).rejects.toThrow(
      ChangeRefused,
    )
  })
})

describe('faults', () => {
  async function order(body: unknown): Promise<Response> {
    const headers = { 'content-type': 'application/json' }
    return fetch(`${server.url}/faults`, { method: 'POST', headers, body: JSON.stringify(body) })
  }

  test('end by themselves', async () => {
    await order({ kind: 'rate_limit', forSeconds: 10, retryAfterSeconds: 7 })
    expect((await askToken(ADMIN, {})).headers.get('retry-after')).toBe('7')
    time.now += 10_000
    expect((await get(VERA)).status).toBe(200)
    expect(await (await fetch(`${server.url}/faults`)).json()).toEqual({ faults: [] })
  })

  test('make the source unavailable in words, or cut the line', async () => {
    const headers = { authorization: `Bearer ${await token(ADMIN)}` }
    await order({ kind: 'down', status: 503, retryAfterSeconds: 3 })
    expect((await contract.fetch(server.url + VERA, { headers })).status).toBe(503)
    expect((await contract.fetch(`${server.url}/v1/organizations/acme/accounts`, { headers })).status).toBe(503)
    expect((await askToken(ADMIN, {})).status).toBe(503)
    await order({ kind: 'down' })
    await expect(contract.fetch(server.url + VERA, { headers })).rejects.toThrow('fetch failed')
  })

  test('spoil content even for whom nothing has changed', async () => {
    const etag = (await get(VERA)).headers.get('etag') ?? ''
    await order({ kind: 'partial', organization: 'acme', account: 'acme-vera' })
    expect(await (await get(VERA, { 'if-none-match': etag })).json()).toMatchObject({ complete: false })
    expect(await (await get(VERA.replace('vera', 'edo'))).json()).toMatchObject({ complete: true })
  })

  test.each(['not_json', 'html', 'foreign_account', 'unknown_member', 'not_found_page'])(
    'of the style %s are outside the contract',
    async (style) => {
      await order({ kind: 'garbage', style })
      const headers = { authorization: `Bearer ${await token(ADMIN)}` }
      const response = await fetch(server.url + VERA, { headers })
      const conforms = contract.check(contract.operation('readStatement'), response.clone()).then(
        async () => ((await response.json()) as { account: string }).account === 'acme-vera',
        () => false,
      )
      expect(await conforms).toBe(false)
    },
  )

  test('never keep an administrator from changing roles', async () => {
    const etag = (await get(VERA)).headers.get('etag') ?? ''
    await order({ kind: 'garbage' })
    expect((await put({ etag, roles: [] })).status).toBe(200)
    await order({ kind: 'none' })
    expect(await (await get(VERA)).json()).toMatchObject({ roles: [] })
  })

  test.each([{ kind: 'earthquake' }, { kind: 'slow', forSeconds: 1e9 }, { kind: 'slow', dealyMs: 1 }, null, 'slow'])(
    'are not %j',
    async (body) => {
      expect((await order(body)).status).toBe(400)
    },
  )
})

describe('the stand-in', () => {
  test('listens to programs of this machine only, not to pages of other sites', async () => {
    for (const headers of [{ origin: 'https://elsewhere.example' }, { origin: 'null' }]) {
      expect((await fetch(`${server.url}/faults`, { headers })).status).toBe(403)
    }
    expect(await rawStatus(server.url, 'elsewhere.example')).toBe('403')
    expect(await rawStatus(server.url, new URL(server.url).host)).toBe('200')
  })

  test('says whose port it cannot have', async () => {
    const port = Number(new URL(server.url).port)
    await expect(startIxAdmin(options({ port }))).rejects.toMatchObject({ name: 'PortOccupied', port })
  })

  test.each([
    ['half a file', '{"format": 1, "accounts": [{"organiz'],
    ['another format', '{"format": 2, "accounts": []}'],
    ['an account without a version', '{"format":1,"accounts":[{"organization":"acme"}]}'],
  ])('names a damaged data file and the way out: %s', async (_, content) => {
    const folder = await mkdtemp(join(dataFolder, 'damaged-'))
    const path = join(folder, 'ix-admin.json')
    await writeFile(path, content)
    const start = startIxAdmin(options({ dataFolder: folder }))
    await expect(start).rejects.toMatchObject({ name: 'CorruptDataFile', path })
    await expect(start).rejects.toThrow(/remove the folder/)
    expect(await readFile(path, 'utf8')).toBe(content)
  })
})

async function rawStatus(url: string, host: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(`GET /style.css HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  const chunks: Buffer[] = []
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString().slice(9, 12)
}

test('every answer of the contract was seen', () => {
  expect(contract.all.filter((each) => !contract.seen.has(each))).toEqual([])
})
