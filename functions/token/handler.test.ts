import { MemoryChangeLog } from '@rolecast/core/adapters/memory/change-log'
import { ChangeFeed } from '@rolecast/core/application/change-feed'
import { StoreUnavailable } from '@rolecast/core/application/ports'
import { answers } from '@rolecast/core/domain/decision/codes'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { formEvent, httpApiEvent, lambdaContext } from '../../test/support/http-api-event.ts'
import { ada, createWorld, type World } from '../../test/support/world.ts'
import type { TokenDependencies } from './answer-request.ts'
import { createHandler } from './create-handler.ts'
import { createLog } from './log.ts'

const tokenType = 'urn:ietf:params:oauth:token-type:'
const form = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: 'ada',
  subject_token_type: `${tokenType}access_token`,
  audience: 'shop',
}

function setUp(parts: Partial<TokenDependencies> = {}) {
  const world = createWorld()
  const lines: string[] = []
  const key = {
    kid: 'one',
    alg: 'ES256',
    state: 'current',
    publicJwk: { kty: 'EC' },
    wrappedPrivateKey: 'd3JhcHBlZA==',
    createdAt: 0,
    since: 0,
  } as const
  const ring = { revision: 1, keys: [key] }
  const handler = createHandler({
    ...world.dependencies,
    keyRing: { readKeyRing: async () => ring, refreshKeyRing: async () => ring },
    changeFeed: new ChangeFeed({
      changes: new MemoryChangeLog(world.database),
      handles: world.dependencies.handles,
      clock: world.dependencies.clock,
    }),
    corsOrigins: [],
    log: createLog((line) => lines.push(line)),
    ...parts,
  })
  const call = async (event: APIGatewayProxyEventV2) => {
    const { statusCode = 0, headers = {}, body } = await handler(event, lambdaContext)
    return { status: statusCode, headers, text: body, json: body === undefined ? undefined : JSON.parse(body) }
  }
  return { world, lines, call }
}

const get = (path: string, parts: { readonly query?: string; readonly headers?: Record<string, string> } = {}) =>
  httpApiEvent({ path, ...parts })
const bearer = { authorization: 'Bearer ada' }

function useCustomRole(world: World): void {
  world.identityAdmin.change(ada, { roles: [{ application: 'shop', role: 'clerk' }] })
}

describe('GET /session', () => {
  it('describes the session of a bearer token and is kept by nobody', async () => {
    const { call } = setUp()
    const answer = await call(get('/session', { query: 'application=shop', headers: bearer }))
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    expect(answer.json).toMatchObject({ application: 'shop', account: 'ada', permissions: expect.any(Array) })
  })

  it.each<[string, Record<string, string>, string, number, string, string | undefined]>([
    ['without a token', {}, 'application=shop', 401, 'no_token', 'Bearer realm="rolecast"'],
    ['with another scheme', { authorization: 'Basic YTpi' }, '', 401, 'no_token', 'Bearer realm="rolecast"'],
    ['with an empty token', { authorization: 'Bearer ' }, '', 401, 'no_token', 'Bearer realm="rolecast"'],
    [
      'with two tokens',
      { authorization: 'Bearer ada,Bearer ada' },
      'application=shop',
      401,
      'malformed_token',
      'error="invalid_token"',
    ],
    ['with a token that does not verify', { authorization: 'bearer eve' }, '', 401, 'malformed_token', 'invalid_token'],
    ['with a token in the query', {}, 'access_token=ada&application=shop', 401, 'no_token', 'Bearer realm="rolecast"'],
    ['without the application', bearer, '', 400, 'invalid_request', undefined],
    ['with two applications', bearer, 'application=shop&application=open', 400, 'invalid_request', undefined],
    ['for an unknown application', bearer, 'application=x', 400, 'unknown_application', undefined],
  ])('%s is refused', async (_, headers, query, status, code, challenge) => {
    const { call } = setUp()
    const answer = await call(get('/session', { query, headers }))
    expect(answer).toMatchObject({ status, json: { code, status, type: `urn:rolecast:problem:${code}` } })
    expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
    if (challenge === undefined) expect(answer.headers).not.toHaveProperty('www-authenticate')
    else expect(answer.headers?.['www-authenticate']).toContain(challenge)
  })

  it('says why an account has no session', async () => {
    const { call, world } = setUp()
    world.identityAdmin.change(ada, { status: 'inactive' })
    const answer = await call(get('/session', { query: 'application=shop', headers: bearer }))
    expect(answer).toMatchObject({ status: 403, json: { code: 'inactive' } })
  })
})

