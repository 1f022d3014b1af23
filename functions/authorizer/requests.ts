import type { Outcome } from '@rolecast/core/domain/decision/refusal'
import type { DecisionIndex, IndexedRoute } from '@rolecast/core/domain/grant/decide'
import { readBearer } from '@rolecast/permission-sdk/parts/bearer'

/** An event, or a part of one, before anything is known of it. */
export type Fields = Readonly<Record<string, unknown>>

/** What an event of an HTTP API asks, in the parts that matter here. */
export interface HttpRequest {
  readonly bearer: Outcome<string>
  /** Of the catalog, where the gateway has matched exactly one of it. */
  readonly route: IndexedRoute | undefined
}

/** Reads a Lambda authorizer event of an HTTP API, payload format 2.0. */
export function readHttpRequest(event: Fields, index: DecisionIndex): HttpRequest {
  const routeKey = event['routeKey']
  return {
    bearer: readBearer(fieldsOf(event['headers'])['authorization']),
    route: typeof routeKey === 'string' ? index.routeOf.get(routeKey) : undefined,
  }
}

/** The answer depends on nothing but the token and the route key, and both are in the gateway's cache key. */
export function isCacheSafe(event: Fields): boolean {
  const sources = event['identitySource']
  const authorization = fieldsOf(event['headers'])['authorization']
  return Array.isArray(sources) && sources.includes(event['routeKey']) && sources.includes(authorization)
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
