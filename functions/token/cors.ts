import type { HttpAnswer, HttpRequest } from './http.ts'

/**
 * Lets pages of the configured origins read an answer, and no others. Without configured origins nothing is said: then
 * browsers let no other origin read anything. Credentials are never allowed: tokens come in a header, not in cookies.
 */
export function allowOrigin(
  answer: HttpAnswer,
  { headers: { origin } }: HttpRequest,
  corsOrigins: readonly string[],
): HttpAnswer {
  if (corsOrigins.length === 0) return answer
  const allowed = origin !== undefined && corsOrigins.includes(origin)
  const allow = allowed
    ? { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'www-authenticate, retry-after' }
    : {}
  return { ...answer, headers: { ...answer.headers, vary: 'origin', ...allow } }
}

/** The answer to OPTIONS: the methods of the endpoint, and for pages of configured origins that they may use them. */
export function preflight(
  methods: readonly string[],
  request: HttpRequest,
  corsOrigins: readonly string[],
): HttpAnswer {
  const list = methods.join(', ')
  const answer = allowOrigin({ status: 204, headers: { allow: list } }, request, corsOrigins)
  if (answer.headers['access-control-allow-origin'] === undefined) return answer
  const allow = {
    'access-control-allow-methods': list,
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  }
  return { ...answer, headers: { ...answer.headers, ...allow } }
}