describe('GET /session/explain', () => {
  it('explains', async () => {
    const { call, world } = setUp()
    useCustomRole(world)
    const answer = await call(
      get('/session/explain', { query: 'application=shop&permission=orders.approve', headers: bearer }),
    )
    expect(answer).toMatchObject({
      status: 200,
      json: {
        account: 'ada',
        explanation: { allowed: false, refusal: { code: 'not_granted' }, wouldGrant: ['approver'] },
        sentence: expect.any(String),
      },
    })
  })

  it('needs to be told the permission', async () => {
    const { call } = setUp()
    for (const query of ['application=shop', 'application=shop&permission=', 'permission=a&permission=b']) {
      expect(await call(get('/session/explain', { query, headers: bearer }))).toMatchObject({
        status: 400,
        json: { code: 'invalid_request', evidence: { parameter: 'permission' } },
      })
    }
    expect(await call(get('/session/explain'))).toMatchObject({ status: 401, json: { code: 'no_token' } })
  })
})

describe('documents', () => {
  it('the key set may be kept for a minute and holds nothing private', async () => {
    const { call } = setUp()
    const answer = await call(get('/.well-known/jwks.json'))
    expect(answer.headers).toMatchObject({
      'content-type': 'application/jwk-set+json',
      'cache-control': 'public, max-age=60, must-revalidate',
    })
    expect(answer.json).toEqual({ keys: [{ kty: 'EC', kid: 'one', alg: 'ES256', use: 'sig' }] })
  })

  it('no key set is worse than none', async () => {
    const ring = { revision: 0, keys: [] }
    const { call } = setUp({ keyRing: { readKeyRing: async () => ring, refreshKeyRing: async () => ring } })
    expect(await call(get('/.well-known/jwks.json'))).toMatchObject({
      status: 503,
      headers: { 'cache-control': 'no-store', 'retry-after': '1' },
      json: { code: 'no_signing_key' },
    })
  })

  it('a grant document is what its digest says, for ever', async () => {
    const { call, world } = setUp()
    const digest = await world.dependencies.digest('{"prm":"1b_w"}')
    await world.dependencies.grantDocuments.putGrantDocument(digest, '{"prm":"1b_w"}', 2_000_000_000)
    const answer = await call(get(`/grants/${digest}`))
    expect(answer).toMatchObject({
      status: 200,
      text: '{"prm":"1b_w"}',
      headers: { 'cache-control': 'public, max-age=31536000, immutable' },
    })
    for (const other of ['/grants/', '/grants/x', `/grants/${'x'.repeat(43)}`, '/grants/%2e%2e']) {
      expect(await call(get(other))).toMatchObject({
        status: 404,
        json: { code: 'no_such_grant' },
        headers: { 'cache-control': 'no-store' },
      })
    }
  })
})

describe('endpoints and methods', () => {
  it.each([
    '/',
    '/oauth/token/',
    '/OAUTH/TOKEN',
    '/session/',
    '/session/x',
    '/grants/a/b',
    '//session',
    '/.well-known/',
  ])('%s is none', async (path) => {
    const { call } = setUp()
    expect(await call(get(path))).toMatchObject({ status: 404, json: { code: 'no_such_endpoint' } })
  })

  it.each([
    ['/oauth/token', 'GET', 'POST, OPTIONS'],
    ['/oauth/token', 'HEAD', 'POST, OPTIONS'],
    ['/oauth/token', 'PUT', 'POST, OPTIONS'],
    ['/session', 'POST', 'GET, HEAD, OPTIONS'],
    ['/.well-known/jwks.json', 'DELETE', 'GET, HEAD, OPTIONS'],
    ['/session', 'get', 'GET, HEAD, OPTIONS'],
  ])('%s does not take %s', async (path, method, allow) => {
    const { call } = setUp()
    expect(await call(httpApiEvent({ path, method }))).toMatchObject({
      status: 405,
      headers: { allow },
      json: { code: 'method_not_allowed' },
    })
  })

  it('HEAD is GET without its body', async () => {
    const { call } = setUp()
    const path = '/.well-known/jwks.json'
    const whole = await call(get(path))
    expect(await call(httpApiEvent({ path, method: 'HEAD' }))).toEqual({ ...whole, text: undefined, json: undefined })
  })
})

