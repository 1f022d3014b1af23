import type { FunctionPool } from '../../lambda/function-pool.ts'
import { executeApiArn } from '../execute-api-arn.ts'
import { type GatewayContext, invokable } from '../gateway-context.ts'
import { invokeWithin } from '../invoke-within.ts'
import { LIMITS } from '../limits.ts'
import type { GatewayAnswer, GatewayRequest } from '../request.ts'
import { type Authorize, openAuthorizer } from './authorize.ts'
import { integrationEvent } from './event.ts'
import { gatewayResponse, type ResponseType } from './gateway-response.ts'
import { integrationAnswer } from './integration-answer.ts'
import { type MatchedRequest, matchRequest, methodArn } from './matched-request.ts'
import type { RestApi, RestMethod, RestResource, RestStage } from './rest-api.ts'

interface OpenMethod {
  /** Absent: a mock, or a function the API may not call. */
  readonly pool?: FunctionPool
  readonly authorize?: Authorize
}

/** A refusal: its name, its message, and what an authorizer said. */
interface Refusal {
  readonly type: ResponseType
  readonly message: string | null
  readonly values?: Readonly<Record<string, string>>
}

/** Answers requests as the REST API would. Paths begin with the stage's name. */
export function openRestApi(
  api: RestApi,
  context: GatewayContext,
): (request: GatewayRequest) => Promise<GatewayAnswer> {
  const authorizers = new Map<string, Authorize>()
  const methods = new Map(
    api.resources.flatMap((resource) =>
      [...resource.methods].map(([name, method]) => [method, openMethod(resource, name, method)] as const),
    ),
  )
  function openMethod(resource: RestResource, name: string, { integration, authorizer }: RestMethod): OpenMethod {
    const pool =
      integration.kind === 'function' ? invokable(context, integration.uri, sourcesOf(api, resource, name)) : undefined
    const authorize = authorizer && (authorizers.get(authorizer.id) ?? openAuthorizer(api, authorizer, context))
    if (authorizer !== undefined && authorize !== undefined) authorizers.set(authorizer.id, authorize)
    return { ...(pool === undefined ? {} : { pool }), ...(authorize === undefined ? {} : { authorize }) }
  }

  const answer = async (request: GatewayRequest): Promise<GatewayAnswer> => {
    const match = matchRequest(api, request)
    if (match.outcome === 'no_stage') return FORBIDDEN
    const { stage, resource } =
      match.outcome === 'matched' ? match.matched : { stage: match.stage, resource: undefined }
    const given =
      tooLarge(request) ??
      (match.outcome === 'matched'
        ? await pass(match.matched, methods.get(match.matched.method) ?? {})
        : { type: 'MISSING_AUTHENTICATION_TOKEN' as const, message: 'Missing Authentication Token' })
    return isRefusal(given) ? refuse(given, api, { request, stage, resourcePath: resource?.path ?? '' }) : given
  }
  return async (request) => {
    const given = await answer(request)
    return { ...given, headers: [...given.headers, ['x-amzn-RequestId', request.id]] }
  }
}

async function pass(matched: MatchedRequest, { pool, authorize }: OpenMethod): Promise<GatewayAnswer | Refusal> {
  const { request, api, method } = matched
  if (authorize !== undefined && Buffer.byteLength(methodArn(matched)) > LIMITS.methodArnBytes) {
    return { type: 'URI_TOO_LONG', message: 'Request URI too long' }
  }
  const authorization = await authorize?.(matched)
  switch (authorization?.outcome) {
    case 'unauthorized':
      return { type: 'UNAUTHORIZED', message: 'Unauthorized' }
    case 'denied':
    case 'explicitly_denied':
      return { type: 'ACCESS_DENIED', message: deniedMessage(authorization.outcome), values: authorization.values }
    case 'broken':
      return {
        type: authorization.cause === 'failure' ? 'AUTHORIZER_FAILURE' : 'AUTHORIZER_CONFIGURATION_ERROR',
        message: null,
      }
  }
  const { integration } = method
  if (integration.kind === 'mock')
    return { status: integration.status, headers: integration.headers, body: integration.body }
  if (pool === undefined) return { type: 'API_CONFIGURATION_ERROR', message: 'Internal server error' }
  const result = await invokeWithin(pool, integrationEvent(matched, authorization?.values), integration.timeoutMs)
  if (result.outcome === 'timed_out') return { type: 'INTEGRATION_TIMEOUT', message: 'Endpoint request timed out' }
  const answer = result.outcome === 'returned' ? integrationAnswer(result.payload, api, request) : undefined
  return answer ?? { type: 'BAD_FUNCTION_ANSWER', message: 'Internal server error' }
}

function deniedMessage(outcome: 'denied' | 'explicitly_denied'): string {
  const message = 'User is not authorized to access this resource'
  return outcome === 'denied' ? message : `${message} with an explicit deny`
}

function tooLarge({ headerBytes, bodyTooLarge }: GatewayRequest): Refusal | undefined {
  if (headerBytes > LIMITS.headerBytes) return { type: 'HEADERS_TOO_LARGE', message: 'Request Header Fields Too Large' }
  return bodyTooLarge ? { type: 'REQUEST_TOO_LARGE', message: 'Request Entity Too Large' } : undefined
}

function refuse(
  { type, message, values }: Refusal,
  { responses }: RestApi,
  where: { readonly request: GatewayRequest; readonly stage: RestStage; readonly resourcePath: string },
): GatewayAnswer {
  return gatewayResponse(type, responses, {
    request: where.request,
    message,
    ...(values === undefined ? {} : { authorizer: values }),
    stage: where.stage.name,
    stageVariables: where.stage.variables,
    resourcePath: where.resourcePath,
  })
}

function isRefusal(given: GatewayAnswer | Refusal): given is Refusal {
  return 'type' in given
}

/** What stands in front of all stages answers a path without one. */
const FORBIDDEN: GatewayAnswer = {
  status: 403,
  headers: [
    ['content-type', 'application/json'],
    ['x-amzn-ErrorType', 'ForbiddenException'],
  ],
  body: '{"message":"Forbidden"}',
}

/** A permission names a method by its resource, path parameters as they stand in the template or as `*`. */
function sourcesOf(api: RestApi, { path }: RestResource, method: string): readonly string[] {
  const name = method === 'ANY' ? '*' : method
  return api.stages.flatMap((stage) =>
    [path, path.replace(/\{[^}]+\}/g, '*')].map((form) => executeApiArn(api, `${stage.name}/${name}${form}`)),
  )
}
