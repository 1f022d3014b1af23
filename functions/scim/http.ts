import { answerOf } from '@rolecast/core/domain/decision/codes'
import type { Refusal } from '@rolecast/core/domain/decision/refusal'
import type { JsonObject } from '@rolecast/core/domain/scim/json'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'

/** A request as the routes read it; `path` is below the base path. */
export interface ScimRequest {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  /** Bytes as they were sent. */
  readonly body: Uint8Array
}

export interface ScimAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: JsonObject
}

/** Where the service is, below its origin. */
export const basePath = '/scim/v2'

export function readEvent(event: APIGatewayProxyEventV2): ScimRequest | undefined {
  const { rawPath } = event
  if (rawPath !== basePath && !rawPath.startsWith(`${basePath}/`)) return undefined
  const headers = Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  return {
    method: event.requestContext.http.method,
    path: rawPath.slice(basePath.length).replace(/\/$/, ''),
    headers: Object.fromEntries(headers),
    query: new URLSearchParams(event.rawQueryString),
    body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
  }
}

/** What is about people is kept by nobody on the way. */
const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' } as const

export function toResult(answer: ScimAnswer, method: string): APIGatewayProxyStructuredResultV2 {
  const { status, headers, body } = answer
  const type = body === undefined ? {} : { 'content-type': 'application/scim+json' }
  const all = { ...type, ...noStore, ...headers }
  if (body === undefined || method === 'HEAD') return { statusCode: status, headers: all }
  return { statusCode: status, headers: all, body: JSON.stringify(body) }
}

/** An error as RFC 7644 section 3.12 has it, without a member more: clients may refuse what they do not know. */
export function errorBody({ code, evidence }: Refusal): JsonObject {
  const { status, scim, title, next } = answerOf(code)
  const detail = evidence?.['detail']
  const said = status < 500 && typeof detail === 'string' ? `${title}: ${detail}.` : `${title}. ${next}`
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scim !== undefined && { scimType: scim }),
    detail: said,
  }
}

/** Our stable code goes into a header of its own, beside the RFC's coarse one. */
export function errorAnswer(refusal: Refusal, headers: Readonly<Record<string, string>> = {}): ScimAnswer {
  const { status, challenge } = answerOf(refusal.code)
  const error = challenge === undefined ? '' : `, error="${challenge}"`
  return {
    status,
    headers: {
      ...(status === 401 ? { 'www-authenticate': `Bearer realm="rolecast-scim"${error}` } : {}),
      'rolecast-code': refusal.code,
      ...(status === 503 ? { 'retry-after': '1' } : {}),
      ...headers,
    },
    body: errorBody(refusal),
  }
}
