import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { CachedKeyRing } from '../../application/cached-key-ring.ts'
import type { RingKey } from '../../application/ports.ts'
import { rotateKeys } from '../../application/rotate-keys.ts'
import type { TokenClaims } from '../../domain/claims/token-claims.ts'
import { MemoryDatabase } from '../memory/database.ts'
import { MemoryKeyRingStore } from '../memory/key-ring-store.ts'
import { MemoryKeyWrapper } from '../memory/key-wrapper.ts'
import { JoseSigner } from './jose-signer.ts'
import { JoseKeyFactory } from './key-factory.ts'
import { OwnTokenVerifier } from './own-token-verifier.ts'

const issuer = 'https://tokens.example'
const now = 1_793_000_000

const claims: TokenClaims = {
  iss: issuer,
  sub: 'ada',
  aud: 'shop',
  exp: now + 300,
  iat: now,
  jti: 'one',
  client_id: 'front-end',
  auth_time: now - 5,
  org: 'acme',
  chg: 'AAAAAAAAAAAAAAAA',
  rev: [7, 3],
  cfm: now,
  prm: '1b_w',
}

async function setUp(alg: RingKey['alg'] = 'ES256') {
  const time = { now: now * 1000 }
  const clock = () => time.now
  const store = new MemoryKeyRingStore(new MemoryDatabase(clock))
  const wrapper = new MemoryKeyWrapper()
  let unwrapped = 0
  const counting = {
    wrap: wrapper.wrap.bind(wrapper),
    unwrap: (...each: Parameters<typeof wrapper.unwrap>) => {
      unwrapped += 1
      return wrapper.unwrap(...each)
    },
  }
  const rules = { alg, rotateAfterMs: 1_000, publishBeforeMs: 0, retireAfterMs: 400_000 }
  const rotate = (request = {}) =>
    rotateKeys({ keyRing: store, keys: new JoseKeyFactory(), wrapper, clock, rules, stage: 'test' }, request)
  await rotate()
  const ring = new CachedKeyRing({ store, clock, maxAgeMs: 30_000 })
  const signer = new JoseSigner({ ring, wrapper: counting, stage: 'test' })
  const verifier = new OwnTokenVerifier({ ring, issuer, clock })
  const sign = async (parts: Partial<TokenClaims> = {}): Promise<string> => {
    const signed = await signer.signToken({ ...claims, ...parts })
    if (!signed.ok) throw new Error(signed.refusal.code)
    return signed.value
  }
  return { time, store, ring, signer, verifier, wrapper, sign, rotate, unwrapped: () => unwrapped }
}

function partsOf(token: string): readonly [Record<string, unknown>, Record<string, unknown>] {
  const [header = '', payload = ''] = token.split('.')
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  return [read(header), read(payload)]
}

/** Signs anything with the current key, as whoever had it could. */
async function signAnything(
  { store, wrapper }: Pick<Awaited<ReturnType<typeof setUp>>, 'store' | 'wrapper'>,
  payload: object,
  header: object = {},
): Promise<string> {
  const key = (await store.readKeyRing()).keys.find(({ state }) => state === 'current')
  if (key === undefined) throw new Error('no key')
  const plain = await wrapper.unwrap(Buffer.from(key.wrappedPrivateKey, 'base64'), { stage: 'test', kid: key.kid })
  const usage = { name: 'ECDSA', namedCurve: 'P-256' }
  const privateKey = await crypto.subtle.importKey('pkcs8', new Uint8Array(plain), usage, false, ['sign'])
  const protectedHeader = { alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header }
  return new SignJWT({ ...payload }).setProtectedHeader(protectedHeader).sign(privateKey, { crit: { x: true } })
}

describe('signing', () => {
  it.each(['ES256', 'RS256'] as const)('with %s says alg, typ and kid, and the claims as they are', async (alg) => {
    const { sign, store, verifier } = await setUp(alg)
    const token = await sign()
    const current = (await store.readKeyRing()).keys.find(({ state }) => state === 'current')
    const [header, payload] = partsOf(token)
    expect(Object.entries(header)).toEqual([
      ['alg', alg],
      ['typ', 'at+jwt'],
      ['kid', current?.kid],
    ])
    expect(JSON.stringify(payload)).toBe(JSON.stringify(claims))
    expect((await verifier.verifySubjectToken(token, 'access_token')).ok).toBe(true)
  })

  it('unwraps a key once, and the next one when it takes over', async () => {
    const { sign, rotate, time, unwrapped } = await setUp()
    await Promise.all([sign(), sign()])
    await sign()
    expect(unwrapped()).toBe(1)
    time.now += 31_000
    await rotate()
    await sign()
    await sign()
    expect(unwrapped()).toBe(2)
  })

  it('refuses without a key, and throws when the key cannot be unwrapped, each time anew', async () => {
    const { ring, store } = await setUp()
    const empty = { readKeyRing: async () => ({ revision: 0, keys: [] }), refreshKeyRing: ring.refreshKeyRing }
    const noKey = new JoseSigner({ ring: empty, wrapper: new MemoryKeyWrapper(), stage: 'test' })
    expect(await noKey.signToken(claims)).toMatchObject({ refusal: { code: 'no_signing_key' } })
    const wrongStage = new JoseSigner({
      ring: new CachedKeyRing({ store, clock: Date.now, maxAgeMs: 1 }),
      wrapper: new MemoryKeyWrapper(),
      stage: 'prod',
    })
    await expect(wrongStage.signToken(claims)).rejects.toThrow()
    await expect(wrongStage.signToken(claims)).rejects.toThrow()
  })
})

