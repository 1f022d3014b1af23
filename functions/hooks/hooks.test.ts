import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHooks, deliver, hookSecret, previousSecret, sample, signWorkos } from '../../test/support/hooks.ts'
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
let keys: KeySetServer
beforeAll(async () => {
  key = await createProviderKey('one')
  keys = await startKeySetServer(key)
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
