import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Answer, always, type Script, scripted, settingsOf } from '../scripted.fixture.ts'
import type { SourceSecret } from '../secrets.ts'
import { Okta } from './okta.ts'

const ADA = '00uada'
const key = { organization: 'acme', account: ADA }
const deadlineMs = 2_000
const shown = (id: string, status = 'ACTIVE') => ({ id, status, profile: { login: `${id}@acme.example` }, more: {} })
const noUser = { errorCode: 'E0000007', errorSummary: 'Not found' }
const garbage = { outcome: 'garbage', detail: expect.any(String) }

function start(script: Script, settings: object = {}) {
  const around = scripted(script)
  const base = { kind: 'okta' as const, organization: 'acme', url: 'https://acme.okta.example' }
  const groups = { g1: ['customer-v2/flow_viewer', 'interact/agent'], g2: 'customer-v2/flow_viewer' }
  const okta = new Okta(settingsOf({ ...base, groups, ...settings }), { token: 'api-token' }, around.surroundings)
  return { ...around, okta, read: (account = ADA) => okta.readAccount({ ...key, account }, { deadlineMs }) }
}

function groups(...ids: readonly string[]): Answer {
  return always(ids.map((id) => ({ id, type: 'OKTA_GROUP', profile: { name: 'customer-v2/flow_publisher' } })))
}

describe('an Okta user', () => {
  test('has the roles of its mapped groups, each once; the other groups are counted and give nothing', async () => {
    const { read, requests } = start({
      '/groups$': groups('g2', 'g1', 'g9', 'constructor'),
      '/users/': always(shown(ADA)),
    })
    expect(await read()).toEqual({
      outcome: 'statement',
      statement: {
        ...key,
        status: 'active',
        roles: [
          { application: 'customer-v2', role: 'flow_viewer' },
          { application: 'interact', role: 'agent' },
        ],
        occurredAt: 1_800_000_000_000,
      },
      unmapped: 2,
    })
    expect(requests.map((each) => each.headers.get('authorization'))).toEqual(['SSWS api-token', 'SSWS api-token'])
  })

  test.each([
    ['ACTIVE', 'active'],
    ['PASSWORD_EXPIRED', 'active'],
    ['RECOVERY', 'active'],
    ['STAGED', 'inactive'],
    ['PROVISIONED', 'inactive'],
    ['LOCKED_OUT', 'inactive'],
    ['SUSPENDED', 'inactive'],
    ['DEPROVISIONED', 'inactive'],
  ])('that is %s is %s', async (status, expected) => {
    const { read } = start({ '/groups$': groups(), '/users/': always(shown(ADA, status)) })
    expect(await read()).toMatchObject({ statement: { status: expected } })
  })

  test('whose groups take several pages has all of them', async () => {
    const pages: Answer = (url) =>
      url.searchParams.has('after')
        ? Response.json([{ id: 'g1' }])
        : Response.json([{ id: 'g2' }], {
            headers: { link: `<https://other.example/api/v1/users/${ADA}/groups?after=x%2By>; rel="next"` },
          })
    const { read, requests } = start({ '/groups': pages, '/users/': always(shown(ADA)) })
    expect(await read()).toMatchObject({ statement: { roles: [{ role: 'flow_viewer' }, { role: 'agent' }] } })
    // Whatever host the link names, the token goes to ours.
    expect(requests.map(({ url }) => new URL(url).host)).toEqual(Array(3).fill('acme.okta.example'))
    expect(requests.at(-1)?.url).toMatch(/after=x%2By$/)
  })

  test.each<[string, Script, object]>([
    [
      'is not found when Okta says so',
      { '/groups$': always(noUser, { status: 404 }), '/users/': always(noUser, { status: 404 }) },
      { outcome: 'not_found' },
    ],
    ['is not found by any other 404', { '/groups$': groups(), '/users/': always({}, { status: 404 }) }, garbage],
    [
      'without groups is half an answer',
      { '/groups$': always(noUser, { status: 404 }), '/users/': always(shown(ADA)) },
      { outcome: 'partial' },
    ],
    ['with an unknown status is garbage', { '/groups$': groups(), '/users/': always(shown(ADA, 'FROZEN')) }, garbage],
    ['that is another is garbage', { '/groups$': groups(), '/users/': always(shown('00ubob')) }, garbage],
    ['that is a list is garbage', { '/groups$': groups(), '/users/': always([shown(ADA)]) }, garbage],
    [
      'whose groups are no list is garbage',
      { '/groups$': always({ g1: true }), '/users/': always(shown(ADA)) },
      garbage,
    ],
    [
      'with a login page before it is garbage',
      { '/groups$': groups(), '/users/': () => new Response('<html>') },
      garbage,
    ],
    [
      'that we may not read is refused',
      { '/groups$': groups(), '/users/': always({}, { status: 403 }) },
      { outcome: 'refused', status: 403 },
    ],
    [
      'for a token that was revoked is refused',
      { '/': always({}, { status: 401 }) },
      { outcome: 'refused', status: 401 },
    ],
    [
      'whose groups we may not read is refused',
      { '/groups$': always({}, { status: 403 }), '/users/': always(shown(ADA)) },
      { outcome: 'refused', status: 403 },
    ],
    [
      'that moves elsewhere is refused',
      { '/': () => new Response(null, { status: 302, headers: { location: 'https://x.example' } }) },
      { outcome: 'refused', status: 302 },
    ],
    ['behind a 500 is unavailable', { '/': always({}, { status: 500 }) }, { outcome: 'unavailable', cause: 'status' }],
  ])('%s', async (_, script, end) => {
    expect(await start(script).read()).toEqual(end)
  })

  test('whose groups lead in a circle ends', async () => {
    const circle = (after: string): ResponseInit => ({
      headers: { link: `<https://acme.okta.example/api/v1/users/${ADA}/groups?after=${after}>; rel="next"` },
    })
    const self = start({ '/groups': always([], circle('a')), '/users/': always(shown(ADA)) })
    expect(await self.read()).toEqual(garbage)
    let round = 0
    const endless = start({
      '/groups': () => Response.json([], circle(String(round++))),
      '/users/': always(shown(ADA)),
    })
    expect(await endless.read()).toEqual({ outcome: 'partial' })
    const elsewhere = {
      headers: { link: '<https://acme.okta.example/api/v1/users/00ubob/groups?after=a>; rel="next"' },
    }
    expect(await start({ '/groups': always([], elsewhere), '/users/': always(shown(ADA)) }).read()).toEqual(garbage)
  })

  test.each(['me', '00uada@acme.example', '00uADA@acme.example'])(
    'is not found as %s where accounts are ids',
    async (name) => {
      const { read } = start({ '/groups$': groups(), '/users/': always(shown(ADA)) })
      expect(await read(name)).toEqual({ outcome: 'not_found' })
    },
  )

  test('is found by login only, where accounts are logins', async () => {
    const { read } = start({ '/groups$': groups(), '/users/': always(shown(ADA)) }, { accounts: 'login' })
    expect(await read('00uada@acme.example')).toMatchObject({ outcome: 'statement' })
    for (const name of [ADA, 'me', '00uADA@acme.example']) expect(await read(name)).toEqual({ outcome: 'not_found' })
  })

  test('of another organization is not even asked for', async () => {
    const { okta, requests } = start({})
    expect(await okta.readAccount({ organization: 'globex', account: ADA }, { deadlineMs })).toEqual({
      outcome: 'not_found',
    })
    expect(await okta.listAccounts('globex', { deadlineMs })).toEqual({ outcome: 'refused', status: 404 })
    expect(requests).toEqual([])
  })
})