describe('a token of ours that is presented', () => {
  it('speaks for the account it was made for, and says for what and how far', async () => {
    const { sign, verifier } = await setUp()
    expect(await verifier.verifySubjectToken(await sign({ scope: 'a b[c]' }), 'jwt')).toEqual({
      ok: true,
      value: {
        issuer,
        subject: 'ada',
        organization: 'acme',
        clientId: 'front-end',
        expiresAt: now + 300,
        authTime: now - 5,
        ownToken: { application: 'shop', scope: ['a', 'b[c]'] },
      },
    })
  })

  it('is read with the stored ring when the copy in memory lacks its key', async () => {
    const { sign, rotate, ring, time, store } = await setUp()
    const reader = new CachedKeyRing({ store, clock: () => time.now, maxAgeMs: 30_000 })
    const verifier = new OwnTokenVerifier({ ring: reader, issuer, clock: () => time.now })
    await reader.readKeyRing()
    for (const key of (await ring.readKeyRing()).keys) await rotate({ remove: key.kid })
    time.now += 1_000
    await ring.refreshKeyRing()
    expect((await verifier.verifySubjectToken(await sign(), 'jwt')).ok).toBe(true)
  })

  it('is refused once its key was removed and the copy in memory is too old', async () => {
    const { sign, rotate, verifier, time, store } = await setUp()
    const token = await sign({ exp: now + 3_000 })
    const kid = (await store.readKeyRing()).keys.find(({ state }) => state === 'current')?.kid
    await rotate({ remove: kid })
    time.now += 30_000
    expect(await verifier.verifySubjectToken(token, 'jwt')).toMatchObject({ refusal: { code: 'unknown_key' } })
  })

  it('is refused when it has expired, to the second', async () => {
    const { sign, verifier, time } = await setUp()
    const token = await sign()
    time.now += 299_999
    expect((await verifier.verifySubjectToken(token, 'jwt')).ok).toBe(true)
    time.now += 1
    expect(await verifier.verifySubjectToken(token, 'jwt')).toMatchObject({ refusal: { code: 'expired' } })
  })

  it.each<[string, string, Record<string, unknown>, Record<string, unknown>]>([
    ['of another type', 'unsupported_type', {}, { typ: 'JWT' }],
    ['without type', 'unsupported_type', {}, { typ: undefined }],
    ['of an unknown key', 'unknown_key', {}, { kid: 'elsewhere' }],
    ['without key', 'unknown_key', {}, { kid: undefined }],
    ['of another issuer', 'wrong_issuer', { iss: 'https://other.example' }, {}],
    ['for several audiences', 'malformed_claim', { aud: ['shop', 'open'] }, {}],
    ['without organization', 'malformed_claim', { org: undefined }, {}],
    ['with an organization that is no text', 'malformed_claim', { org: 7 }, {}],
    ['with a scope that is no text', 'malformed_claim', { scope: ['a'] }, {}],
    ['without expiry', 'malformed_claim', { exp: undefined }, {}],
    ['with an unknown critical header', 'unsupported_header', {}, { crit: ['x'], x: 1 }],
  ])('is refused %s: %s', async (_, code, changes, header) => {
    const world = await setUp()
    const payload = JSON.parse(JSON.stringify({ ...claims, ...changes }))
    const token = await signAnything(world, payload, header)
    expect(await world.verifier.verifySubjectToken(token, 'access_token')).toMatchObject({ refusal: { code } })
  })

  it('is refused as an ID token', async () => {
    const { sign, verifier } = await setUp()
    expect(await verifier.verifySubjectToken(await sign(), 'id_token')).toMatchObject({
      refusal: { code: 'unsupported_type' },
    })
  })

  it('is refused with the algorithm of another kind of key', async () => {
    const world = await setUp()
    const kid = (await world.store.readKeyRing()).keys[0]?.kid
    const rsa = await crypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: 'SHA-256' },
      false,
      ['sign', 'verify'],
    )
    const header = { alg: 'RS256', typ: 'at+jwt', ...(kid && { kid }) }
    const token = await new SignJWT({ ...claims, rev: [7, 3] }).setProtectedHeader(header).sign(rsa.privateKey)
    expect(await world.verifier.verifySubjectToken(token, 'jwt')).toMatchObject({
      refusal: { code: 'unsupported_algorithm' },
    })
  })
})
