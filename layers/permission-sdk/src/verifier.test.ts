import { createHash } from 'node:crypto'
import { writeReferenceClaim } from '@rolecast/core/domain/claims/permission-claim'
import { beforeAll, describe, expect, it } from 'vitest'
import { paperHandle } from '../../../test/support/paper-handles.ts'
import {
  catalog,
  codeOf,
  key,
  rsaKey,
  shopClaims,
  shopToken,
  start,
  verifierAt,
} from '../../../test/support/shop-verifier.ts'
import { claimsFor, jwksOf, makeKey, mint, signData, signTexts } from '../../../test/support/tokens.ts'
import { createVerifier } from './verifier.ts'

const header = '{"alg":"ES256","typ":"at+jwt","kid":"shop-1"}'
const payload = () => JSON.stringify(shopClaims())

describe('a verified token', () => {
  it('becomes a grant that decides', async () => {
    const { verifier } = verifierAt()
    const outcome = verifier.verifySync(await shopToken(['orders.view[own]', 'orders.approve'], { scope: 'x y' }))
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    const grant = outcome.value
    expect(grant).toMatchObject({
      application: 'shop',
      subject: 'ann',
      organization: 'acme',
      defaultFull: false,
      gates: [],
    })
    expect(grant.holder).toEqual({
      account: 'ann',
      organization: 'acme',
      changeHandle: paperHandle('acme', 'ann'),
      client: 'portal',
      scope: 'x y',
      expiresAt: start + 300,
      issuedAt: start,
      confirmedAt: start,
      revision: [1, 1],
    })
    expect(grant.can('orders.approve')).toBe(true)
    expect(grant.can('orders.view')).toBe(false)
    expect(grant.can('orders.view', { resource: { attributes: { owner: 'ann' } } })).toBe(true)
    expect(grant.can('orders.view', { resource: { attributes: { owner: 'bob' } } })).toBe(false)
    expect(grant.explain('orders.view')).toMatchObject({ allowed: false, refusal: { code: 'qualifier_unknown' } })
    expect(grant.refusal('orders.refund')).toMatchObject({ code: 'not_granted' })
    expect(grant.refusal('orders.approve')).toBeUndefined()
  })

  it('never lets facts replace the account of the token', async () => {
    const outcome = verifierAt().verifier.verifySync(await shopToken(['orders.view[own]']))
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    const facts = { account: 'bob', resource: { attributes: { owner: 'bob' } } }
    expect(outcome.value.can('orders.view', facts)).toBe(false)
  })

  it('says when it is default-full access, and which resources its gates open', async () => {
    const { verifier } = verifierAt()
    const { prm: _, ...rest } = shopClaims()
    const full = verifier.verifySync(await mint(key, { ...rest, dfl: '1r' }))
    expect(full).toMatchObject({ ok: true, value: { defaultFull: true } })
    const gated = verifier.verifySync(await shopToken(['stock.view'], { gts: ['shelf-1', 'shelf-2'] }))
    if (!gated.ok) throw new Error(gated.refusal.code)
    const onShelf = (id: string) => gated.value.can('stock.view', { resource: { attributes: {}, id, secured: true } })
    expect(['shelf-1', 'shelf-2', 'shelf-3'].map(onShelf)).toEqual([true, true, false])
  })

  it('may be signed with RS256 by a key that is for it', async () => {
    expect(codeOf(verifierAt().verifier.verifySync(await mint(rsaKey, shopClaims())))).toBe('ok')
  })

  it('may call its type application/at+jwt, in any case', () => {
    const { verifier } = verifierAt()
    for (const typ of ['AT+JWT', 'application/at+jwt', 'Application/At+Jwt']) {
      expect(codeOf(verifier.verifySync(signTexts(key, header.replace('at+jwt', typ), payload())))).toBe('ok')
    }
  })
})

