import { type Answer, answerOf } from '@rolecast/core/domain/decision/codes'
import type { Refusal } from '@rolecast/core/domain/decision/refusal'
import { type HttpAnswer, noStore } from './http.ts'

const realm = 'realm="rolecast"'

/**
 * A refusal at the token endpoint: RFC 6749 section 5.2, with our stable code beside the RFC's coarse one. 400, but for a
 * client that tried to authenticate in the header (401, RFC 9110 section 11.6.1 then wants a challenge) and for what is our
 * own fault.
 */
export function oauthError({ code }: Refusal, { triedToAuthenticate = false } = {}): HttpAnswer {
  const answer: Answer = answerOf(code)
  const error = answer.oauth ?? 'server_error'
  const status = triedToAuthenticate ? 401 : statusOfOauth(error)
  const headers = {
    'content-type': 'application/json;charset=UTF-8',
    ...noStore,
    ...(triedToAuthenticate ? { 'www-authenticate': `Basic ${realm}` } : {}),
    ...(status === 503 ? { 'retry-after': '1' } : {}),
  }
  const body = JSON.stringify({ error, error_description: `${answer.title}. ${answer.next}`, code })
  return { status, headers, body }
}

function statusOfOauth(error: NonNullable<Answer['oauth']>): number {
  switch (error) {
    case 'temporarily_unavailable':
      return 503
    case 'server_error':
      return 500
    default:
      return 400
  }
}

/**
 * A refusal anywhere else: problem details (RFC 9457), with a bearer challenge where a token would help (RFC 6750 section 3).
 * What is our own fault says no more than its title.
 */
export function problem({ code, evidence }: Refusal, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  const answer: Answer = answerOf(code)
  const { status, title, next } = answer
  const body = {
    type: `urn:rolecast:problem:${code}`,
    title,
    status,
    detail: next,
    code,
    ...(status < 500 && evidence !== undefined ? { evidence } : {}),
  }
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...noStore,
      ...challengeOf(answer),
      ...(status === 503 ? { 'retry-after': '1' } : {}),
      ...headers,
    },
    body: JSON.stringify(body),
  }
}

/** Without an error code when no token was presented at all (RFC 6750 section 3.1). */
function challengeOf({ status, challenge, title }: Answer): Readonly<Record<string, string>> {
  if (challenge !== undefined) {
    return { 'www-authenticate': `Bearer ${realm}, error="${challenge}", error_description="${title}"` }
  }
  return status === 401 ? { 'www-authenticate': `Bearer ${realm}` } : {}
}
