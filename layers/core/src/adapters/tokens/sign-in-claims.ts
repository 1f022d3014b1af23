import type { SignIn } from '../../application/ports.ts'
import { accept, type Outcome, refuse } from '../../domain/decision/refusal.ts'

/** Claims of a verified token that say who signed in where, none of them looked at yet. */
export interface SignInClaims {
  readonly iss: unknown
  readonly sub: unknown
  readonly organization: unknown
  readonly clientId: unknown
  readonly exp: unknown
  readonly authTime: unknown
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: names with control characters are what this refuses
const name = /^[^\u0000-\u0020\u007f-\u009f](?:[^\u0000-\u001f\u007f-\u009f]{0,253}[^\u0000-\u0020\u007f-\u009f])?$/u

/**
 * Names are 1 to 255 characters without control characters or surrounding spaces, times non-negative integers.
 * Refuses with `malformed_claim`; the evidence says which claim.
 */
export function readSignIn(claims: SignInClaims): Outcome<SignIn> {
  const { iss, sub, organization, clientId, exp, authTime } = claims
  if (!isName(iss)) return malformed('iss')
  if (!isName(sub)) return malformed('sub')
  if (!isName(organization)) return malformed('organization')
  if (!isName(clientId)) return malformed('client_id')
  if (!isTime(exp)) return malformed('exp')
  const signIn = { issuer: iss, subject: sub, organization, clientId, expiresAt: Math.floor(exp) }
  if (authTime === undefined) return accept(signIn)
  return isTime(authTime) ? accept({ ...signIn, authTime: Math.floor(authTime) }) : malformed('auth_time')
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && name.test(value)
}

/** RFC 7519 section 2 allows fractions in a NumericDate. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
}

function malformed(claim: string) {
  return refuse('malformed_claim', { claim })
}
