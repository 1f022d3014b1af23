import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createHooks,
  deliver,
  graphTokens,
  hookSecret,
  previousSecret,
  sample,
  signWorkos,
  streamState,
  transmitter,
} from '../../test/support/hooks.ts'
import { httpApiEvent } from '../../test/support/http-api-event.ts'
import {
  createProviderKey,
  type KeySetServer,
  type ProviderKey,
  signAsProvider,
  startKeySetServer,
} from '../../test/support/key-set-server.ts'

const now = 1_793_046_500_000
let key: ProviderKey
let rsaKey: ProviderKey
let stranger: ProviderKey
let keys: KeySetServer
beforeAll(async () => {
  key = await createProviderKey('one')
  rsaKey = await createProviderKey('rsa', 'RS256')
  stranger = await createProviderKey('one')
  keys = await startKeySetServer(key, rsaKey)
})
afterAll(() => keys.close())

const setUp = () => createHooks(keys.url, now)
const withState = (body: string, state = hookSecret) => body.replaceAll('the-client-state', state)

/** For each kind: what its source sends, which account that is, and how it proves itself. */
const proven: Readonly<Record<string, () => Promise<Parameters<typeof deliver>>>> = {
  okta: async () => ['okta', sample('okta', 'event-hook'), { headers: { authorization: hookSecret } }],
  auth0: async () => [
    'auth0',
    sample('auth0', 'member-role-deleted'),
    { headers: { authorization: `Bearer ${hookSecret}` } },
  ],
  keycloak: async () => [
    'keycloak',
    sample('keycloak', 'realm-role-removed'),
    { headers: { authorization: `Bearer ${hookSecret}` } },
  ],
  graph: async () => ['graph', withState(sample('graph', 'user-updated')), {}],
  workos: async () => {
    const body = sample('workos', 'membership-deleted')
    return ['workos', body, { headers: { 'workos-signature': signWorkos(body, now) } }]
  },
  ssf: async () => ['ssf', await signedSet('session-revoked'), { type: 'application/secevent+jwt' }],
}
const accounts: Readonly<Record<string, readonly string[]>> = {
  okta: ['00u4vera5AbCdEfGh6i7', '00u5otto6JkLmNoPq7r8'],
  auth0: ['auth0|66f1c2a4b3d5e7f901234567'],
  keycloak: ['6a5b4c3d-0f1e-4d2c-9b8a-7f6e5d4c3b2a'],
  graph: ['87d349ed-44d7-43e1-9a83-5f2406dee5bd'],
  workos: ['user_01J8Z0VERA0000000000000000'],
  ssf: ['acme-vera'],
}
const kinds = Object.keys(proven)

function signedSet(name: string, claims: object = {}, header: object = {}, by = key): Promise<string> {
  const all = { ...JSON.parse(sample('ssf', name)), ...claims }
  return signAsProvider(by, all, { typ: 'secevent+jwt', ...header })
}

async function eventOf(kind: string, change: Partial<Parameters<typeof deliver>[2]> = {}) {
  const [name, body, parts] = (await proven[kind]?.()) ?? []
  return deliver(name ?? '', body ?? '', { ...parts, ...change })
}