describe('a rate limit', () => {
  test('is waited for where the deadline allows it', async () => {
    let limited = 0
    const { read, time } = start({
      '/groups$': groups(),
      '/users/': () => {
        const headers = { 'x-rate-limit-reset': String(time.now / 1000 + 1), date: new Date(time.now).toUTCString() }
        return limited++ === 0 ? Response.json({}, { status: 429, headers }) : Response.json(shown(ADA))
      },
    })
    expect(await read()).toMatchObject({ outcome: 'statement' })
    expect(time.now).toBeGreaterThanOrEqual(1_800_000_001_000)
  })

  test('that ends later is said at once, and nothing more is asked', async () => {
    const headers = { 'x-rate-limit-reset': '1800000030', date: new Date(1_800_000_000_000).toUTCString() }
    const { read, requests } = start({ '/': always({}, { status: 429, headers }) })
    expect(await read()).toEqual({ outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 30_000 })
    const asked = requests.length
    expect(await read()).toEqual({ outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: expect.any(Number) })
    expect(requests).toHaveLength(asked)
  })
})

describe('a walk through an Okta org', () => {
  const next = (after: string): ResponseInit => ({
    headers: {
      link: `<https://acme.okta.example/api/v1/users?limit=40>; rel="self", <https://acme.okta.example/api/v1/users?after=${after}&limit=40>; rel="next"`,
    },
  })
  const list = (okta: Okta, cursor?: string) =>
    okta.listAccounts('acme', { deadlineMs, ...(cursor !== undefined && { cursor }) })

  test('goes on where the link says, and ends without one', async () => {
    const { okta } = start({
      '/groups$': groups('g2', 'g9'),
      after: always([shown('00ubob', 'SUSPENDED')]),
      'users[?]': always([shown(ADA)], next('a1')),
    })
    const first = await list(okta)
    expect(first).toMatchObject({ outcome: 'page', statements: [{ account: ADA, status: 'active' }], unmapped: 1 })
    if (first.outcome !== 'page') throw new Error(first.outcome)
    const second = await list(okta, first.next)
    expect(second).toMatchObject({ outcome: 'page', statements: [{ account: '00ubob', status: 'inactive' }] })
    expect(second).not.toHaveProperty('next')
  })

  test.each<[string, Script]>([
    ['is empty from the start', { 'users[?]': always([]) }],
    ['shows a user twice', { 'users[?]': always([shown(ADA), shown(ADA)]), '/groups$': groups() }],
  ])('that %s is inconsistent', async (_, script) => {
    expect(await list(start(script).okta)).toEqual({ outcome: 'inconsistent', detail: expect.any(String) })
  })

  test.each<[string, Answer]>([
    ['repeats its cursor', always([shown('00ubob')], next('a1'))],
    ['shows nothing and goes on', always([], next('a2'))],
    ['takes its cursor no more', always({ errorCode: 'E0000031' }, { status: 400 })],
    ['has a cursor beyond all measure', always([shown('00ubob')], next('a'.repeat(2_000)))],
  ])('that %s is inconsistent', async (_, second) => {
    const { okta } = start({ after: second, '/groups$': groups(), 'users[?]': always([shown(ADA)], next('a1')) })
    const first = await list(okta)
    if (first.outcome !== 'page') throw new Error(first.outcome)
    expect(await list(okta, first.next)).toEqual({ outcome: 'inconsistent', detail: expect.any(String) })
  })

  test.each(['', 'x', 'bm90IG91cnM', '{"after":"a"}', 'a'.repeat(5_000)])(
    'takes no cursor of others: %j',
    async (cursor) => {
      const { okta, requests } = start({})
      expect(await list(okta, cursor)).toEqual({ outcome: 'inconsistent', detail: expect.any(String) })
      expect(requests).toEqual([])
    },
  )

  test.each<[string, Script, object]>([
    [
      'one user cannot be read',
      { [`${ADA}/groups$`]: always({}, { status: 403 }) },
      { outcome: 'refused', status: 403 },
    ],
    ['one user has gone meanwhile', { [`${ADA}/groups$`]: always(noUser, { status: 404 }) }, { outcome: 'partial' }],
    ['one user is garbage', { [`${ADA}/groups$`]: () => new Response('oops') }, garbage],
    ['the list is cut short', { 'users[?]': always([shown(ADA)], { status: 206 }) }, { outcome: 'partial' }],
    [
      'the link leads elsewhere',
      {
        'users[?]': always([shown(ADA)], {
          headers: { link: '<https://acme.okta.example/api/v1/groups?after=a>; rel="next"' },
        }),
      },
      garbage,
    ],
    [
      'there are two next links',
      {
        'users[?]': always([shown(ADA)], {
          headers: { link: '</api/v1/users?after=a>; rel="next", </api/v1/users?after=b>; rel="next"' },
        }),
      },
      garbage,
    ],
  ])('shows no page where %s', async (_, script, end) => {
    const { okta } = start({ ...script, '/groups$': groups(), '/users[?]': always([shown('00ubob'), shown(ADA)]) })
    expect(await list(okta)).toEqual(end)
  })
})