describe('a refused token', () => {
  const refusedHeader = (members: object) =>
    signTexts(key, JSON.stringify({ ...JSON.parse(header), ...members }), payload())
  const refusedClaims = (claims: object) => signTexts(key, header, JSON.stringify({ ...shopClaims(), ...claims }))
  const [encodedHeader, encodedPayload] = [header, payload()].map((text) => Buffer.from(text).toString('base64url'))
  let good: string
  beforeAll(async () => {
    good = await shopToken()
  })

  it.each<[code: string, why: string, token: () => string]>([
    ['no_token', 'empty', () => ''],
    ['token_too_large', 'one character too long', () => refusedClaims({ pad: 'x'.repeat(8192) })],
    ['malformed_token', 'one segment', () => 'abc'],
    ['malformed_token', 'two segments', () => good.slice(0, good.lastIndexOf('.'))],
    ['malformed_token', 'four segments', () => `${good}.x`],
    ['malformed_token', 'an empty signature', () => good.slice(0, good.lastIndexOf('.') + 1)],
    ['malformed_token', 'an empty header', () => good.slice(good.indexOf('.'))],
    ['malformed_token', 'a padded header', () => signData(key, `${encodedHeader}=.${encodedPayload}`)],
    ['malformed_token', 'a padded payload', () => signData(key, `${encodedHeader}.${encodedPayload}==`)],
    ['malformed_token', 'plain base64', () => signData(key, `${encodedHeader}.${encodedPayload}+/`)],
    ['malformed_token', 'white space within', () => signData(key, `${encodedHeader}.${encodedPayload} `)],
    [
      'malformed_token',
      'bits behind the last byte',
      () => signData(key, `${encodedHeader}.${Buffer.from('{}').toString('base64url').slice(0, -1)}1`),
    ],
    ['malformed_token', 'a header that is no object', () => signTexts(key, '[]', payload())],
    [
      'malformed_token',
      'a header member twice',
      () => signTexts(key, `${header.slice(0, -1)},"kid":"shop-1"}`, payload()),
    ],
    ['malformed_token', 'a claim twice', () => signTexts(key, header, `${payload().slice(0, -1)},"sub":"ann"}`)],
    [
      'malformed_token',
      'invalid UTF-8',
      () =>
        signData(
          key,
          `${encodedHeader}.${Buffer.concat([Buffer.from(payload().slice(0, -1)), Buffer.from(',"x":"\xff"}', 'latin1')]).toString('base64url')}`,
        ),
    ],
    ['malformed_token', 'a byte order mark', () => signTexts(key, header, `\uFEFF${payload()}`)],
    ['malformed_token', 'deep nesting', () => refusedClaims({ deep: [[[[[[[[1]]]]]]]] })],
    ...['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'zip', 'enc', 'cty'].map(
      (member): [string, string, () => string] => [
        'unsupported_header',
        member,
        () => refusedHeader({ [member]: null }),
      ],
    ),
    ['unsupported_type', 'of an ID token', () => refusedHeader({ typ: 'JWT' })],
    ['unsupported_type', 'missing', () => refusedHeader({ typ: undefined })],
    ['unsupported_type', 'a list', () => refusedHeader({ typ: ['at+jwt'] })],
    ['unknown_key', 'another kid', () => refusedHeader({ kid: 'shop-2' })],
    ['unknown_key', 'no kid', () => refusedHeader({ kid: undefined })],
    ['unknown_key', 'a kid that is a property of every object', () => refusedHeader({ kid: '__proto__' })],
    ['unsupported_algorithm', 'none', () => refusedHeader({ alg: 'none' })],
    ['unsupported_algorithm', 'HMAC with the public key', () => refusedHeader({ alg: 'HS256' })],
    ['unsupported_algorithm', 'that of another key', () => refusedHeader({ alg: 'RS256' })],
    ['unsupported_algorithm', 'in lower case', () => refusedHeader({ alg: 'es256' })],
    ['wrong_issuer', 'another', () => refusedClaims({ iss: 'https://tokens.example/' })],
    ['wrong_issuer', 'missing', () => refusedClaims({ iss: undefined })],
    ['wrong_audience', 'another application', () => refusedClaims({ aud: 'shop-2' })],
    ['wrong_audience', 'a list, even with only this one', () => refusedClaims({ aud: ['shop'] })],
    ['expired', 'this very second', () => refusedClaims({ exp: start })],
    ['not_yet_valid', 'issued 61 s ahead', () => refusedClaims({ iat: start + 61 })],
    ['not_yet_valid', 'not before 61 s ahead', () => refusedClaims({ nbf: start + 61 })],
    ...Object.entries({
      exp: [undefined, null, '1800000300', 1800000300.5, -1, 2 ** 53],
      iat: [undefined, '1', 0.5],
      nbf: [null, 'x', 1.5],
      sub: [undefined, '', 1, 'x'.repeat(257)],
      org: [undefined, '', ['acme']],
      jti: [undefined, ''],
      client_id: [undefined, 7],
      chg: [undefined, null, '', 'A'.repeat(15), 'A'.repeat(17), `${'A'.repeat(15)}=`, `${'A'.repeat(15)}+`, 7],
      rev: [undefined, [1], [1, 2, 3], [1, -1], [1, 1.5], ['1', '1'], 'x'],
      cfm: [undefined, '1', 1.5],
      auth_time: ['1', 1.5, null],
      scope: [1, ['x']],
      prm: [undefined, 5, '', '1zAA', '1bAAAAA'],
      dfl: ['1b', '1r'],
      gts: [[], ['b', 'a'], ['a', 'a'], [1], 'a', null],
    }).flatMap(([claim, values]) =>
      values.map((value): [string, string, () => string] => [
        'malformed_claim',
        `${claim} ${JSON.stringify(value)?.slice(0, 20)}`,
        () => refusedClaims({ [claim]: value }),
      ]),
    ),
    ['unknown_epoch', 'a later catalog', () => refusedClaims({ prm: '2r' })],
    ['unresolved_reference', 'with no way to resolve it', () => refusedClaims({ prm: `1x${'A'.repeat(43)}` })],
    ['bad_signature', 'by another key', () => signTexts(makeKey('shop-1'), header, payload())],
    ['bad_signature', 'all zero', () => `${encodedHeader}.${encodedPayload}.${'A'.repeat(86)}`],
    ['bad_signature', 'r is zero', () => withSignature(good, (bytes) => bytes.fill(0, 0, 32))],
    ['bad_signature', 's is zero', () => withSignature(good, (bytes) => bytes.fill(0, 32))],
    ['bad_signature', 'r beyond the order of the curve', () => withSignature(good, (bytes) => bytes.fill(255, 0, 32))],
    ['bad_signature', 'one byte short', () => withSignature(good, (bytes) => bytes.subarray(1))],
    [
      'bad_signature',
      'one byte long',
      () => withSignature(good, (bytes) => Buffer.concat([bytes, bytes.subarray(0, 1)])),
    ],
    [
      'bad_signature',
      'in DER',
      () => `${encodedHeader}.${encodedPayload}.${Buffer.alloc(70, 48).toString('base64url')}`,
    ],
    [
      'malformed_token',
      'a signature with bits behind the last byte',
      () => `${good.slice(0, -1)}${nextLetter(good.slice(-1))}`,
    ],
  ])('%s: %s', async (code, _, token) => {
    const { verifier } = verifierAt()
    expect(codeOf(verifier.verifySync(token()))).toBe(code)
    expect(codeOf(await verifier.verify(token()))).toBe(code)
  })

  it('is refused with evidence that names the claim, never its value', () => {
    expect(verifierAt().verifier.verifySync(refusedClaims({ sub: 'x'.repeat(300) }))).toEqual({
      ok: false,
      refusal: { code: 'malformed_claim', evidence: { claim: 'sub', reason: 'type' } },
    })
  })

  it('may be anything at all', () => {
    const { verifier } = verifierAt()
    for (const value of [undefined, null, 1, {}, [], Symbol('token')]) {
      expect(codeOf(verifier.verifySync(value as never))).toBe('no_token')
    }
  })
})