describe.each(kinds)('a delivery of %s', (kind) => {
  it('is on the bus as hints about its accounts when its sender hears of it', async () => {
    const { send, hints, parked } = setUp()
    expect(await send(await eventOf(kind))).toMatchObject({ status: 202, text: '' })
    expect(hints.published.map(({ account }) => account)).toEqual(accounts[kind])
    for (const hint of hints.published) expect(hint).toMatchObject({ source: kind, organization: 'acme' })
    expect(parked).toEqual([])
  })

  it('is answered with 503 when the bus does not keep it, so that it comes again', async () => {
    const { send, hints, lines } = setUp()
    hints.failing = true
    const { status, headers, json } = await send(await eventOf(kind))
    expect({ status, code: json.code }).toEqual({ status: 503, code: 'delivery_not_kept' })
    expect(headers['retry-after']).toBe('5')
    expect(lines.join()).toContain('BusUnavailable')
  })

  it('that comes twice makes the same hints again', async () => {
    const { send, hints } = setUp()
    const event = await eventOf(kind)
    await send(event)
    await send(event)
    const half = hints.published.length / 2
    expect(hints.published.slice(half)).toEqual(hints.published.slice(0, half))
  })

  it('in base64, as the gateway may hand it over, is the same', async () => {
    const { send, hints } = setUp()
    expect(await send(await eventOf(kind, { base64: true }))).toMatchObject({ status: 202 })
    expect(hints.published).not.toEqual([])
  })

  it('leaves no trace of its secret or its content in the log', async () => {
    const { send, lines, parked } = setUp()
    await send(await eventOf(kind))
    const kept = JSON.stringify([lines, parked])
    expect(kept).not.toContain(hookSecret)
    expect(lines.join()).not.toContain('vera')
  })

  it('too large is refused', async () => {
    const { send, hints } = setUp()
    const [name = '', , parts] = (await proven[kind]?.()) ?? []
    const answer = await send(deliver(name, 'x'.repeat(512 * 1024 + 1), parts))
    if (kind === 'ssf') expect(answer).toMatchObject({ status: 400, json: { err: 'invalid_request' } })
    else expect(answer).toMatchObject({ status: 413, json: { code: 'delivery_too_large' } })
    expect(hints.published).toEqual([])
  })

  it('by another method is refused', async () => {
    const { send } = setUp()
    const { status, headers, json } = await send(await eventOf(kind, { method: 'PUT' }))
    expect([status, json.code, headers['allow']]).toEqual([405, 'method_not_allowed', 'GET, POST'])
  })
})

const signed = ['okta', 'auth0', 'keycloak', 'workos']

describe.each(signed)('a stranger at the hook of %s', (kind) => {
  it.each<[string, Record<string, string>]>([
    ['without any proof', {}],
    ['with an empty one', { authorization: '', 'workos-signature': '', 'x-keycloak-signature': '' }],
    ['with a wrong secret', { authorization: 'Bearer wrong', 'workos-signature': signWorkos('x', now, 'wrong') }],
    ['with the scheme alone', { authorization: 'Bearer ' }],
    ['with half of it', { authorization: hookSecret.slice(0, 9), 'x-keycloak-signature': 'ab' }],
  ])('%s is refused', async (_, headers) => {
    const { send, hints, parked } = setUp()
    const answer = await send(await eventOf(kind, { headers: { 'content-type': 'application/json', ...headers } }))
    expect(answer).toMatchObject({ status: 401, json: { code: 'delivery_unauthenticated' } })
    expect(hints.published).toEqual([])
    expect(parked).toEqual([])
  })

  it('is told that before anything is said of the body', async () => {
    const { send } = setUp()
    expect(await send(deliver(kind, '{', { type: 'text/html' }))).toMatchObject({ status: 401 })
  })
})

describe.each(signed)('an authenticated sender at the hook of %s', (kind) => {
  const proofOf = (body: string): Record<string, string> =>
    kind === 'workos'
      ? { 'workos-signature': signWorkos(body, now) }
      : { authorization: kind === 'okta' ? hookSecret : `Bearer ${hookSecret}` }

  it('of another media type is refused', async () => {
    const { send } = setUp()
    const event = deliver(kind, '{}', {
      type: 'text/plain',
      headers: { ...proofOf('{}'), 'content-type': 'text/plain' },
    })
    expect(await send(event)).toMatchObject({ status: 415, json: { code: 'delivery_media_type' } })
  })

  it.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['a repeated member', '{"type":"user.deleted","type":"x"}'],
    ['an object that is no event', '{"data":{}}'],
    ['a text', '"event"'],
    ['null', 'null'],
  ])('sending %s is refused, and it is parked', async (_, body) => {
    const { send, hints, parked } = setUp()
    const event = deliver(kind, body, { headers: proofOf(body) })
    expect(await send(event)).toMatchObject({ status: 400, json: { code: 'delivery_malformed' } })
    expect(parked).toMatchObject([{ refusal: { code: 'delivery_malformed' }, origin: 'hook', raw: body }])
    expect(hints.published).toEqual([])
  })

  it('proves itself with the secret before this one, too', async () => {
    const { send } = setUp()
    const [name = '', body = ''] = (await proven[kind]?.()) ?? []
    const headers = {
      authorization: kind === 'okta' ? previousSecret : `Bearer ${previousSecret}`,
      'workos-signature': signWorkos(body, now, previousSecret),
    }
    expect(await send(deliver(name, body, { headers }))).toMatchObject({ status: 202 })
  })
})

