import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHooks, deliver, hookSecret, sample, streamState, transmitter } from '../../test/support/hooks.ts'
import {
  createProviderKey,
  type KeySetServer,
  type ProviderKey,
  signAsProvider,
  startKeySetServer,
} from '../../test/support/key-set-server.ts'

const now = 1_793_046_500_000
let key: ProviderKey
let stranger: ProviderKey
let keys: KeySetServer
beforeAll(async () => {
  key = await createProviderKey('one')
  stranger = await createProviderKey('one')
  keys = await startKeySetServer(key)
})
afterAll(() => keys.close())

const setUp = () => createHooks(keys.url, now)

function signedSet(name: string, claims: object = {}, header: object = {}, by = key): Promise<string> {
  const all = { ...JSON.parse(sample('ssf', name)), ...claims }
  return signAsProvider(by, all, { typ: 'secevent+jwt', ...header })
}

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