describe('time', () => {
  it('ends a token without leeway and lets clocks differ by a minute at its beginning', async () => {
    const { verifier, time } = verifierAt()
    const token = await shopToken(['orders.view'], { iat: start + 60, nbf: start + 60, exp: start + 100 })
    for (const memo of ['fresh', 'remembered']) {
      time.at = start
      expect([memo, codeOf(verifier.verifySync(token))]).toEqual([memo, 'ok'])
      time.at = start + 99.999
      expect(codeOf(verifier.verifySync(token))).toBe('ok')
      time.at = start + 100
      expect(codeOf(verifier.verifySync(token))).toBe('expired')
      time.at = start - 0.001
      expect(codeOf(verifier.verifySync(token))).toBe('not_yet_valid')
    }
  })
})

describe('the freshness seam', () => {
  it('is asked on every call and stands in the way of a remembered token, too', async () => {
    let stale = false
    const asked: string[] = []
    const { verifier } = verifierAt({
      freshness: (grant) => {
        asked.push(grant.subject)
        return stale ? { code: 'stale' } : undefined
      },
    })
    const token = await shopToken()
    expect(codeOf(verifier.verifySync(token))).toBe('ok')
    stale = true
    expect(codeOf(verifier.verifySync(token))).toBe('stale')
    stale = false
    expect(codeOf(verifier.verifySync(token))).toBe('ok')
    expect(asked).toEqual(['ann', 'ann', 'ann'])
    stale = true
    expect(codeOf(verifier.verifySync(await shopToken()))).toBe('stale')
  })
})

