import { executeApiArn } from '../execute-api-arn.ts'
import { type GatewayRequest, headerValues, queryParameters, requestTime } from '../request.ts'
import type { MatchedRequest } from './matched-request.ts'

/** What an authorizer adds to the request context: its own context, types kept. */
export interface AuthorizerContext {
  readonly lambda: unknown
}

/** The event of a Lambda proxy integration, payload format 2.0. */
export function integrationEvent(matched: MatchedRequest, authorizer?: AuthorizerContext): unknown {
  const { request } = matched
  return {
    ...commonParts(matched),
    requestContext: requestContext(matched, authorizer),
    ...bodyParts(request),
  }
}

/** The event of a REQUEST authorizer, payload format 2.0. `identitySource` is null where the authorizer has none. */
export function authorizerEvent(matched: MatchedRequest, identity: readonly string[]): unknown {
  return {
    ...commonParts(matched),
    type: 'REQUEST',
    routeArn: routeArn(matched),
    identitySource: identity.length === 0 ? null : identity,
    requestContext: requestContext(matched),
  }
}

/** ARN of the request: stage, method and the path as it was asked for. */
export function routeArn({ api, stage, request, path }: MatchedRequest): string {
  return executeApiArn(api, `${stage.name}/${request.method}${path}`)
}

function commonParts({ request, route, rawPath, stage, pathParameters }: MatchedRequest) {
  const cookies = headerValues(request, 'cookie').flatMap((line) => line.split(/;\s*/))
  const query = queryParameters(request.query)
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath,
    rawQueryString: request.query,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers: lowerCaseHeaders(request),
    ...(query.size === 0
      ? {}
      : { queryStringParameters: Object.fromEntries([...query].map(([name, values]) => [name, values.join(',')])) }),
    ...(Object.keys(pathParameters).length === 0 ? {} : { pathParameters }),
    ...(Object.keys(stage.variables).length === 0 ? {} : { stageVariables: stage.variables }),
  }
}

/** Lower case, duplicates joined by a comma, cookies elsewhere. */
function lowerCaseHeaders(request: GatewayRequest): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [given, value] of request.headers) {
    const name = given.toLowerCase()
    if (name === 'cookie') continue
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`
  }
  headers['content-length'] ??= String(request.body.length)
  headers['x-forwarded-for'] ??= request.sourceIp
  headers['x-forwarded-proto'] ??= 'http'
  return headers
}

function requestContext({ api, stage, request, route, rawPath }: MatchedRequest, authorizer?: AuthorizerContext) {
  return {
    accountId: api.account,
    apiId: api.id,
    ...(authorizer === undefined ? {} : { authorizer }),
    domainName: headerValues(request, 'host')[0] ?? '',
    domainPrefix: api.id,
    http: {
      method: request.method,
      path: rawPath,
      protocol: request.protocol,
      sourceIp: request.sourceIp,
      userAgent: headerValues(request, 'user-agent')[0] ?? '',
    },
    requestId: request.id,
    routeKey: route.key,
    stage: stage.name,
    time: requestTime(request.receivedAt),
    timeEpoch: request.receivedAt,
  }
}

/** Types that arrive as text; all others, forms (`application/x-www-form-urlencoded`) among them, arrive in base64. */
const TEXT = /^(text\/|application\/(json|xml|javascript)\b)/i

function bodyParts(request: GatewayRequest) {
  if (request.body.length === 0) return { isBase64Encoded: false }
  const text = TEXT.test(headerValues(request, 'content-type')[0] ?? '')
  return { body: request.body.toString(text ? 'utf8' : 'base64'), isBase64Encoded: !text }
}
