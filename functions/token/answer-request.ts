import type { ChangeFeed } from '@rolecast/core/application/change-feed'
import type { ExchangeDependencies } from '@rolecast/core/application/exchange-token'
import type { ExplainDependencies } from '@rolecast/core/application/explain-permission'
import type { GrantDocumentStore, KeyRingReader } from '@rolecast/core/application/ports'
import { refuse } from '@rolecast/core/domain/decision/refusal'
import { changes } from './changes-route.ts'
import { allowOrigin, preflight } from './cors.ts'
import { grantDocument, keySet, metadata } from './document-routes.ts'
import { exchange } from './exchange-route.ts'
import type { HttpAnswer, HttpRequest } from './http.ts'
import type { Log } from './log.ts'
import { problem } from './refusals.ts'
import { explanation, session } from './session-routes.ts'

export interface TokenDependencies extends ExchangeDependencies, ExplainDependencies {
  readonly grantDocuments: GrantDocumentStore
  readonly keyRing: KeyRingReader
  readonly changeFeed: Pick<ChangeFeed, 'readPage'>
  readonly corsOrigins: readonly string[]
  readonly log: Log
}

interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: RegExp
  readonly answer: (dependencies: TokenDependencies, request: HttpRequest) => Promise<HttpAnswer>
}

const routes: readonly Route[] = [
  { method: 'POST', path: /^\/oauth\/token$/, answer: exchange },
  { method: 'GET', path: /^\/\.well-known\/oauth-authorization-server$/, answer: metadata },
  { method: 'GET', path: /^\/\.well-known\/jwks\.json$/, answer: keySet },
  { method: 'GET', path: /^\/grants\/[^/]*$/, answer: grantDocument },
  { method: 'GET', path: /^\/changes$/, answer: changes },
  { method: 'GET', path: /^\/session$/, answer: session },
  { method: 'GET', path: /^\/session\/explain$/, answer: explanation },
]

/** Answers a request of the token service. HEAD is GET without its body (RFC 9110 section 9.3.2). */
export async function answerRequest(dependencies: TokenDependencies, request: HttpRequest): Promise<HttpAnswer> {
  const { corsOrigins } = dependencies
  const route = routes.find(({ path }) => path.test(request.path))
  if (route === undefined) return allowOrigin(problem(refuse('no_such_endpoint').refusal), request, corsOrigins)
  const allowed = route.method === 'GET' ? ['GET', 'HEAD', 'OPTIONS'] : [route.method, 'OPTIONS']
  if (request.method === 'OPTIONS') return preflight(allowed, request, corsOrigins)
  if (!allowed.includes(request.method)) {
    const answer = problem(refuse('method_not_allowed').refusal, { allow: allowed.join(', ') })
    return allowOrigin(answer, request, corsOrigins)
  }
  const { body, ...head } = allowOrigin(await route.answer(dependencies, request), request, corsOrigins)
  return request.method === 'HEAD' || body === undefined ? head : { ...head, body }
}
