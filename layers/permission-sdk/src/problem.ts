import { answerOf } from '@rolecast/core/domain/decision/codes'
import type { Refusal } from '@rolecast/core/domain/decision/refusal'

/** An answer of a Lambda behind API Gateway, of either kind. */
export interface ProblemAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * The answer to a refusal: problem details (RFC 9457) with our stable `code` and, where a token is at fault, a
 * `WWW-Authenticate` challenge (RFC 6750 section 3; without `error` when no token was presented). The evidence goes
 * along (it holds no token and no claim set) unless we are at fault. `realm` names the protected space in the challenge.
 */
export function problemOf(refusal: Refusal, realm?: string): ProblemAnswer {
  const { status, title, next, challenge } = answerOf(refusal.code)
  const parameters = [
    ...(realm === undefined ? [] : [`realm=${quote(realm)}`]),
    ...(challenge === undefined ? [] : [`error="${challenge}"`, `error_description=${quote(title)}`]),
  ]
  const challenged = status === 401 || challenge !== undefined
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(challenged ? { 'www-authenticate': ['Bearer', parameters.join(', ')].join(' ').trim() } : {}),
    },
    body: JSON.stringify({
      type: `urn:rolecast:problem:${refusal.code}`,
      title,
      status,
      detail: next,
      code: refusal.code,
      ...(status < 500 && refusal.evidence !== undefined ? { evidence: refusal.evidence } : {}),
    }),
  }
}

/** A quoted string of RFC 9110 section 5.6.4, in the characters that RFC 6750 allows. */
function quote(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]|["\\]/g, '')}"`
}
