import { errors } from 'jose'
import type { Code } from '../../domain/decision/codes.ts'
import { type Outcome, refuse } from '../../domain/decision/refusal.ts'

type Refused = Extract<Outcome<never>, { readonly ok: false }>

const byCode: Readonly<Record<string, Code>> = {
  [errors.JWTExpired.code]: 'expired',
  [errors.JWSSignatureVerificationFailed.code]: 'bad_signature',
  [errors.JOSEAlgNotAllowed.code]: 'unsupported_algorithm',
  [errors.JOSENotSupported.code]: 'unsupported_header',
  [errors.JWSInvalid.code]: 'malformed_token',
  [errors.JWTInvalid.code]: 'malformed_token',
  [errors.JWKSNoMatchingKey.code]: 'unknown_key',
  [errors.JWKSMultipleMatchingKeys.code]: 'unknown_key',
  [errors.JWKSTimeout.code]: 'provider_unavailable',
  [errors.JWKSInvalid.code]: 'provider_unavailable',
}

const byClaim: Readonly<Record<string, Code>> = {
  iss: 'wrong_issuer',
  aud: 'wrong_audience',
  typ: 'unsupported_type',
  nbf: 'not_yet_valid',
}

/** Translates what jose throws over a token into a refusal. Anything jose does not throw on purpose is thrown on. */
export function refusalOf(error: unknown): Refused {
  if (error instanceof errors.JWTClaimValidationFailed) {
    const code = error.reason === 'check_failed' || error.claim !== 'nbf' ? byClaim[error.claim] : undefined
    return refuse(code ?? 'malformed_claim', { claim: error.claim, reason: error.reason })
  }
  if (error instanceof errors.JOSEError) {
    const code = byCode[error.code]
    if (code !== undefined) return refuse(code)
  }
  throw error
}
