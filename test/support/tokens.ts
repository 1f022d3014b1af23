import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import { type GrantClaims, writeGrantClaims } from '@rolecast/core/domain/claims/grant-claims'
import type { Grant } from '@rolecast/core/domain/grant/grant'
import { addNumber, emptySet } from '@rolecast/core/domain/grant/permission-set'
import { SignJWT } from 'jose'
import { paperHandle } from './paper-handles.ts'

export const issuer = 'https://tokens.example'

/** A signing key of a token service. */
export interface SigningKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256'
  readonly privateKey: KeyObject
  readonly jwk: Readonly<Record<string, unknown>>
}

export function makeKey(kid: string, alg: SigningKey['alg'] = 'ES256'): SigningKey {
  const { privateKey, publicKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { kid, alg, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } }
}

export function jwksOf(...keys: readonly SigningKey[]): { readonly keys: readonly unknown[] } {
  return { keys: keys.map(({ jwk }) => jwk) }
}

/** The claims that carry these grant keys. */
export function grantClaims(
  catalog: DecisionCatalog,
  keys: readonly string[],
  parts: Partial<Grant> = {},
): GrantClaims {
  const epoch = catalog.epochs.length
  const size = catalog.epochs[epoch - 1] ?? 0
  const permissions = emptySet(size)
  for (const key of keys) {
    const number = catalog.keys.indexOf(key)
    if (number < 0) throw new RangeError(`${key} is not in the catalog`)
    addNumber(permissions, number)
  }
  return writeGrantClaims(
    { application: catalog.application, epoch, kind: 'roles', permissions, gates: [], ...parts },
    size,
  )
}

let minted = 0

/** A complete claim set for `now` (epoch seconds), valid for 300 seconds. Overrides with `undefined` leave a claim out. */
export function claimsFor(
  application: string,
  now: number,
  overrides: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const claims = {
    iss: issuer,
    sub: 'ann',
    aud: application,
    exp: now + 300,
    iat: now,
    jti: `token-${++minted}`,
    client_id: 'portal',
    auth_time: now - 60,
    org: 'acme',
    rev: [1, 1],
    cfm: now,
    ...overrides,
  }
  const { org, sub } = claims as { readonly org: unknown; readonly sub: unknown }
  const named = typeof org === 'string' && typeof sub === 'string' ? { chg: paperHandle(org, sub) } : {}
  return JSON.parse(JSON.stringify({ ...named, ...claims }))
}

/** Signs claims as the token service does. */
export async function mint(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header })
    .sign(key.privateKey)
}

/** Signs any two texts: headers and payloads that no library would produce. */
export function signTexts(key: SigningKey, header: string, payload: string): string {
  const data = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`
  return signData(key, data)
}

/** Signs `header.payload`, already encoded, however badly. */
export function signData(key: SigningKey, data: string): string {
  const signature = sign('sha256', Buffer.from(data), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${data}.${signature.toString('base64url')}`
}
