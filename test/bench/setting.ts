import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, verify } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Contender } from './measure.ts'

/** Keys and claims that every token of a run shares. */
export interface Setting {
  readonly issuer: string
  readonly audience: string
  readonly kid: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] }
}

export function makeSetting(): Setting {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = 'bench-2026'
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
  return {
    issuer: 'https://token.rolecast.example',
    audience: 'bench',
    kid,
    publicKey,
    privateKey,
    jwks: { keys: [jwk] },
  }
}

export interface Signing {
  readonly claims: Readonly<Record<string, unknown>>
  readonly key?: KeyObject
  readonly kid?: string
  /** Epoch seconds. */
  readonly expiresAt?: number
}

/** A token of the run; `jti` makes every one different. The registered claims are the same for all contenders. */
export function sign(setting: Setting, { claims, key, kid, expiresAt }: Signing): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const registered = {
    iss: setting.issuer,
    sub: 'a3f1c2d4-person@acme.example',
    aud: setting.audience,
    exp: expiresAt ?? now + 300,
    iat: now,
    jti: randomUUID(),
    client_id: 'console',
    auth_time: now,
  }
  return new SignJWT({ ...registered, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: kid ?? setting.kid })
    .sign(key ?? setting.privateKey)
}

export async function signMany(setting: Setting, count: number, signing: Signing): Promise<string[]> {
  const tokens: string[] = []
  for (let index = 0; index < count; index++) tokens.push(await sign(setting, signing))
  return tokens
}

/** The floor: a bare synchronous `crypto.verify` over what the tokens sign, with DER signatures made beforehand. */
export function bareVerify(setting: Setting, tokens: readonly string[]): Contender {
  const items = tokens.map((token) => {
    const at = token.lastIndexOf('.')
    return { data: Buffer.from(token.slice(0, at)), signature: toDer(Buffer.from(token.slice(at + 1), 'base64url')) }
  })
  const key = createPublicKey(setting.publicKey.export({ type: 'spki', format: 'pem' }))
  let from = 0
  return {
    name: 'crypto.verify',
    prepare: (start) => {
      from = start
    },
    run: (iterations) => {
      for (let index = 0; index < iterations; index++) {
        const item = items[(from + index) % items.length]
        if (item === undefined || !verify('sha256', item.data, key, item.signature)) throw new Error('does not verify')
      }
    },
  }
}

/** ECDSA-Sig-Value (RFC 3279 section 2.2.3) from the fixed-width form of RFC 7518 section 3.4. */
function toDer(raw: Buffer): Buffer {
  const integer = (bytes: Buffer) => {
    let start = 0
    while (start < bytes.length - 1 && bytes[start] === 0) start++
    const body = bytes.subarray(start)
    const padded = (body[0] ?? 0) & 128 ? Buffer.concat([Buffer.of(0), body]) : body
    return Buffer.concat([Buffer.of(2, padded.length), padded])
  }
  const body = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))])
  return Buffer.concat([Buffer.of(48, body.length), body])
}
