import { type Answer, answerOf } from '@rolecast/core/domain/decision/codes'
import type { Refusal } from '@rolecast/core/domain/decision/refusal'
import { answer, type HttpAnswer } from './http.ts'

/** A refusal as problem details (RFC 9457). What is our own fault says no more than its title. */
export function problem({ code, evidence }: Refusal, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  const { status, title, next }: Answer = answerOf(code)
  const details = status < 500 && evidence !== undefined ? { evidence } : {}
  const body = { type: `urn:rolecast:problem:${code}`, title, status, detail: next, code, ...details }
  const refused = answer(status, 'application/problem+json', JSON.stringify(body))
  const challenge = status === 401 ? { 'www-authenticate': 'Bearer realm="rolecast hooks"' } : {}
  const again = status === 503 ? { 'retry-after': '5' } : {}
  return { ...refused, headers: { ...refused.headers, ...challenge, ...again, ...headers } }
}

/**
 * A refusal of a security event token: 400 and `err` (RFC 8935 section 2.3), but for what is our own fault or says that the
 * request is of another kind altogether.
 */
export function setError(refusal: Refusal): HttpAnswer {
  const { set, title }: Answer = answerOf(refusal.code)
  if (set === undefined) return problem(refusal)
  return answer(400, 'application/json', JSON.stringify({ err: set, description: `${title} (${refusal.code})` }))
}
