import { fc, test } from '@fast-check/vitest'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { codeOf, key, rsaKey, shopClaims, start, verifierAt } from '../../../test/support/shop-verifier.ts'
import { issuer, jwksOf, makeKey, type SigningKey, signTexts } from '../../../test/support/tokens.ts'

// Our verifier is held against jose on tokens that were changed in every way: it may refuse more, in the ways that
// docs/claims.md lists, but it accepts nothing that jose refuses.

const { verifier } = verifierAt({ memoSize: 0 })
const remembering = verifierAt().verifier
const keySet = createLocalJWKSet(jwksOf(key, rsaKey) as JSONWebKeySet)

async function joseAccepts(token: string): Promise<boolean> {
  const options = {
    issuer,
    audience: 'shop',
    typ: 'at+jwt',
    algorithms: ['ES256', 'RS256'],
    currentDate: new Date(start * 1000),
    // Ours lets clocks differ where a token begins; that it does not where a token ends is tested by example.
    clockTolerance: 60,
    requiredClaims: ['exp', 'iat', 'sub', 'jti', 'client_id'],
  }
  return jwtVerify(token, keySet, options).then(
    () => true,
    () => false,
  )
}

/** Where ours may be stricter. None of these is a signature, a key, an algorithm, an issuer or a type. */
const stricter = new Set([
  'malformed_token',
  'unsupported_header',
  'malformed_claim',
  'wrong_audience',
  'expired',
  'not_yet_valid',
  'unknown_epoch',
  'unresolved_reference',
])

async function holdAgainstJose(token: string): Promise<void> {
  const code = codeOf(verifier.verifySync(token))
  expect(codeOf(remembering.verifySync(token))).toBe(code)
  expect(codeOf(remembering.verifySync(token))).toBe(code)
  const jose = await joseAccepts(token)
  if (code === 'ok') expect(jose, token).toBe(true)
  else if (jose)
    expect(namesItsKey(token) ? stricter : [...stricter, 'unknown_key'], `${code} ${token}`).toContain(code)
}

/** jose finds a key by its type where the header names none; ours does not guess. */
function namesItsKey(token: string): boolean {
  const text = Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString()
  return typeof JSON.parse(text.replace(/^\uFEFF/, '')).kid === 'string'
}

const header = { alg: 'ES256', typ: 'at+jwt', kid: 'shop-1' }
const good = (signer: SigningKey = key, claims: object = {}) =>
  signTexts(
    signer,
    JSON.stringify({ ...header, alg: signer.alg, kid: signer.kid }),
    JSON.stringify({ ...shopClaims(), ...claims }),
  )

let tokens: readonly string[]
beforeAll(() => {
  tokens = [good(), good(rsaKey), good(key, { gts: ['a', 'b'] })]
})

it('agrees with jose on tokens that are as they should be', async () => {
  for (const token of tokens) {
    expect(codeOf(verifier.verifySync(token))).toBe('ok')
    expect(await joseAccepts(token)).toBe(true)
  }
})

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

