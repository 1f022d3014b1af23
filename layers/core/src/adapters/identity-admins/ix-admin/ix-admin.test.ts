import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { IxAdmin } from './ix-admin.ts'

const SECRET = 'a secret that must not be seen'
const TOKEN = 'token-that-must-not-be-seen'
const QUINN = { organization: 'acme', account: 'acct-quinn' }
const STATEMENT = {
  ...QUINN,
  version: 7,
  status: 'active',
  roles: [{ application: 'customer-v2', role: 'flow_viewer' }],
  complete: true,
  occurredAt: 1_793_000_000_000,
}
const deadlineMs = 5_000

type Answer = (request: Request) => Response | Promise<Response>

function statement(change: object = {}, init: ResponseInit = {}): Response {
  return Response.json({ ...STATEMENT, ...change }, { headers: { etag: '"7.x"' }, ...init })
}

function tokens(...lives: readonly number[]): Answer {
  let issued = 0
  return () =>
    Response.json({ access_token: `${TOKEN}-${++issued}`, token_type: 'Bearer', expires_in: lives[issued - 1] ?? 600 })
}

/** An adapter whose requests are answered in order (the last answer again and again), under a clock that only waiting moves. */
function start(
  answers: readonly Answer[],
  { token = tokens(), random = 0.5 }: { token?: Answer; random?: number } = {},
) {
  const time = { now: 1_800_000_000_000 }
  const waits: number[] = []
  const requests: Request[] = []
  const tokenRequests: Request[] = []
  let next = 0
  const fetcher: typeof fetch = async (input, init) => {
    const request = new Request(input instanceof Request ? input : String(input), init)
    if (request.url.endsWith('/oauth/token')) {
      tokenRequests.push(request)
      return token(request)
    }
    requests.push(request)
    const answer = answers[Math.min(next++, answers.length - 1)] ?? (() => Response.error())
    return answer(request)
  }
  const admin = new IxAdmin(
    { baseUrl: 'https://ix.example/prefix/', clientId: 'role cast', clientSecret: SECRET },
    {
      clock: () => time.now,
      random: () => random,
      fetch: fetcher,
      wait: async (ms) => {
        waits.push(ms)
        time.now += ms
      },
    },
  )
  return {
    admin,
    time,
    waits,
    requests,
    tokenRequests,
    read: (etag?: string) => admin.readAccount(QUINN, { ...(etag === undefined ? {} : { etag }), deadlineMs }),
  }
}

const down: Answer = () => new Response('upstream', { status: 502 })
const cut: Answer = () => Promise.reject(new TypeError(`fetch failed: ${SECRET}`))

