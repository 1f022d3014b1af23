import type { PresentedToken } from '@rolecast/core/application/read-presented-token'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import type { HttpRequest } from './http.ts'

/** `b64token` of RFC 6750 section 2.1. */
const credentials = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i

/**
 * The bearer token of a request and the application it asks about. Tokens are taken from the Authorization header alone.
 * Refuses with `no_token`, `malformed_token`, or `invalid_request` for a repeated parameter.
 */
export function readBearer({ headers, query }: HttpRequest): Outcome<PresentedToken> {
  const header = headers['authorization'] ?? ''
  if (!/^bearer(?: |$)/i.test(header)) return refuse('no_token')
  const token = credentials.exec(header)?.[1]
  if (token === undefined) return refuse('malformed_token')
  const application = readParameter(query, 'application')
  if (!application.ok) return application
  return accept({ token, ...(application.value === undefined ? {} : { application: application.value }) })
}

/** A query parameter that may be given once; without a value it counts as omitted. */
export function readParameter(query: URLSearchParams, name: string): Outcome<string | undefined> {
  const values = query.getAll(name).filter((value) => value !== '')
  return values.length > 1 ? refuse('invalid_request', { parameter: name, reason: 'repeated' }) : accept(values[0])
}
