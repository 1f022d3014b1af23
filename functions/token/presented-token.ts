import type { PresentedToken } from '@rolecast/core/application/read-presented-token'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { readBearer } from '@rolecast/permission-sdk/parts/bearer'
import type { HttpRequest } from './http.ts'

/**
 * The bearer token of a request and the application it asks about. Tokens are taken from the Authorization header alone;
 * whatever stands there in a token's place is for the verifiers to refuse.
 * Refuses with `no_token`, or `invalid_request` for a repeated parameter.
 */
export function presentedBy({ headers, query }: HttpRequest): Outcome<PresentedToken> {
  const token = readBearer(headers['authorization'])
  if (!token.ok) return token
  const application = readParameter(query, 'application')
  if (!application.ok) return application
  return accept({ token: token.value, ...(application.value === undefined ? {} : { application: application.value }) })
}

/** A query parameter that may be given once; without a value it counts as omitted. */
export function readParameter(query: URLSearchParams, name: string): Outcome<string | undefined> {
  const values = query.getAll(name).filter((value) => value !== '')
  return values.length > 1 ? refuse('invalid_request', { parameter: name, reason: 'repeated' }) : accept(values[0])
}