describe('access tokens', () => {
  test('come from the client credentials grant, the client form-encoded in Basic', async () => {
    const { read, tokenRequests, requests } = start([() => statement()])
    await read()
    const [asked] = tokenRequests
    expect(asked?.headers.get('authorization')).toBe(`Basic ${btoa(`role+cast:${SECRET.replaceAll(' ', '+')}`)}`)
    expect(await asked?.text()).toBe('grant_type=client_credentials&scope=statements%3Aread')
    expect(requests[0]?.headers.get('authorization')).toBe(`Bearer ${TOKEN}-1`)
    expect(requests[0]?.url).toBe('https://ix.example/prefix/v1/organizations/acme/accounts/acct-quinn')
  })

  test('are kept until shortly before they expire', async () => {
    const { read, time, tokenRequests } = start([() => statement()])
    await read()
    time.now += 569_999
    await read()
    expect(tokenRequests).toHaveLength(1)
    time.now += 1
    await read()
    expect(tokenRequests).toHaveLength(2)
  })

  test('are asked for once, however many wait for one', async () => {
    const { read, tokenRequests } = start([() => statement()])
    const all = await Promise.all(Array.from({ length: 20 }, () => read()))
    expect(new Set(all.map((each) => each.outcome))).toEqual(new Set(['statement']))
    expect(tokenRequests).toHaveLength(1)
  })

  test('are renewed once after a 401, and a second 401 is a refusal', async () => {
    const unauthorized: Answer = () => new Response(null, { status: 401 })
    const renewed = start([unauthorized, () => statement()])
    expect((await renewed.read()).outcome).toBe('statement')
    expect(renewed.requests.map((each) => each.headers.get('authorization'))).toEqual([
      `Bearer ${TOKEN}-1`,
      `Bearer ${TOKEN}-2`,
    ])
    const refused = start([unauthorized])
    expect(await refused.read()).toEqual({ outcome: 'refused', status: 401 })
    expect(refused.requests).toHaveLength(2)
  })

  test('that a late 401 speaks of are not taken for the one in use now', async () => {
    const late = Promise.withResolvers<void>()
    const { read, tokenRequests } = start([
      () => late.promise.then(() => new Response(null, { status: 401 })),
      () => new Response(null, { status: 401 }),
      () => statement(),
    ])
    const slow = read()
    await read()
    late.resolve()
    expect((await slow).outcome).toBe('statement')
    expect(tokenRequests).toHaveLength(2)
  })

  test.each<[string, Answer, object]>([
    [
      'refuses us',
      () => Response.json({ error: 'invalid_client' }, { status: 401 }),
      { outcome: 'refused', status: 401 },
    ],
    ['sends us elsewhere', () => Response.redirect('https://elsewhere.example/'), { outcome: 'refused', status: 302 }],
    [
      'answers in HTML',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      { outcome: 'garbage' },
    ],
    [
      'gives a token of another type',
      () => Response.json({ access_token: 'a', token_type: 'DPoP', expires_in: 1 }),
      { outcome: 'garbage' },
    ],
    [
      'gives a token with a line break',
      () => Response.json({ access_token: 'a\r\nb', token_type: 'Bearer', expires_in: 1 }),
      { outcome: 'garbage' },
    ],
    [
      'gives a token for ever',
      () => Response.json({ access_token: 'a', token_type: 'Bearer' }),
      { outcome: 'garbage' },
    ],
    ['is down', down, { outcome: 'unavailable', cause: 'status' }],
    ['cannot be reached', cut, { outcome: 'unavailable', cause: 'network' }],
  ])('end the read in a named outcome when the token endpoint %s', async (_, token, end) => {
    const { read, requests } = start([() => statement()], { token })
    expect(await read()).toMatchObject(end)
    expect(requests).toHaveLength(0)
  })
})

const garbage = { outcome: 'garbage', detail: expect.any(String) }