it('a batch with one event that cannot be read gives the others, and is parked', async () => {
  const { send, hints, parked } = setUp()
  const batch = JSON.parse(sample('okta', 'event-hook'))
  batch.data.events.splice(1, 0, { eventType: null })
  const event = deliver('okta', JSON.stringify(batch), { headers: { authorization: hookSecret } })
  expect(await send(event)).toMatchObject({ status: 202 })
  expect(hints.published).toHaveLength(2)
  expect(parked).toMatchObject([{ refusal: { evidence: { index: 1, events: 1 } } }])
})

it('what a sender repeats because it was refused is parked as one event within an hour', async () => {
  const { send, parked, state } = setUp()
  const send400 = async () =>
    expect(await send(deliver('okta', '{', { headers: { authorization: hookSecret } }))).toMatchObject({ status: 400 })
  await send400()
  state.now += 60_000
  await send400()
  expect(new Set(parked.map(({ id }) => id)).size).toBe(1)
  state.now += 3_600_000
  await send400()
  expect(new Set(parked.map(({ id }) => id)).size).toBe(2)
})

it('a log line tells how much came and whether it concerns everybody, and nothing else', async () => {
  const { send, lines } = setUp()
  const headers = { authorization: `Bearer ${hookSecret}` }
  await send(deliver('keycloak', sample('keycloak', 'role-of-group-removed'), { headers }))
  const line = { level: 'INFO', event: 'taken', hook: 'keycloak', hints: 1, whole: true, ignored: 0, parked: 0 }
  expect(lines.map((text) => JSON.parse(text))).toEqual([line])
})

describe('Okta', () => {
  const verify = (headers: Record<string, string>) => httpApiEvent({ path: '/hooks/okta', headers })

  it('gets its challenge back, once it has proved itself', async () => {
    const { send } = setUp()
    const challenge = { 'x-okta-verification-challenge': 'abc"def' }
    expect(await send(verify({ ...challenge, authorization: hookSecret }))).toMatchObject({
      status: 200,
      json: { verification: 'abc"def' },
    })
    expect(await send(verify(challenge))).toMatchObject({ status: 401 })
    expect(await send(verify({ authorization: hookSecret }))).toMatchObject({ status: 400 })
  })
})

describe('Keycloak', () => {
  const body = sample('keycloak', 'realm-role-removed')
  const hmac = (text: string) => createHmac('sha256', hookSecret).update(text).digest('hex')

  it('may sign the body instead', async () => {
    const { send } = setUp()
    const headers = { 'x-keycloak-signature': hmac(body).toUpperCase() }
    expect(await send(deliver('keycloak', body, { headers }))).toMatchObject({ status: 202 })
  })

  it('is refused with the signature of another body, whatever else it shows', async () => {
    const { send } = setUp()
    const headers = { 'x-keycloak-signature': hmac('{}'), authorization: `Bearer ${hookSecret}` }
    expect(await send(deliver('keycloak', body, { headers }))).toMatchObject({ status: 401 })
  })

  it('may send a list of events', async () => {
    const { send, hints } = setUp()
    const headers = { authorization: `Bearer ${hookSecret}` }
    const list = `[${body},${sample('keycloak', 'role-of-group-removed')}]`
    expect(await send(deliver('keycloak', list, { headers }))).toMatchObject({ status: 202 })
    expect(hints.published).toMatchObject([{ organization: 'acme', reason: 'REALM_ROLE_MAPPING:DELETE' }])
    expect(hints.published[0]?.account).toBeUndefined()
  })
})

