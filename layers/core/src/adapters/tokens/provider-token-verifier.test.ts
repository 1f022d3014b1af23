import { setTimeout } from 'node:timers/promises'
import type { JWTPayload } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  createProviderKey,
  type KeySetServer,
  type ProviderKey,
  signAsProvider,
  startKeySetServer,
} from '../../../../../test/support/key-set-server.ts'
import { providerAlgorithms, type SubjectTokenType, type TrustedProvider } from '../../application/ports.ts'
import { ProviderTokenVerifier } from './provider-token-verifier.ts'
import { SubjectTokenVerifiers } from './subject-token-verifier.ts'

const issuer = 'https://login.acme.example'
const now = 1_793_000_000
let key: ProviderKey
let server: KeySetServer
beforeAll(async () => {
  key = await createProviderKey('one')
  server = await startKeySetServer(key)
})
afterAll(() => server.close())
afterEach(() => {
  server.fault = undefined
})

function verifier(parts: Partial<TrustedProvider> = {}, options: { readonly keySetCooldownMs?: number } = {}) {
  const provider: TrustedProvider = {
    issuer,
    jwksUri: server.url,
    audiences: ['https://api.acme.example'],
    clientIds: ['front-end', 'mobile'],
    organization: { claim: 'org_id' },
    algorithms: ['ES256', 'RS256'],
    ...parts,
  }
  const one = new ProviderTokenVerifier(provider, { clock: () => now * 1000, keySetTimeoutMs: 1_000, ...options })
  return new SubjectTokenVerifiers(new Map([[issuer, one]]))
}

const accessClaims = {
  iss: issuer,
  sub: 'ada',
  aud: 'https://api.acme.example',
  iat: now - 10,
  exp: now + 600,
  client_id: 'front-end',
  org_id: 'acme',
  auth_time: now - 20,
}
const idClaims = { ...accessClaims, aud: 'front-end', client_id: undefined, nonce: 'n' }

function verify(token: string, type: SubjectTokenType = 'access_token', parts: Partial<TrustedProvider> = {}) {
  return verifier(parts).verifySubjectToken(token, type)
}

/** Claims without those that are `undefined`, as JSON drops them. */
function claimsWith(claims: JWTPayload, changes: Readonly<Record<string, unknown>>): JWTPayload {
  return JSON.parse(JSON.stringify({ ...claims, ...changes }))
}

describe('a token of a trusted provider', () => {
  const subject = {
    issuer,
    subject: 'ada',
    organization: 'acme',
    clientId: 'front-end',
    expiresAt: now + 600,
    authTime: now - 20,
  }
  it.each<[string, SubjectTokenType, JWTPayload, Record<string, unknown>]>([
    ['an access token of RFC 9068', 'access_token', accessClaims, {}],
    ['the same under its full media type', 'access_token', accessClaims, { typ: 'application/AT+JWT' }],
    ['the same called a jwt', 'jwt', accessClaims, {}],
    ['a plain JWT for one of our audiences', 'access_token', accessClaims, { typ: 'JWT' }],
    ['one without typ', 'access_token', accessClaims, { typ: undefined }],
    ['one for several audiences', 'access_token', { ...accessClaims, aud: ['x', accessClaims.aud] }, {}],
    [
      'one that names its client by azp',
      'access_token',
      claimsWith(accessClaims, { client_id: undefined, azp: 'front-end' }),
      {},
    ],
    ['an ID token', 'id_token', claimsWith(idClaims, {}), { typ: 'JWT' }],
    [
      'an ID token with several audiences',
      'id_token',
      claimsWith(idClaims, { aud: ['front-end', 'x'], azp: 'front-end' }),
      { typ: 'JWT' },
    ],
  ])('is accepted: %s', async (_, type, claims, header) => {
    expect(await verify(await signAsProvider(key, claims, header), type)).toEqual({ ok: true, value: subject })
  })

  it('belongs to the fixed organization where one is configured, whatever it says', async () => {
    const token = await signAsProvider(key, claimsWith(accessClaims, { org_id: 'other' }))
    expect(await verify(token, 'jwt', { organization: { fixed: 'acme' } })).toMatchObject({
      value: { organization: 'acme' },
    })
  })
})

