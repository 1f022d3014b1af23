import type { JsonWebKey, KeyObject } from 'node:crypto'
import { nodeCrypto } from '../node-crypto.ts'

/** A public key with the one algorithm it verifies. */
export interface VerificationKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256'
  readonly key: KeyObject
}

/** Keys by `kid`. */
export type KeySet = ReadonlyMap<string, VerificationKey>

/**
 * Reads a JWK set (RFC 7517 section 5). Keys that cannot verify an access token here are left out, as the RFC asks: no
 * `kid`, another type, curve, algorithm or use, RSA below 2,048 bits, private or invalid material. A `kid` that names
 * two keys names none. Returns `undefined` when the value is not a key set or no key is left.
 */
export function readKeySet(value: unknown): KeySet | undefined {
  const list: unknown = typeof value === 'object' && value !== null && 'keys' in value ? value.keys : undefined
  if (!Array.isArray(list)) return undefined
  const keys = new Map<string, VerificationKey>()
  const twice = new Set<string>()
  for (const jwk of list) {
    const key = readKey(jwk)
    if (key === undefined) continue
    if (keys.has(key.kid)) twice.add(key.kid)
    keys.set(key.kid, key)
  }
  for (const kid of twice) keys.delete(kid)
  return keys.size === 0 ? undefined : keys
}

function readKey(jwk: unknown): VerificationKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kid, kty, crv, alg, use, key_ops: operations, d } = jwk as Record<string, unknown>
  if (typeof kid !== 'string' || d !== undefined || (use ?? 'sig') !== 'sig') return undefined
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return undefined
  const own = kty === 'EC' && crv === 'P-256' ? 'ES256' : kty === 'RSA' ? 'RS256' : undefined
  if (own === undefined || (alg ?? own) !== own) return undefined
  try {
    const key = nodeCrypto().createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    if (own === 'RS256' && (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) return undefined
    return { kid, alg: own, key }
  } catch {
    return undefined
  }
}