describe('keys', () => {
  it('come with the first unknown kid, at most once per cooldown however many tokens ask', async () => {
    let fetches = 0
    const { verifier, time } = verifierAt({
      keys: {
        snapshot: jwksOf(rsaKey),
        refreshAfterSeconds: 0,
        fetch: async () => {
          fetches++
          return jwksOf(key)
        },
      },
    })
    const flood = Array.from({ length: 200 }, (_, at) =>
      signTexts(key, header.replace('shop-1', `made-up-${at}`), payload()),
    )
    const codes = await Promise.all(flood.map(async (token) => codeOf(await verifier.verify(token))))
    expect(new Set(codes)).toEqual(new Set(['unknown_key']))
    for (const token of flood) expect(codeOf(await verifier.verify(token))).toBe('unknown_key')
    expect(fetches).toBe(1)
    expect(codeOf(await verifier.verify(await shopToken()))).toBe('ok')
    time.at += 31
    for (const token of flood) await verifier.verify(token)
    expect(fetches).toBe(2)
  })

  it('are fetched again for a token of a key that has come since', async () => {
    const { verifier, time } = verifierAt({ keys: { snapshot: jwksOf(rsaKey), fetch: async () => jwksOf(key) } })
    const token = await shopToken()
    expect(codeOf(verifier.verifySync(token))).toBe('unknown_key')
    time.at += 30
    expect(codeOf(await verifier.verify(token))).toBe('ok')
  })

  it('end with their removal, and with them every token remembered', async () => {
    const { verifier } = verifierAt()
    const token = await shopToken()
    expect(codeOf(verifier.verifySync(token))).toBe('ok')
    expect(verifier.updateKeys(jwksOf(rsaKey))).toBe(true)
    expect(codeOf(verifier.verifySync(token))).toBe('unknown_key')
    expect(codeOf(verifier.verifySync(await shopToken()))).toBe('unknown_key')
  })

  it('of the same kid but other material do not verify what the old ones did', async () => {
    const { verifier } = verifierAt()
    const token = await shopToken()
    expect(codeOf(verifier.verifySync(token))).toBe('ok')
    verifier.updateKeys(jwksOf(makeKey('shop-1')))
    expect(codeOf(verifier.verifySync(token))).toBe('bad_signature')
  })

  it('stay when an update holds none', async () => {
    const { verifier } = verifierAt()
    expect(verifier.updateKeys({ keys: [] })).toBe(false)
    expect(codeOf(verifier.verifySync(await shopToken()))).toBe('ok')
  })

  it('that could not be refreshed in time are trusted no more, remembered tokens included', async () => {
    const { verifier, time } = verifierAt({
      keys: { snapshot: jwksOf(key), fetch: async () => Promise.reject(new Error('down')) },
    })
    const token = await shopToken(['orders.view'], { exp: start + 2000 })
    time.at = start + 899
    expect(codeOf(await verifier.verify(token))).toBe('ok')
    time.at = start + 900
    expect(codeOf(verifier.verifySync(token))).toBe('unknown_key')
    expect(codeOf(await verifier.verify(token))).toBe('unknown_key')
  })
})