describe('a service app of Okta', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const client = { clientId: '0oa1', keyId: 'k1' }
  const settings = settingsOf({
    kind: 'okta',
    organization: 'acme',
    url: 'https://acme.okta.example',
    client,
    groups: {},
  })

  test('gets its token by an assertion that it signs anew each time', async () => {
    const { surroundings, requests, time } = scripted({ '/groups$': groups(), '/users/': always(shown(ADA)) })
    const okta = new Okta(settings, { privateKey }, surroundings)
    expect(await okta.readAccount(key, { deadlineMs })).toMatchObject({ outcome: 'statement' })
    time.now += 3_600_000
    await okta.readAccount(key, { deadlineMs })
    const asked = requests.filter(({ url }) => url === 'https://acme.okta.example/oauth2/v1/token')
    const forms = await Promise.all(asked.map(async (each) => new URLSearchParams(await each.text())))
    expect(Object.fromEntries(forms[0] ?? [])).toMatchObject({
      grant_type: 'client_credentials',
      scope: 'okta.users.read okta.groups.read',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const assertions = forms.map((form) => form.get('client_assertion') ?? '')
    expect(new Set(assertions).size).toBe(2)
    const { payload, protectedHeader } = await jwtVerify(assertions[0] ?? '', keys.publicKey, {
      issuer: '0oa1',
      subject: '0oa1',
      audience: 'https://acme.okta.example/oauth2/v1/token',
      currentDate: new Date(1_800_000_000_000),
    })
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'k1' })
    expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(300)
    expect(requests.at(-1)?.headers.get('authorization')).toBe('Bearer token-that-must-not-be-seen')
  })

  test.each<[string, SourceSecret]>([
    ['no key', { token: 'hush' }],
    ['half a key', { privateKey: privateKey.slice(0, 80) }],
    [
      'a key of another kind',
      { privateKey: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    ],
  ])('cannot be used with %s, and says nothing of it', (_, secret) => {
    const make = () => new Okta(settings, secret)
    expect(make).toThrow(/private ?key/i)
    expect(make).not.toThrow(/hush|MI[GI]/)
  })
})