describe('accepts nothing that jose refuses', () => {
  it('when any one bit of the token is flipped', async () => {
    const [token = ''] = tokens
    for (let at = 0; at < token.length; at++) {
      const character = token.charAt(at)
      const flips =
        character === '.'
          ? ['A', ',']
          : [0, 1, 2, 3, 4, 5].map((bit) => alphabet.charAt(alphabet.indexOf(character) ^ (1 << bit)))
      for (const flipped of flips) {
        const changed = token.slice(0, at) + flipped + token.slice(at + 1)
        expect(codeOf(verifier.verifySync(changed)), changed).not.toBe('ok')
        expect(codeOf(remembering.verifySync(changed)), changed).not.toBe('ok')
      }
    }
  })

  it('when any one character, or all of a part, is another with the same low byte', () => {
    const [token = ''] = tokens
    const parts = token.split('.')
    const shift = (text: string, by: number) =>
      text.replace(/[^.]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + by))
    const wholeParts = parts.flatMap((_, at) =>
      [0x100, 0x2100, 0xff00].map((by) =>
        parts.map((part, other) => (other === at ? shift(part, by) : part)).join('.'),
      ),
    )
    const characters = Array.from(token, (character, at) =>
      character === '.' ? 'x' : token.slice(0, at) + shift(character, 0x100) + token.slice(at + 1),
    )
    for (const changed of [...wholeParts, ...characters]) {
      expect(codeOf(verifier.verifySync(changed)), changed).not.toBe('ok')
      expect(codeOf(remembering.verifySync(changed)), changed).not.toBe('ok')
    }
  })

  test.prop([fc.nat(), fc.nat(), fc.nat(), fc.constantFrom('', '.', '=', '+', '/', ' ', '\n', '\0', 'A', 'é', '...')], {
    numRuns: 600,
  })('when text is cut out or put in', async (which, from, length, inserted) => {
    const token = tokens[which % tokens.length] ?? ''
    const start = from % (token.length + 1)
    await holdAgainstJose(token.slice(0, start) + inserted + token.slice(start + (length % 4)))
  })

  test.prop([fc.nat(), fc.nat(), fc.nat(2), fc.nat(2)], { numRuns: 100 })(
    'when segments are exchanged',
    async (one, other, left, right) => {
      const a = (tokens[one % tokens.length] ?? '').split('.')
      const b = (tokens[other % tokens.length] ?? '').split('.')
      a[left] = b[right] ?? ''
      await holdAgainstJose(a.join('.'))
    },
  )

  const oddValue = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      '',
      'shop',
      ['shop'],
      'at+jwt',
      'JWT',
      'application/at+jwt',
      'ES256',
      'RS256',
      'HS256',
      'none',
    ),
    fc.constantFrom<unknown>(
      start,
      start + 1,
      start - 1,
      start + 60,
      start + 61,
      start + 0.5,
      -start,
      1e300,
      Number.MAX_SAFE_INTEGER,
      String(start + 300),
    ),
    fc.constantFrom<unknown>(
      'shop-1',
      'shop-rsa',
      '1r',
      '1bAg',
      '1b',
      '2r',
      `1x${'A'.repeat(43)}`,
      {},
      [],
      [1, 1],
      [['x']],
      true,
    ),
    fc.jsonValue({ maxDepth: 3 }),
  )
  const headerMember = fc.constantFrom(
    'alg',
    'typ',
    'kid',
    'crit',
    'b64',
    'jku',
    'jwk',
    'x5u',
    'x5c',
    'x5t',
    'x5t#S256',
    'zip',
    'enc',
    'cty',
    'other',
  )
  const claim = fc.constantFrom(
    'iss',
    'sub',
    'aud',
    'exp',
    'iat',
    'nbf',
    'jti',
    'client_id',
    'org',
    'rev',
    'cfm',
    'prm',
    'dfl',
    'gts',
    'auth_time',
    'scope',
    'other',
  )

  test.prop(
    [
      fc.array(fc.tuple(headerMember, oddValue), { maxLength: 2 }),
      fc.array(fc.tuple(claim, oddValue), { maxLength: 3 }),
      fc.constantFrom('same', 'other', 'rsa'),
    ],
    { numRuns: 1500 },
  )('when header and claims are edited and signed again', async (members, claims, signer) => {
    const signing = signer === 'same' ? key : signer === 'rsa' ? rsaKey : makeKey('shop-1')
    const edited = (value: object, edits: readonly (readonly [string, unknown])[]) =>
      JSON.stringify({ ...value, ...Object.fromEntries(edits) })
    await holdAgainstJose(signTexts(signing, edited(header, members), edited(shopClaims(), claims)))
  })

  const spelling = fc.constantFrom<(text: string) => string>(
    (text) => text,
    (text) => ` ${text}\n`,
    (text) => text.replace('{', '{ '),
    (text) => text.replaceAll(':', ' : '),
    (text) => `${text.slice(0, -1)},"exp":9999999999}`,
    (text) => `{"exp":9999999999,${text.slice(1)}`,
    (text) => `${text.slice(0, -1)},"kid":"shop-rsa"}`,
    (text) => text.replace('"kid"', '"\\u006bid"').replace('"exp"', '"e\\u0078p"'),
    (text) => text.replace(/"exp":(\d+)/, '"exp":$1.0'),
    (text) => text.replace(/"exp":(\d+)/, '"exp":1.8000003e9'),
    (text) => text.replace(/"exp":(\d+)/, '"exp":1e999'),
    (text) => text.replace(/"exp":(\d+)/, '"exp":-0'),
    (text) => `\uFEFF${text}`,
    (text) => `${text}\0`,
    (text) => `${text}{}`,
    (text) => `[${text}]`,
    (text) => text.replace('"shop-1"', '"shop-1\\u0000"'),
    (text) => text.replaceAll('"', "'"),
  )
  test.prop([spelling, spelling, fc.boolean()], { numRuns: 400 })(
    'when they are spelt in other ways',
    async (head, body, twice) => {
      const payload = body(JSON.stringify(shopClaims()))
      await holdAgainstJose(signTexts(key, head(JSON.stringify(header)), twice ? body(payload) : payload))
    },
  )

  test.prop([fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ minLength: 60, maxLength: 70 })], { numRuns: 300 })(
    'when a part is noise',
    async (noise, signature) => {
      const [head = '', body = '', sign = ''] = (tokens[0] ?? '').split('.')
      const text = Buffer.from(noise).toString('base64url')
      await holdAgainstJose(`${text}.${body}.${sign}`)
      await holdAgainstJose(`${head}.${text}.${sign}`)
      await holdAgainstJose(`${head}.${body}.${Buffer.from(signature).toString('base64url')}`)
    },
  )
})