describe('a grant outside the token', () => {
  const content = '{"prm":"1bAg"}'
  const digest = createHash('sha256').update(content).digest('base64url')
  const token = () => shopToken(['orders.view'], { prm: writeReferenceClaim(1, digest) })

  it('is fetched, checked and remembered by what it contains', async () => {
    const asked: string[] = []
    const { verifier } = verifierAt({
      fetchGrantDocument: async (name) => {
        asked.push(name)
        return content
      },
    })
    const outcomes = await Promise.all([token(), token()].map(async (each) => verifier.verify(await each)))
    expect(outcomes.map(codeOf)).toEqual(['ok', 'ok'])
    expect(asked).toEqual([digest])
    const outcome = verifier.verifySync(await token())
    if (!outcome.ok) throw new Error(outcome.refusal.code)
    expect([...outcome.value.grant.permissions]).toEqual([0b10])
  })

  it.each<[string, string | Error]>([
    ['other_content', '{"prm":"1bAw"}'],
    ['not_fetched', new Error('down')],
    ['not_a_document', 'x'.repeat(2_000_001)],
  ])('is not believed: %s', async (reason, answer) => {
    const { verifier } = verifierAt({
      fetchGrantDocument: async () => {
        if (answer instanceof Error) throw answer
        return answer
      },
    })
    expect(await verifier.verify(await token())).toEqual({
      ok: false,
      refusal: { code: 'unresolved_reference', evidence: { reason } },
    })
  })

  it('is not looked for before the signature of the token is verified', async () => {
    const asked: string[] = []
    const { verifier } = verifierAt({
      fetchGrantDocument: async (name) => {
        asked.push(name)
        return content
      },
    })
    const claims = JSON.stringify(shopClaims([], { prm: writeReferenceClaim(1, digest) }))
    expect(codeOf(await verifier.verify(signTexts(makeKey('shop-1'), header, claims)))).toBe('bad_signature')
    expect(asked).toEqual([])
  })
})

it('accepts only the diagonal of application × issuer × type of token', async () => {
  const issuers = ['https://a.example', 'https://b.example']
  const applications = ['shop', 'flows']
  const types = ['at+jwt', 'JWT', 'logout+jwt', 'secevent+jwt', 'dpop+jwt']
  for (const issuer of issuers) {
    for (const application of applications) {
      const verifier = createVerifier({
        issuer,
        catalog: { ...catalog, application },
        keys: { snapshot: jwksOf(key) },
        clock: () => start * 1000,
      })
      for (const iss of issuers) {
        for (const aud of applications) {
          for (const typ of types) {
            const token = await mint(key, claimsFor(aud, start, { iss, prm: '1r' }), { typ })
            const passes = iss === issuer && aud === application && typ === 'at+jwt'
            expect([iss, aud, typ, codeOf(verifier.verifySync(token)) === 'ok']).toEqual([iss, aud, typ, passes])
          }
        }
      }
    }
  }
})

function withSignature(token: string, change: (bytes: Buffer) => Uint8Array): string {
  const at = token.lastIndexOf('.') + 1
  const bytes = change(Buffer.from(token.slice(at), 'base64url'))
  return token.slice(0, at) + Buffer.from(bytes).toString('base64url')
}

function nextLetter(letter: string): string {
  return String.fromCharCode(letter.charCodeAt(0) + 1)
}
