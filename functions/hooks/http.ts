import type { Delivery } from '@rolecast/core/application/sync/ports'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'

export interface HttpAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request of an HTTP API, payload 2.0; `name` is the connection, as the path says it. */
export interface HookRequest {
  readonly name: string | undefined
  readonly method: string
  readonly delivery: Omit<Delivery, 'method'>
}

export function readEvent(event: APIGatewayProxyEventV2): HookRequest {
  const headers = Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  return {
    name: /^\/hooks\/([a-z0-9-]{1,64})$/.exec(event.rawPath)?.[1],
    method: event.requestContext.http.method,
    delivery: {
      headers: Object.fromEntries(headers),
      query: new URLSearchParams(event.rawQueryString),
      body: Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8'),
    },
  }
}

/** Answers are for their sender; no browser is to make anything else of them than what they say they are. */
const shared = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

export function answer(statusCode: number, mediaType: string, body: string): HttpAnswer {
  return { statusCode, headers: { ...shared, 'content-type': mediaType }, body }
}

/** Taken in: nothing is said of what was in it (RFC 8935 section 2.2 wants an empty body, others do not mind). */
export function accepted(): HttpAnswer {
  return { statusCode: 202, headers: shared, body: '' }
}