describe('pages of other origins', () => {
  const origin = 'https://app.acme.example'
  const preflight = (from: string) =>
    httpApiEvent({
      method: 'OPTIONS',
      path: '/session',
      headers: { origin: from, 'access-control-request-method': 'GET' },
    })

  it('may read nothing unless configured', async () => {
    const { call } = setUp()
    for (const event of [preflight(origin), get('/session', { headers: { ...bearer, origin } })]) {
      const { headers } = await call(event)
      expect(Object.keys(headers ?? {}).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
    expect(await call(preflight(origin))).toMatchObject({ status: 204, headers: { allow: 'GET, HEAD, OPTIONS' } })
  })

  it('may read answers and refusals when configured, and others may not', async () => {
    const { call } = setUp({ corsOrigins: [origin] })
    expect((await call(preflight(origin))).headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': 'authorization, content-type',
      vary: 'origin',
    })
    const refused = await call(get('/session', { headers: { origin } }))
    expect(refused).toMatchObject({ status: 401, headers: { 'access-control-allow-origin': origin, vary: 'origin' } })
    for (const other of ['https://app.acme.example.evil.example', 'null', 'https://APP.acme.example']) {
      const { headers } = await call(get('/session', { headers: { origin: other } }))
      expect(headers).not.toHaveProperty('access-control-allow-origin')
      expect(headers).toHaveProperty('vary', 'origin')
    }
  })

  it('may never send cookies', async () => {
    const { call } = setUp({ corsOrigins: [origin] })
    expect((await call(preflight(origin))).headers).not.toHaveProperty('access-control-allow-credentials')
  })
})

describe('when something breaks', () => {
  it('the store being down is said as such, without details', async () => {
    const { call, world } = setUp()
    world.database.fail(new StoreUnavailable('secret detail'))
    expect(await call(formEvent(form))).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1', 'cache-control': 'no-store' },
      json: { error: 'temporarily_unavailable', code: 'store_unavailable' },
    })
    const answer = await call(get('/session', { query: 'application=shop', headers: bearer }))
    expect(answer).toMatchObject({ status: 503, json: { code: 'store_unavailable' } })
    expect(answer.text).not.toContain('secret detail')
  })

  it('a bug is an error without details, and its message is not logged', async () => {
    const broken = { verifySubjectToken: () => Promise.reject(new TypeError('cannot read eyJhbGciOi')) }
    const { call, lines } = setUp({ subjectTokens: broken })
    const exchange = await call(formEvent(form))
    expect(exchange).toMatchObject({ status: 500, json: { error: 'server_error', code: 'internal' } })
    expect(await call(get('/session', { headers: bearer }))).toMatchObject({ status: 500, json: { code: 'internal' } })
    expect(`${exchange.text}${lines.join('')}`).not.toContain('eyJhbGciOi')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'ERROR',
      event: 'failed',
      request: 'request-1',
      error: 'TypeError',
    })
  })
})

describe('the log', () => {
  it('has one JSON object per line, and no token, claim or account', async () => {
    const { call, lines, world } = setUp()
    const { json } = await call(formEvent(form))
    world.present(json.access_token)
    await call(formEvent({ ...form, subject_token: 'forged-token' }))
    await call(get('/session', { query: 'application=shop', headers: { authorization: 'Bearer forged-token' } }))
    const events = lines.map((line) => JSON.parse(line))
    expect(events.map(({ event }) => event)).toEqual([
      'minted',
      'answered',
      'refused',
      'answered',
      'refused',
      'answered',
    ])
    expect(events[0]).toEqual({
      level: 'INFO',
      event: 'minted',
      application: 'shop',
      kind: 'roles',
      stale: false,
      downscoped: false,
    })
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true)
    expect(lines.join('')).not.toMatch(/forged-token|"ada"|acme|orders\./)
  })

  it('marks what operations is alarmed by: default-full access', async () => {
    const { call, lines } = setUp()
    await call(formEvent({ ...form, audience: 'open' }))
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'minted', kind: 'full' })
  })
})

it('every text of the table of answers may stand in an OAuth error (RFC 6749 section 5.2)', () => {
  for (const { title, next } of Object.values(answers)) {
    expect(`${title}. ${next}`).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  }
})
