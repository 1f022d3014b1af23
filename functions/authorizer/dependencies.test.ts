import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeReferenceClaim } from '@rolecast/core/domain/claims/permission-claim'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTokenService, flows, httpEvent, key, provider, signIn } from '../../test/support/authorizer.ts'
import { issuer, jwksOf } from '../../test/support/tokens.ts'
import { createAuthorizer } from './authorize.ts'
import { readConfig } from './config.ts'
import { createDependencies } from './dependencies.ts'

// The authorizer as it is deployed, but for its clock: configuration, catalog file, and a token service over HTTP.

const now = () => Math.floor(Date.now() / 1000)
const document = '{"prm":"1bAQ"}'
let folder: string
let server: Server
let requests: string[]
let service: ReturnType<typeof createTokenService>

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'authorizer-'))
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify(flows))
  requests = []
  service = createTokenService(now)
  server = createServer(async (request, response) => {
    if (!request.url?.startsWith('/changes?')) requests.push(`${request.method} ${request.url}`)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    if (request.url?.startsWith('/changes?')) return response.end(JSON.stringify(await service.fetchChanges()))
    if (request.url === '/.well-known/jwks.json') return response.end(JSON.stringify(jwksOf(key)))
    if (request.url?.startsWith('/grants/')) return response.end(document)
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const age = form.get('assignment_max_age')
    const outcome = await service.exchange(form.get('subject_token') ?? '', age === null ? undefined : Number(age))
    if (outcome.ok) return response.end(JSON.stringify({ access_token: outcome.value }))
    return response.writeHead(400).end(JSON.stringify({ error: 'invalid_request', code: outcome.refusal.code }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  vi.restoreAllMocks()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true })
})

function start(env: Readonly<Record<string, string>> = {}) {
  const { port } = server.address() as AddressInfo
  const config = readConfig({ ROLECAST_ISSUER: issuer, ROLECAST_TOKEN_SERVICE_URL: `http://127.0.0.1:${port}`, ...env })
  return createAuthorizer(createDependencies(config, { catalogFile: pathToFileURL(join(folder, 'catalog.json')) }))
}

describe('the authorizer as deployed', () => {
  it('starts with the keys it was deployed with and answers before it asks anybody', async () => {
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const token = await service.mint('ann')
    const authorize = start({ ROLECAST_JWKS: JSON.stringify(jwksOf(key)) })
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
    expect(requests).toEqual([])
    await vi.waitFor(() => expect(requests).toEqual(['GET /.well-known/jwks.json']))
  })

  it('fetches keys where it was deployed with none', async () => {
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const authorize = start()
    expect(await authorize(httpEvent(await service.mint('ann')))).toMatchObject({ isAuthorized: true })
    expect(requests).toEqual(['GET /.well-known/jwks.json'])
  })

  it('confirms strong routes, and looks for roles just added, over HTTP', async () => {
    const ann = { grants: ['flows.list'] as readonly string[], version: 1 }
    service.accounts.set('ann', ann)
    const token = await service.mint('ann')
    const authorize = start()
    const calls = async (route: string) => (await authorize(httpEvent(token, route))).context['code' as never] ?? 'ok'
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    expect(await calls('POST /flows/{flowId}/publish')).toBe('not_granted')
    Object.assign(ann, { grants: ['flows.publish', 'flows.edit'], version: 2 })
    expect(await calls('POST /flows/{flowId}/publish')).toBe('ok')
    expect(await calls('PUT /flows/{flowId}')).toBe('ok')
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(await calls('POST /flows/{flowId}/publish')).toBe('unconfirmed')
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })

  it('takes sign-ins in transparent mode', async () => {
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const authorize = start({ ROLECAST_MODE: 'transparent', ROLECAST_PROVIDERS: JSON.stringify([provider]) })
    const token = await signIn('ann', now())
    for (let request = 0; request < 3; request++) {
      expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true, context: { account: 'ann' } })
    }
    expect(requests).toEqual(['POST /oauth/token', 'GET /.well-known/jwks.json'])
  })

  it('resolves a grant that is too large for its token, once', async () => {
    const prm = writeReferenceClaim(1, createHash('sha256').update(document).digest('base64url'))
    const authorize = start({ ROLECAST_JWKS: JSON.stringify(jwksOf(key)) })
    const tokens = await Promise.all(['ann', 'bob'].map((account) => service.mint(account, { prm })))
    for (const token of tokens) {
      // The product gets the reference, which it resolves itself: the context stays small.
      expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true, context: { prm } })
    }
    expect(requests.filter((request) => request.startsWith('GET /grants/'))).toHaveLength(1)
  })

  it('writes a line for a deny, which names no token', async () => {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    await start()(httpEvent('a.b.c'))
    expect(write.mock.calls.map(([line]) => line)).toEqual([
      '{"event":"denied","code":"malformed_token","count":1,"route":"GET /flows"}\n',
    ])
  })

  it('does not start without its catalog', () => {
    rmSync(join(folder, 'catalog.json'))
    expect(() => start()).toThrow('ENOENT')
  })
})
