import { type GatewayRequest, type Header, headerValues, queryParameters, requestTime } from '../request.ts'
import { type MatchedRequest, methodArn } from './matched-request.ts'
import type { RestApi } from './rest-api.ts'

/** The event of a Lambda proxy integration, payload format 1.0. */
export function integrationEvent(matched: MatchedRequest, authorizer?: Readonly<Record<string, unknown>>): unknown {
  const { request, api } = matched
  const binary = isBinary(api, headerValues(request, 'content-type')[0] ?? '')
  return {
    ...commonParts(matched),
    requestContext: requestContext(matched, authorizer),
    body: request.body.length === 0 ? null : request.body.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary && request.body.length > 0,
  }
}

/** The event of a REQUEST authorizer. */
export function requestAuthorizerEvent(matched: MatchedRequest): unknown {
  return {
    type: 'REQUEST',
    methodArn: methodArn(matched),
    ...commonParts(matched),
    requestContext: requestContext(matched),
  }
}

/** The event of a TOKEN authorizer, which holds nothing else. */
export function tokenAuthorizerEvent(matched: MatchedRequest, authorizationToken: string): unknown {
  return { type: 'TOKEN', methodArn: methodArn(matched), authorizationToken }
}

/** Whether bodies of a media type travel in base64. */
export function isBinary({ binaryMediaTypes }: RestApi, mediaType: string): boolean {
  const [plain = ''] = mediaType.split(';')
  return binaryMediaTypes.some((type) => type === '*/*' || type === plain.trim())
}

function commonParts({ request, resource, path, stage, pathParameters }: MatchedRequest) {
  const multiValueHeaders = grouped(headersOf(request))
  const query = Object.fromEntries(queryParameters(request.query))
  return {
    resource: resource.path,
    path,
    httpMethod: request.method,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders: orNull(multiValueHeaders),
    queryStringParameters: lastOf(query),
    multiValueQueryStringParameters: orNull(query),
    pathParameters: orNull(pathParameters),
    stageVariables: orNull(stage.variables),
  }
}

function headersOf(request: GatewayRequest): readonly Header[] {
  return [...request.headers, ['X-Forwarded-For', request.sourceIp], ['X-Forwarded-Proto', 'http']]
}

/** All values by name, in the client's case; names that differ only in case are one, as it was first spelt. */
function grouped(headers: readonly Header[]): Record<string, string[]> {
  const spelling = new Map<string, string>()
  const found: Record<string, string[]> = {}
  for (const [given, value] of headers) {
    const name = spelling.get(given.toLowerCase()) ?? given
    spelling.set(given.toLowerCase(), name)
    found[name] = [...(found[name] ?? []), value]
  }
  return found
}

function lastOf(values: Readonly<Record<string, readonly string[]>>): Record<string, string> | null {
  return orNull(Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? ''])))
}

function orNull<T extends object>(map: T): T | null {
  return Object.keys(map).length === 0 ? null : map
}

function requestContext(
  { api, stage, request, resource, path }: MatchedRequest,
  authorizer?: Readonly<Record<string, unknown>>,
) {
  return {
    accountId: api.account,
    apiId: api.id,
    ...(authorizer === undefined ? {} : { authorizer }),
    domainName: headerValues(request, 'host')[0] ?? '',
    domainPrefix: api.id,
    extendedRequestId: request.id,
    httpMethod: request.method,
    identity: { sourceIp: request.sourceIp, userAgent: headerValues(request, 'user-agent')[0] ?? null },
    path: `/${stage.name}${path}`,
    protocol: request.protocol,
    requestId: request.id,
    requestTime: requestTime(request.receivedAt),
    requestTimeEpoch: request.receivedAt,
    resourceId: resource.id,
    resourcePath: resource.path,
    stage: stage.name,
  }
}