describe('WorkOS', () => {
  const body = sample('workos', 'membership-deleted')
  const sent = (signature: string, text = body) =>
    deliver('workos', text, { headers: { 'workos-signature': signature } })

  it.each([
    ['an old one', signWorkos(body, now - 180_001), 'delivery_expired'],
    ['one from the future', signWorkos(body, now + 180_001), 'delivery_expired'],
    ['one of seconds', signWorkos(body, Math.floor(now / 1000)), 'delivery_expired'],
    ['one with another time', signWorkos(body, now).replace(`t=${now}`, `t=${now + 1}`), 'delivery_unauthenticated'],
    ['one in another scheme', signWorkos(body, now).replace('v1=', 'v0='), 'delivery_unauthenticated'],
    ['two at once', `${signWorkos(body, now)},${signWorkos(body, now)}`, 'delivery_unauthenticated'],
  ])('is refused with %s as signature', async (_, signature, code) => {
    const { send, hints } = setUp()
    expect(await send(sent(signature))).toMatchObject({ status: 401, json: { code } })
    expect(hints.published).toEqual([])
  })

  it('is refused with the signature of another body', async () => {
    const { send } = setUp()
    expect(await send(sent(signWorkos(body, now), `${body} `))).toMatchObject({ status: 401 })
  })
})

describe('Microsoft Graph', () => {
  it('gets its validation token back as plain text that no browser takes for a page', async () => {
    const { send } = setUp()
    const token = 'Validation: <b>1</b> & more'
    const query = `validationToken=${encodeURIComponent(token)}`
    const { status, text, headers } = await send(httpApiEvent({ method: 'POST', path: '/hooks/graph', query }))
    expect([status, text, headers['content-type'], headers['x-content-type-options']]).toEqual([
      200,
      token,
      'text/plain',
      'nosniff',
    ])
  })

  it.each(['validationToken=', 'validationToken=a&validationToken=b', `validationToken=${'x'.repeat(4097)}`])(
    'is refused with %.40s',
    async (query) => {
      const { send } = setUp()
      const answer = await send(httpApiEvent({ method: 'POST', path: '/hooks/graph', query }))
      expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
    },
  )

  it.each([
    ['another state', withState(sample('graph', 'user-updated'), 'another-state-of-the-client')],
    ['no state', withState(sample('graph', 'user-updated')).replace('"clientState"', '"state"')],
    ['no notifications', '{"value":[]}'],
    ['no JSON', '{'],
    ['a repeated member', `{"value":[],${withState(sample('graph', 'user-updated')).slice(1)}`],
  ])('is refused with %s', async (_, body) => {
    const { send, hints } = setUp()
    expect(await send(deliver('graph', body))).toMatchObject({
      status: 401,
      json: { code: 'delivery_unauthenticated' },
    })
    expect(hints.published).toEqual([])
  })

  it('is refused whole where one of several notifications has another state', async () => {
    const { send, hints } = setUp()
    const body = withState(sample('graph', 'group-members-changed')).replace(hookSecret, 'another-state-of-the-client')
    expect(await send(deliver('graph', body))).toMatchObject({ status: 401 })
    expect(hints.published).toEqual([])
  })

  it('leaves nothing of its state in what is parked', async () => {
    const { send, parked } = setUp()
    const body = JSON.stringify({ value: [{ clientState: hookSecret, resource: 'users/1' }] })
    expect(await send(deliver('graph', body))).toMatchObject({ status: 400, json: { code: 'delivery_malformed' } })
    expect(JSON.stringify(parked)).not.toContain(hookSecret)
  })

  describe('with resource data', () => {
    const publisher = '0bf30f3b-4a52-48df-9a82-234910c4a086'
    const good = { iss: graphTokens.issuer, aud: graphTokens.audience, azp: publisher, exp: now / 1000 + 300 }
    const withData = (tokens?: readonly unknown[]) => {
      const body = JSON.parse(withState(sample('graph', 'user-updated')))
      body.value[0].encryptedContent = { data: 'x', dataSignature: 'x', dataKey: 'x' }
      return JSON.stringify({ ...body, ...(tokens === undefined ? {} : { validationTokens: tokens }) })
    }
    const token = (claims: object, by = rsaKey) => signAsProvider(by, { ...good, ...claims }, { typ: 'JWT' })

    it('is taken with a token of Graph', async () => {
      const { send, hints } = setUp()
      expect(await send(deliver('graph', withData([await token({})])))).toMatchObject({ status: 202 })
      expect(await send(deliver('graph', withData([await token({ azp: undefined, appid: publisher })])))).toMatchObject(
        {
          status: 202,
        },
      )
      expect(hints.published).toHaveLength(2)
    })

    it.each<[string, () => Promise<readonly unknown[] | undefined>, string]>([
      ['without a token', async () => undefined, 'delivery_unauthenticated'],
      ['without any in the list', async () => [], 'delivery_unauthenticated'],
      ['with what is no token', async () => [7], 'malformed_token'],
      ['of another application', async () => [await token({ aud: 'other' })], 'wrong_audience'],
      ['of another tenant', async () => [await token({ iss: 'https://sts.example/other' })], 'wrong_issuer'],
      ['of another publisher', async () => [await token({ azp: 'x' })], 'delivery_unauthenticated'],
      ['that has expired', async () => [await token({ exp: now / 1000 - 1 })], 'expired'],
      ['of another algorithm', async () => [await token({}, key)], 'unsupported_algorithm'],
      ['beside a good one', async () => [await token({}), await token({ aud: 'other' })], 'wrong_audience'],
    ])('is refused %s', async (_, tokens, code) => {
      const { send, hints } = setUp()
      expect(await send(deliver('graph', withData(await tokens())))).toMatchObject({ status: 401, json: { code } })
      expect(hints.published).toEqual([])
    })
  })
})

