import { type ExchangeDependencies, exchangeToken } from '@rolecast/core/application/exchange-token'
import { accept, type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import { type ExchangeRequest, readExchangeRequest } from './exchange-request.ts'
import { parseForm } from './form.ts'
import { type HttpAnswer, type HttpRequest, jsonAnswer, noStore } from './http.ts'
import type { Log } from './log.ts'
import { oauthError } from './refusals.ts'

const longestBody = 32_768
const formType = /^application\/x-www-form-urlencoded *(?:; *charset="?utf-8"? *)?$/i

/** `POST /oauth/token`: RFC 8693. Answers as RFC 8693 section 2.2 and RFC 6749 sections 5.1 and 5.2 say. */
export async function exchange(
  dependencies: ExchangeDependencies & { readonly log: Log },
  request: HttpRequest,
): Promise<HttpAnswer> {
  const { log } = dependencies
  const refused = (refusal: Refusal, triedToAuthenticate = false) => {
    log('refused', { route: 'exchange', code: refusal.code, reason: refusal.evidence?.['reason'] })
    return oauthError(refusal, { triedToAuthenticate })
  }
  if (request.headers['authorization'] !== undefined) {
    return refused(refuse('invalid_client', { reason: 'clients_do_not_authenticate' }).refusal, true)
  }
  const read = readBody(request)
  if (!read.ok) return refused(read.refusal)
  const { exchange: asked, issuedTokenType } = read.value
  const issued = await exchangeToken(dependencies, asked)
  if (!issued.ok) return refused(issued.refusal)
  const { accessToken, expiresIn, scope, kind, stale } = issued.value
  log('minted', { application: asked.audience, kind, stale, downscoped: scope !== undefined })
  const body = {
    access_token: accessToken,
    issued_token_type: issuedTokenType,
    token_type: 'Bearer',
    expires_in: expiresIn,
    ...(scope === undefined ? {} : { scope: scope.join(' ') }),
  }
  return jsonAnswer(body, { 'content-type': 'application/json;charset=UTF-8', ...noStore })
}

function readBody({ headers, body }: HttpRequest): Outcome<ExchangeRequest> {
  if (!formType.test(headers['content-type'] ?? '')) return refuse('invalid_request', { reason: 'content_type' })
  if (body.length > longestBody) return refuse('invalid_request', { reason: 'body_too_large' })
  const text = readText(body)
  if (!text.ok) return text
  const form = parseForm(text.value)
  return form.ok ? readExchangeRequest(form.value) : form
}

function readText(bytes: Uint8Array): Outcome<string> {
  try {
    return accept(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return refuse('invalid_request', { reason: 'encoding' })
  }
}
