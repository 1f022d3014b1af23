import type { TokenClaims } from '@rolecast/core/domain/claims/token-claims'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'

/** Clocks may differ by this much where a token says from when on it is valid (seconds). `exp` has no leeway. */
export const clockSkew = 60

/** Names are at most this long, so that what is made of them fits (characters). */
const longestName = 256

const names = ['sub', 'org', 'jti', 'client_id', 'chg'] as const

/** A verified token's claims; `nbf` is never minted but obeyed, `scope` is set on tokens that were scoped down. */
export type AccessClaims = TokenClaims & { readonly nbf?: number; readonly scope?: string }

/** What a token must say. */
export interface Expected {
  readonly issuer: string
  readonly audience: string
}

/**
 * Checks the registered claims (RFC 7519 section 4.1, RFC 9068 section 4) and the types of ours, all but the content of
 * the permission claim. `now` is epoch seconds. Refuses with `wrong_issuer`, `wrong_audience`, `expired`,
 * `not_yet_valid` or `malformed_claim` (evidence names the claim).
 */
export function checkClaims(
  claims: Readonly<Record<string, unknown>>,
  expected: Expected,
  now: number,
): Outcome<AccessClaims> {
  const { exp, iat, nbf, rev } = claims
  if (claims['iss'] !== expected.issuer) return refuse('wrong_issuer', { expected: expected.issuer })
  if (claims['aud'] !== expected.audience) return refuse('wrong_audience', { expected: expected.audience })
  if (!isWhole(exp)) return malformed('exp')
  if (exp <= now) return refuse('expired', { expiredAt: exp })
  if (!isWhole(iat)) return malformed('iat')
  if (nbf !== undefined && !isWhole(nbf)) return malformed('nbf')
  if (validFrom({ iat, nbf }) > now) return refuse('not_yet_valid')
  for (const name of names) if (!isName(claims[name])) return malformed(name)
  if (!/^[\w-]{16}$/.test(claims['chg'] as string)) return malformed('chg')
  if (!isWhole(claims['cfm'])) return malformed('cfm')
  if (!Array.isArray(rev) || rev.length !== 2 || !isWhole(rev[0]) || !isWhole(rev[1])) return malformed('rev')
  if (claims['auth_time'] !== undefined && !isWhole(claims['auth_time'])) return malformed('auth_time')
  if (claims['scope'] !== undefined && typeof claims['scope'] !== 'string') return malformed('scope')
  if ((claims['prm'] === undefined) === (claims['dfl'] === undefined)) return malformed('prm')
  // Every member was looked at above; the compiler cannot add that up.
  return accept(claims as unknown as AccessClaims)
}

/** The second from which a token may be used, skew included. */
export function validFrom({ iat, nbf }: { readonly iat: number; readonly nbf?: number | undefined }): number {
  return Math.max(iat, nbf ?? iat) - clockSkew
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longestName
}

function malformed(claim: string) {
  return refuse('malformed_claim', { claim, reason: 'type' })
}