describe('an answer', () => {
  test.each<[string, Answer, object]>([
    ['that is no JSON', () => new Response('{', { headers: { 'content-type': 'application/json' } }), garbage],
    ['of another media type', () => new Response(JSON.stringify(STATEMENT)), garbage],
    [
      'that is no UTF-8',
      () => new Response(Buffer.from([0x22, 0xff, 0x22]), { headers: { 'content-type': 'application/json' } }),
      { outcome: 'garbage', detail: 'not UTF-8' },
    ],
    [
      'that is too large',
      () => statement({ more: 'x'.repeat(64 * 1024) }),
      { outcome: 'garbage', detail: 'more than 65536 bytes' },
    ],
    [
      'that says beforehand that it is too large',
      () => statement({}, { headers: { 'content-length': '65537', 'content-type': 'application/json' } }),
      { outcome: 'garbage', detail: 'more than 65536 bytes' },
    ],
    ['about another account', () => statement({ account: 'acct-other' }), garbage],
    ['about another organization', () => statement({ organization: 'globex' }), garbage],
    ['with a member we do not know', () => statement({ suspendedUntil: 1 }), garbage],
    ['that is incomplete', () => statement({ complete: false }), { outcome: 'partial' }],
    ['that is a part by its status', () => statement({}, { status: 206 }), { outcome: 'partial' }],
    ['with another good status', () => statement({}, { status: 203 }), garbage],
    ['without content', () => new Response(null, { status: 204 }), garbage],
    ['that nothing changed, unasked', () => new Response(null, { status: 304 }), garbage],
    [
      'that sends us elsewhere',
      () => Response.redirect('https://elsewhere.example/'),
      { outcome: 'refused', status: 302 },
    ],
    ['that forbids', () => new Response(null, { status: 403 }), { outcome: 'refused', status: 403 }],
    ['that it is gone', () => new Response(null, { status: 410 }), { outcome: 'refused', status: 410 }],
    ['404 without words', () => new Response('Not Found', { status: 404 }), garbage],
    ['404 of something else', () => problem('about:blank'), garbage],
    ['404 for the account', () => problem('urn:rolecast:identity-admin:account-not-found'), { outcome: 'not_found' }],
    [
      '404 for the organization',
      () => problem('urn:rolecast:identity-admin:organization-not-found'),
      { outcome: 'not_found' },
    ],
  ])('%s has its own outcome, at once', async (_, answer, end) => {
    const { read, requests, waits } = start([answer])
    expect(await read()).toEqual(end)
    expect([requests.length, waits]).toEqual([1, []])
  })

  test('that is good brings the statement and its strong validator', async () => {
    const { complete: _, ...expected } = STATEMENT
    expect(await start([() => statement()]).read()).toEqual({
      outcome: 'statement',
      statement: expected,
      etag: '"7.x"',
    })
    const weak = start([() => statement({}, { headers: { etag: 'W/"7.x"' } })])
    expect(await weak.read()).toEqual({ outcome: 'statement', statement: expected })
  })

  test('304 counts for the validator that was sent', async () => {
    const { read, requests } = start([() => new Response(null, { status: 304, headers: { etag: '"7.x"' } })])
    expect(await read('"7.x"')).toEqual({ outcome: 'unchanged' })
    expect(requests[0]?.headers.get('if-none-match')).toBe('"7.x"')
    expect((await read('"8.x"')).outcome).toBe('garbage')
  })

  test('a validator that is none is not sent', async () => {
    const { read, requests } = start([() => statement()])
    for (const etag of ['W/"7"', '7', '', '"7"\r\nx: y', '*']) await read(etag)
    expect(requests.map((each) => each.headers.get('if-none-match'))).toEqual([null, null, null, null, null])
  })

  test('of one account is never one of a name the contract does not have, which is not asked for', async () => {
    const { admin, requests, tokenRequests } = start([() => statement()])
    for (const account of ['', '.', '..', 'a/b', 'a b', 'é', 'x'.repeat(129)]) {
      expect(await admin.readAccount({ organization: 'acme', account }, { deadlineMs })).toEqual({
        outcome: 'not_found',
      })
    }
    expect(await admin.listAccounts('..', { deadlineMs })).toEqual({ outcome: 'refused', status: 404 })
    expect([requests.length, tokenRequests.length]).toEqual([0, 0])
  })
})

describe('retries', () => {
  test('follow what may pass, with full jitter over a doubling wait', async () => {
    const { read, waits } = start([down, cut, down, () => statement()])
    expect((await read()).outcome).toBe('statement')
    expect(waits).toEqual([50, 100, 200])
  })

  test('are four requests at most, and the last failure is the outcome', async () => {
    const { read, requests } = start([cut, cut, cut, down])
    expect(await read()).toEqual({ outcome: 'unavailable', cause: 'status' })
    expect(requests).toHaveLength(4)
  })

  test('wait as long as the server says, and a little longer', async () => {
    const limited: Answer = () => new Response(null, { status: 429, headers: { 'retry-after': '3' } })
    const { read, waits } = start([limited, () => statement()])
    expect((await read()).outcome).toBe('statement')
    expect(waits).toEqual([3_025])
  })

  test('do not begin when the wait would outlast the deadline', async () => {
    const limited: Answer = () => new Response(null, { status: 429, headers: { 'retry-after': '6' } })
    const { read, waits, requests } = start([limited])
    expect(await read()).toEqual({ outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 6_000 })
    expect([requests.length, waits]).toEqual([1, []])
  })

  test('do not begin when the jittered wait would outlast the deadline either', async () => {
    const { admin, waits, requests } = start([down], { random: 0.9 })
    expect(await admin.readAccount(QUINN, { deadlineMs: 89 })).toEqual({ outcome: 'unavailable', cause: 'status' })
    expect([requests.length, waits]).toEqual([1, []])
  })

  test('of others respect the pause too, without a request', async () => {
    const limited: Answer = () => new Response(null, { status: 503, headers: { 'retry-after': '60' } })
    const { read, requests, time } = start([limited, () => statement()])
    expect(await read()).toEqual({ outcome: 'unavailable', cause: 'status', retryAfterMs: 60_000 })
    time.now += 50_000
    expect(await read()).toEqual({ outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 10_000 })
    expect(requests).toHaveLength(1)
    time.now += 10_000
    expect((await read()).outcome).toBe('statement')
  })

  test('believe no pause of more than five minutes', async () => {
    const limited: Answer = () => new Response(null, { status: 429, headers: { 'retry-after': '86400' } })
    const { read, time } = start([limited, () => statement()])
    await read()
    time.now += 300_000
    expect((await read()).outcome).toBe('statement')
  })
})

