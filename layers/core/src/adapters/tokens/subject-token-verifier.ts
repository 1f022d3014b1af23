import { decodeJwt, errors } from 'jose'
import type { Subject, SubjectTokenType, SubjectTokenVerifier } from '../../application/ports.ts'
import { longestSignIn } from '../../domain/claims/longest-sign-in.ts'
import { type Outcome, refuse } from '../../domain/decision/refusal.ts'
import { refusalOf } from './jose-refusal.ts'

/**
 * Hands a token to the verifier of the issuer it names. What the token says is only used to choose; the chosen verifier
 * then holds the token to that issuer and its keys.
 */
export class SubjectTokenVerifiers implements SubjectTokenVerifier {
  readonly #byIssuer: ReadonlyMap<string, SubjectTokenVerifier>

  constructor(byIssuer: ReadonlyMap<string, SubjectTokenVerifier>) {
    this.#byIssuer = byIssuer
  }

  async verifySubjectToken(token: string, type: SubjectTokenType): Promise<Outcome<Subject>> {
    if (token.length > longestSignIn) return refuse('token_too_large', { limit: longestSignIn })
    if (!isCompact(token)) return refuse('malformed_token')
    const issuer = readIssuer(token)
    if (!issuer.ok) return issuer
    const verifier = this.#byIssuer.get(issuer.value)
    return verifier === undefined ? refuse('wrong_issuer') : verifier.verifySubjectToken(token, type)
  }
}

/**
 * Three parts of canonical base64url (RFC 7515 sections 2 and 7.1), as every other verifier of ours wants it: jose overlooks padding
 * and spare bits, so that one signature would have many spellings.
 */
function isCompact(token: string): boolean {
  const parts = token.split('.', 4)
  return parts.length === 3 && parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}

function readIssuer(token: string): Outcome<string> {
  try {
    const { iss } = decodeJwt(token)
    return typeof iss === 'string' ? { ok: true, value: iss } : refuse('malformed_claim', { claim: 'iss' })
  } catch (error) {
    return error instanceof errors.JOSEError ? refuse('malformed_token') : refusalOf(error)
  }
}
