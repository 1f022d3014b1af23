import type { TokenExchange } from '@rolecast/core/application/exchange-token'
import type { SubjectTokenType } from '@rolecast/core/application/ports'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import type { Form } from './form.ts'

export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const tokenType = 'urn:ietf:params:oauth:token-type:'

const subjectTokenTypes: ReadonlyMap<string, SubjectTokenType> = new Map(
  (['access_token', 'id_token', 'jwt'] as const).map((type) => [tokenType + type, type]),
)

/** A token exchange and the type its answer names. */
export interface ExchangeRequest {
  readonly exchange: TokenExchange
  readonly issuedTokenType: string
}

/**
 * Reads a token exchange (RFC 8693 section 2.1). Stricter than the RFC: no actor token (nobody acts for anybody here), no
 * resource, exactly one audience. Refuses with `unsupported_grant_type`, `invalid_target`, `invalid_scope`, `invalid_client`
 * and `invalid_request`; the evidence names the parameter, never its value.
 */
export function readExchangeRequest(form: Form): Outcome<ExchangeRequest> {
  for (const [name, values] of form) {
    if (values.length > 1 && name !== 'audience' && name !== 'resource') return invalid(name, 'repeated')
  }
  const one = (name: string) => form.get(name)?.[0]
  const grantType = one('grant_type')
  if (grantType === undefined) return invalid('grant_type', 'missing')
  if (grantType !== tokenExchange) return refuse('unsupported_grant_type')
  for (const name of ['client_secret', 'client_assertion', 'client_assertion_type']) {
    if (form.has(name)) return refuse('invalid_client', { parameter: name, reason: 'clients_do_not_authenticate' })
  }
  for (const name of ['actor_token', 'actor_token_type']) {
    if (form.has(name)) return invalid(name, 'delegation_is_not_supported')
  }
  const subjectToken = one('subject_token')
  if (subjectToken === undefined) return invalid('subject_token', 'missing')
  const subjectTokenType = subjectTokenTypes.get(one('subject_token_type') ?? '')
  if (subjectTokenType === undefined) return invalid('subject_token_type', 'not_supported')
  const issuedTokenType = one('requested_token_type') ?? `${tokenType}access_token`
  if (issuedTokenType !== `${tokenType}access_token` && issuedTokenType !== `${tokenType}jwt`) {
    return invalid('requested_token_type', 'not_supported')
  }
  const audience = readAudience(form)
  if (!audience.ok) return audience
  const scope = readScope(one('scope'))
  if (!scope.ok) return scope
  const maxAge = readMaxAge(one('assignment_max_age'))
  if (!maxAge.ok) return maxAge
  const clientId = one('client_id')
  const exchange = {
    subjectToken,
    subjectTokenType,
    audience: audience.value,
    ...(clientId === undefined ? {} : { clientId }),
    ...scope.value,
    ...maxAge.value,
  }
  return accept({ exchange, issuedTokenType })
}

function readAudience(form: Form): Outcome<string> {
  if (form.has('resource')) return refuse('invalid_target', { parameter: 'resource', reason: 'not_supported' })
  const [audience, ...others] = form.get('audience') ?? []
  if (audience === undefined) return invalid('audience', 'missing')
  return others.length > 0 ? refuse('invalid_target', { parameter: 'audience', reason: 'repeated' }) : accept(audience)
}

/** RFC 6749 section 3.3: scope tokens of printable ASCII without quotes and backslashes, one space between them. */
function readScope(text: string | undefined): Outcome<{ readonly scope?: readonly string[] }> {
  if (text === undefined) return accept({})
  const isScope = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(text)
  return isScope
    ? accept({ scope: text.split(' ') })
    : refuse('invalid_scope', { parameter: 'scope', reason: 'syntax' })
}

function readMaxAge(text: string | undefined): Outcome<{ readonly assignmentMaxAgeMs?: number }> {
  if (text === undefined) return accept({})
  const isSeconds = /^(?:0|[1-9]\d{0,5})$/.test(text)
  return isSeconds ? accept({ assignmentMaxAgeMs: Number(text) * 1000 }) : invalid('assignment_max_age', 'not_seconds')
}

function invalid(parameter: string, reason: string) {
  return refuse('invalid_request', { parameter, reason })
}