describe('a transmitter of security events', () => {
  const push = (token: string, parts: Parameters<typeof deliver>[2] = {}, name = 'ssf') =>
    deliver(name, token, { type: 'application/secevent+jwt', ...parts })
  const none = (claims: object) =>
    [{ alg: 'none', typ: 'secevent+jwt' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .concat('')
      .join('.')

  it.each<[string, () => Promise<string> | string, string, string]>([
    ['no token', () => 'x', 'invalid_request', 'malformed_token'],
    [
      'an unsigned token',
      () => none(JSON.parse(sample('ssf', 'session-revoked'))),
      'invalid_key',
      'unsupported_algorithm',
    ],
    [
      'a token of a stranger',
      () => signedSet('session-revoked', {}, {}, stranger),
      'authentication_failed',
      'bad_signature',
    ],
    ['an unknown key', () => signedSet('session-revoked', {}, { kid: 'two' }), 'invalid_key', 'unknown_key'],
    [
      'another issuer',
      () => signedSet('session-revoked', { iss: 'https://x.example/' }),
      'invalid_issuer',
      'wrong_issuer',
    ],
    ['another audience', () => signedSet('session-revoked', { aud: 'other' }), 'invalid_audience', 'wrong_audience'],
    ['no audience', () => signedSet('session-revoked', { aud: undefined }), 'invalid_audience', 'wrong_audience'],
    [
      'an access token',
      () => signedSet('session-revoked', {}, { typ: 'at+jwt' }),
      'invalid_request',
      'unsupported_type',
    ],
    ['a plain JWT', () => signedSet('session-revoked', {}, { typ: 'JWT' }), 'invalid_request', 'unsupported_type'],
    ['no jti', () => signedSet('session-revoked', { jti: undefined }), 'invalid_request', 'malformed_claim'],
    ['no iat', () => signedSet('session-revoked', { iat: undefined }), 'invalid_request', 'malformed_claim'],
    ['the future', () => signedSet('session-revoked', { iat: now / 1000 + 61 }), 'invalid_request', 'not_yet_valid'],
    ['no events', () => signedSet('session-revoked', { events: {} }), 'invalid_request', 'delivery_malformed'],
    [
      'another state',
      () => signedSet('verification', { events: verification('x') }),
      'invalid_request',
      'wrong_stream_state',
    ],
  ])('is refused with %s', async (_, token, err, code) => {
    const { send, hints } = setUp()
    const { status, json } = await send(push(await token()))
    expect({ status, err: json.err }).toEqual({ status: 400, err })
    expect(json.description).toContain(`(${code})`)
    expect(Object.keys(json)).toEqual(['err', 'description'])
    expect(hints.published).toEqual([])
  })

  it('is refused where members of its token are repeated', async () => {
    const { send } = setUp()
    const claims = sample('ssf', 'session-revoked').trim().replace(/^\{/, '{"jti":"another",')
    const token = await signText(claims)
    expect(await send(push(token))).toMatchObject({ status: 400, json: { err: 'invalid_request' } })
  })

  it('is refused with another media type', async () => {
    const { send } = setUp()
    const answer = await send(push(await signedSet('session-revoked'), { type: 'application/json' }))
    expect(answer).toMatchObject({ status: 400, json: { err: 'invalid_request' } })
  })

  it('is asked to come again while its keys cannot be had', async () => {
    const unreachable = createHooks('http://127.0.0.1:1/jwks', now)
    const answer = await unreachable.send(push(await signedSet('session-revoked')))
    expect(answer).toMatchObject({ status: 503, json: { code: 'provider_unavailable' } })
  })

  it('may verify its stream, with the state it was given or of its own accord', async () => {
    const { send, hints } = setUp()
    expect(await send(push(await signedSet('verification', { events: verification(streamState) })))).toMatchObject({
      status: 202,
    })
    expect(await send(push(await signedSet('verification', { events: verification(undefined) })))).toMatchObject({
      status: 202,
    })
    expect(hints.published).toEqual([])
  })

  it('has to show the secret as well where the connection says so', async () => {
    const { send } = setUp()
    const token = await signedSet('session-revoked')
    expect(await send(push(token, {}, 'ssf-guarded'))).toMatchObject({
      status: 400,
      json: { err: 'authentication_failed' },
    })
    const headers = { authorization: hookSecret }
    expect(await send(push(token, { headers }, 'ssf-guarded'))).toMatchObject({ status: 202 })
  })

  function verification(state: string | undefined) {
    return { 'https://schemas.openid.net/secevent/ssf/event-type/verification': { state } }
  }
  async function signText(claims: string): Promise<string> {
    const { CompactSign } = await import('jose')
    return new CompactSign(new TextEncoder().encode(claims))
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'secevent+jwt' })
      .sign(key.privateKey)
  }
})

describe('the audience of the samples', () => {
  it('is the one that the tests connect', () => {
    expect(JSON.parse(sample('ssf', 'session-revoked'))).toMatchObject({
      iss: transmitter.issuer,
      aud: transmitter.audience,
    })
  })
})

describe('any hook', () => {
  it.each(['/hooks/unknown', '/hooks/', '/hooks/okta/more', '/hooks/__proto__', '/', '/hooks/OKTA'])(
    'at %s does not exist',
    async (path) => {
      const { send } = setUp()
      expect(await send(httpApiEvent({ method: 'POST', path }))).toMatchObject({
        status: 404,
        json: { code: 'no_such_hook' },
      })
    },
  )

  it('asks for repetition while secrets cannot be read, and says nothing of them', async () => {
    const { send, state } = setUp()
    state.secretsFail = true
    const answer = await send(await eventOf('okta'))
    expect(answer).toMatchObject({ status: 503, json: { code: 'delivery_not_kept' } })
  })

  it('reads a secret once, and again at most every 30 seconds however many strangers come', async () => {
    const { send, state } = setUp()
    const wrong = await eventOf('okta', { headers: { authorization: 'wrong' } })
    for (let i = 0; i < 20; i++) await send(wrong)
    expect(state.secretReads).toBe(1)
    state.now += 30_000
    for (let i = 0; i < 20; i++) await send(wrong)
    expect(state.secretReads).toBe(2)
  })
})
