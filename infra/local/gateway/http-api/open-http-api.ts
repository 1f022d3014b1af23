import type { FunctionPool } from '../../lambda/function-pool.ts'
import { executeApiArn } from '../execute-api-arn.ts'
import { type GatewayContext, invokable } from '../gateway-context.ts'
import { invokeWithin } from '../invoke-within.ts'
import { LIMITS } from '../limits.ts'
import type { GatewayAnswer, GatewayRequest } from '../request.ts'
import { ANSWERS } from './answers.ts'
import { type Authorize, openAuthorizer } from './authorize.ts'
import { preflightAnswer, withCors } from './cors.ts'
import { integrationEvent } from './event.ts'
import type { HttpApi, HttpRoute } from './http-api.ts'
import { integrationAnswer } from './integration-answer.ts'
import { type MatchedRequest, matchRequest } from './matched-request.ts'

interface OpenRoute {
  readonly pool: FunctionPool | undefined
  readonly authorize: Authorize | undefined
}

/** Answers requests as the HTTP API would. */
export function openHttpApi(
  api: HttpApi,
  context: GatewayContext,
): (request: GatewayRequest) => Promise<GatewayAnswer> {
  const authorizers = new Map<string, Authorize>()
  const open = (route: HttpRoute): OpenRoute => {
    const { authorizer } = route
    if (authorizer !== undefined && !authorizers.has(authorizer.id)) {
      authorizers.set(authorizer.id, openAuthorizer(api, authorizer, context))
    }
    return {
      pool: invokable(context, route.integrationUri, sourcesOf(api, route)),
      authorize: authorizer && authorizers.get(authorizer.id),
    }
  }
  const routes = new Map(api.routes.map((route) => [route, open(route)] as const))

  const answer = async (request: GatewayRequest): Promise<GatewayAnswer> => {
    if (request.requestLineBytes + request.headerBytes > LIMITS.headerBytes) return ANSWERS.headersTooLarge
    if (request.bodyTooLarge) return ANSWERS.bodyTooLarge
    const match = matchRequest(api, request)
    if (match.outcome === 'undecodable') return ANSWERS.badRequest
    if (match.outcome === 'no_route') return ANSWERS.notFound
    const route = routes.get(match.matched.route)
    return route?.pool === undefined ? ANSWERS.internal : pass(match.matched, route.pool, route.authorize)
  }
  return async (request) => {
    const given = await answer(request)
    const preflight =
      api.cors !== undefined && given === ANSWERS.notFound ? preflightAnswer(api.cors, request) : undefined
    const finished = preflight ?? (api.cors === undefined ? given : withCors(api.cors, request, given))
    return { ...finished, headers: [...finished.headers, ['apigw-requestid', request.id]] }
  }
}

async function pass(
  matched: MatchedRequest,
  pool: FunctionPool,
  authorize: Authorize | undefined,
): Promise<GatewayAnswer> {
  const authorization = await authorize?.(matched)
  switch (authorization?.outcome) {
    case 'unidentified':
      return ANSWERS.unauthorized
    case 'denied':
      return ANSWERS.forbidden
    case 'broken':
      return ANSWERS.internal
  }
  const result = await invokeWithin(pool, integrationEvent(matched, authorization?.context), matched.route.timeoutMs)
  switch (result.outcome) {
    case 'returned':
      return integrationAnswer(result.payload)
    case 'failed':
      return ANSWERS.internal
    case 'timed_out':
      return ANSWERS.unavailable
  }
}

/** A permission names a route by its template: `<api>/<stage>/<method>/<path>`, the default route by `$default`. */
function sourcesOf(api: HttpApi, { key, method }: HttpRoute): readonly string[] {
  const path = key.split(' ')[1]
  return api.stages.map(({ name }) =>
    executeApiArn(api, path === undefined ? `${name}/$default` : `${name}/${method}${path}`),
  )
}