describe('the circuit', () => {
  test('opens after five failures, spares the source, and closes when a probe succeeds', async () => {
    const { read, requests, time } = start([down, down, down, down, down, () => statement()])
    expect(await read()).toEqual({ outcome: 'unavailable', cause: 'status' })
    expect(await read()).toEqual({ outcome: 'unavailable', cause: 'circuit_open', retryAfterMs: expect.any(Number) })
    expect(requests).toHaveLength(5)
    time.now += 4_000
    expect(await read()).toMatchObject({ cause: 'circuit_open' })
    expect(requests).toHaveLength(5)
    time.now += 1_000
    expect((await read()).outcome).toBe('statement')
    expect((await read()).outcome).toBe('statement')
  })

  test('stays closed for refusals, garbage and rate limits: the source is up', async () => {
    const answers: Answer[] = [
      () => new Response(null, { status: 403 }),
      () => new Response('x'),
      () => new Response(null, { status: 429 }),
    ]
    for (const answer of answers) {
      const { read } = start([answer])
      for (let each = 0; each < 10; each++) expect(await read()).not.toMatchObject({ cause: 'circuit_open' })
    }
  })

  test('opens for timeouts', async () => {
    const hangs: Answer = (request) =>
      new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)))
    const { admin } = start([hangs])
    for (let each = 0; each < 5; each++)
      expect(await admin.readAccount(QUINN, { deadlineMs: 5 })).toEqual({ outcome: 'timeout' })
    expect(await admin.readAccount(QUINN, { deadlineMs: 5 })).toMatchObject({ cause: 'circuit_open' })
  })
})

describe('settings', () => {
  const good = { baseUrl: 'https://ix.example', clientId: 'a', clientSecret: SECRET }

  test.each([
    ['plain HTTP', { baseUrl: 'http://ix.example' }],
    ['plain HTTP for tokens', { tokenUrl: 'http://ix.example/token' }],
    ['a host that only begins like loopback', { baseUrl: 'http://127.0.0.1.example' }],
    ['another scheme', { baseUrl: 'file:///etc' }],
    ['no URL', { baseUrl: 'ix.example' }],
    ['credentials in the URL', { baseUrl: `https://user:${encodeURIComponent(SECRET)}@ix.example` }],
    ['a query', { baseUrl: `https://ix.example?${encodeURIComponent(SECRET)}` }],
    ['no client', { clientId: '' }],
    ['no secret', { clientSecret: '' }],
  ])('are refused: %s', (_, change) => {
    const build = () => new IxAdmin({ ...good, ...change })
    expect(build).toThrow(TypeError)
    expect(build).not.toThrow(new RegExp(encodeURIComponent(SECRET)))
  })

  test.each(['https://ix.example', 'http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1'])(
    'take %s',
    (baseUrl) => {
      expect(() => new IxAdmin({ ...good, baseUrl })).not.toThrow()
    },
  )
})

test('neither secret nor token shows in outcomes, errors or the adapter itself', async () => {
  const echo: Answer = (request) =>
    new Response(request.headers.get('authorization'), { headers: { 'content-type': 'application/json' } })
  const rigs = [
    start([echo]),
    start([cut]),
    start([() => statement()], { token: echo }),
    start([() => statement()], { token: cut }),
  ]
  for (const { admin, read } of rigs) {
    const said = inspect([await read(), admin], { depth: 20, showHidden: true }) + JSON.stringify(admin)
    expect(said).not.toContain(SECRET)
    expect(said).not.toContain(SECRET.replaceAll(' ', '+'))
    expect(said).not.toContain(TOKEN)
  }
})

function problem(type: string): Response {
  return Response.json(
    { type, title: 'x', status: 404 },
    { status: 404, headers: { 'content-type': 'application/problem+json' } },
  )
}