describe('an algorithm on the list', () => {
  it.each(providerAlgorithms)('%s verifies', async (alg) => {
    const one = await createProviderKey(`key of ${alg}`, alg)
    server.keys.push(one)
    const token = await signAsProvider(one, accessClaims)
    expect(await verify(token, 'jwt', { algorithms: [alg] })).toMatchObject({ ok: true })
    server.keys.pop()
  })
})

describe('refused', () => {
  it.each<[string, string, Record<string, unknown>, Record<string, unknown>, SubjectTokenType?]>([
    ['expired', 'expired', { exp: now }, {}],
    ['for another audience', 'wrong_audience', { aud: 'https://api.other.example' }, {}],
    ['for no audience', 'wrong_audience', { aud: undefined }, {}],
    ['from another issuer', 'wrong_issuer', { iss: 'https://login.evil.example' }, {}],
    ['not valid yet', 'not_yet_valid', { nbf: now + 6 }, {}],
    ['without expiry', 'malformed_claim', { exp: undefined }, {}],
    ['with an expiry in words', 'malformed_claim', { exp: 'tomorrow' }, {}],
    ['without subject', 'malformed_claim', { sub: undefined }, {}],
    ['with an empty subject', 'malformed_claim', { sub: '' }, {}],
    ['with a subject of two lines', 'malformed_claim', { sub: 'ada\nbob' }, {}],
    ['without client', 'malformed_claim', { client_id: undefined }, {}],
    ['without organization', 'malformed_claim', { org_id: undefined }, {}],
    ['with a list of organizations', 'malformed_claim', { org_id: ['acme'] }, {}],
    ['an ID token as an access token', 'wrong_audience', { aud: 'front-end' }, { typ: 'JWT' }],
    ['an access token as an ID token', 'unsupported_type', {}, {}, 'id_token'],
    ['a plain access token as an ID token', 'wrong_audience', {}, { typ: 'JWT' }, 'id_token'],
    ['an ID token of an unknown client', 'wrong_audience', { aud: 'stranger' }, { typ: 'JWT' }, 'id_token'],
    [
      'an ID token authorized for somebody else',
      'malformed_claim',
      { aud: ['front-end', 'x'], azp: 'x' },
      { typ: 'JWT' },
      'id_token',
    ],
    ['a logout token', 'unsupported_type', {}, { typ: 'logout+jwt' }],
    ['a token that is critical about something', 'unsupported_header', {}, { crit: ['x'], x: 1 }],
    ['a token with an unknown key', 'unknown_key', {}, { kid: 'two' }],
  ])('%s: %s', async (_, code, changes, header, type = 'access_token') => {
    const token = await signAsProvider(key, claimsWith(accessClaims, changes), header)
    expect(await verify(token, type)).toMatchObject({ ok: false, refusal: { code } })
  })

  it('a forged signature, another key under the same name, and a shortened signature', async () => {
    const forger = await createProviderKey('one')
    const token = await signAsProvider(key, accessClaims)
    for (const bad of [
      await signAsProvider(forger, accessClaims),
      token.slice(0, -6),
      `${token.slice(0, token.lastIndexOf('.'))}.AAAA`,
    ]) {
      expect(await verify(bad)).toMatchObject({ refusal: { code: 'bad_signature' } })
    }
  })

  it('an algorithm that is not on the list, before any key is looked for', async () => {
    const hs = await createProviderKey('one', 'ES384')
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(accessClaims)).toString('base64url')}.AA`
    const before = server.requests()
    for (const bad of [await signAsProvider(hs, accessClaims), none]) {
      expect(await verify(bad)).toMatchObject({ refusal: { code: 'unsupported_algorithm' } })
    }
    expect(await verify(await signAsProvider(key, accessClaims), 'jwt', { algorithms: ['RS256'] })).toMatchObject({
      refusal: { code: 'unsupported_algorithm' },
    })
    expect(server.requests()).toBe(before)
  })

  it('another issuer, also when the verifier is asked directly', async () => {
    const elsewhere = 'https://login.elsewhere.example'
    const provider = {
      issuer: elsewhere,
      jwksUri: server.url,
      audiences: [accessClaims.aud],
      organization: { fixed: 'acme' },
      algorithms: ['ES256'],
    } as const
    const one = new ProviderTokenVerifier(provider, { clock: () => now * 1000 })
    expect(await one.verifySubjectToken(await signAsProvider(key, accessClaims), 'jwt')).toMatchObject({
      refusal: { code: 'wrong_issuer' },
    })
  })

  it('what is no token at all', async () => {
    const payload = Buffer.from(JSON.stringify(accessClaims)).toString('base64url')
    for (const bad of [
      '',
      'x',
      'a.b.c',
      '..',
      `e30.${payload}.`,
      `.${payload}.AA`,
      `bm8.${payload}.AA`,
      'a.b.c.d.e',
      'ä.ö.ü',
    ]) {
      expect(await verify(bad), bad).toMatchObject({ refusal: { code: 'malformed_token' } })
    }
    const token = await signAsProvider(key, accessClaims)
    const spareBits = { A: 'B', Q: 'R', g: 'h', w: 'x' }[token.slice(-1)] ?? ''
    for (const bad of [`${token}==`, token.replace('.', '=.'), `${token} `, token.slice(0, -1) + spareBits]) {
      expect(await verify(bad), 'another spelling of one token').toMatchObject({ refusal: { code: 'malformed_token' } })
    }
    expect(await verify('x'.repeat(16_385))).toMatchObject({ refusal: { code: 'token_too_large' } })
  })

  it('ID tokens altogether where no client is configured', async () => {
    const { clientIds: _, ...withoutClients } = {
      clientIds: [],
      issuer,
      jwksUri: server.url,
      audiences: ['https://api.acme.example'],
      organization: { fixed: 'acme' },
      algorithms: ['ES256'],
    } satisfies TrustedProvider
    const one = new ProviderTokenVerifier(withoutClients, { clock: () => now * 1000 })
    const token = await signAsProvider(key, claimsWith(idClaims, {}), { typ: 'JWT' })
    expect(await one.verifySubjectToken(token, 'id_token')).toMatchObject({ refusal: { code: 'wrong_audience' } })
  })
})

describe('the key set', () => {
  it.each(['slow', 'status', 'garbage', 'redirect'] as const)(
    'that is %s is the provider being unavailable',
    async (fault) => {
      server.fault = fault
      expect(await verify(await signAsProvider(key, accessClaims))).toMatchObject({
        refusal: { code: 'provider_unavailable' },
      })
    },
  )

  it('that cannot be reached is the provider being unavailable', async () => {
    const token = await signAsProvider(key, accessClaims)
    expect(await verify(token, 'jwt', { jwksUri: 'http://127.0.0.1:1/jwks' })).toMatchObject({
      refusal: { code: 'provider_unavailable' },
    })
  })

  it('is read once for many tokens, and not again for every unknown key', async () => {
    const one = verifier()
    const before = server.requests()
    const known = await signAsProvider(key, accessClaims)
    const unknown = await signAsProvider(key, accessClaims, { kid: 'two' })
    for (const token of [known, known, unknown, unknown, known]) await one.verifySubjectToken(token, 'jwt')
    expect(server.requests() - before).toBe(1)
  })

  it('is not asked for by every unknown key while it cannot be read; known keys verify meanwhile', async () => {
    const one = verifier({}, { keySetCooldownMs: 0 })
    const known = await signAsProvider(key, accessClaims)
    const unknown = await signAsProvider(key, accessClaims, { kid: 'two' })
    await one.verifySubjectToken(known, 'jwt')
    server.fault = 'status'
    const before = server.requests()
    for (let request = 0; request < 10; request++) {
      expect(await one.verifySubjectToken(unknown, 'jwt')).toMatchObject({ refusal: { code: 'provider_unavailable' } })
      expect(await one.verifySubjectToken(known, 'jwt')).toMatchObject({ ok: true })
    }
    expect(server.requests() - before).toBe(1)
    server.fault = undefined
    await setTimeout(1_050)
    expect(await one.verifySubjectToken(unknown, 'jwt')).toMatchObject({ refusal: { code: 'unknown_key' } })
  })

  it('is read again for a new key when that is due', async () => {
    const one = verifier({}, { keySetCooldownMs: 0 })
    await one.verifySubjectToken(await signAsProvider(key, accessClaims), 'jwt')
    const fresh = await createProviderKey('fresh')
    server.keys.push(fresh)
    expect(await one.verifySubjectToken(await signAsProvider(fresh, accessClaims), 'jwt')).toMatchObject({ ok: true })
    server.keys.pop()
  })
})
