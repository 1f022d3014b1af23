import type { Outcome } from '@rolecast/core/domain/decision/refusal'
import type { DecisionIndex, IndexedRoute } from '@rolecast/core/domain/grant/decide'
import { readBearer } from '@rolecast/permission-sdk/parts/bearer'

/** An event, or a part of one, before anything is known of it. */
export type Fields = Readonly<Record<string, unknown>>

/** What an event of an HTTP API asks, in the parts that matter here. */
export interface HttpRequest {
  readonly bearer: Outcome<string>
  readonly route: IndexedRoute | undefined
  /** The gateway has matched less than a route of the catalog: the path says which it is. */
  readonly catchAll: boolean
  /** The answer depends on nothing but the token and the route key, and both are in the gateway's cache key. */
  readonly cacheSafe: boolean
}

/** Reads a Lambda authorizer event of an HTTP API, payload format 2.0. */
export function readHttpRequest(event: Fields, index: DecisionIndex): HttpRequest {
  const authorization = fieldsOf(event['headers'])['authorization']
  const routeKey = String(event['routeKey'])
  const route = index.routeOf.get(routeKey)
  const catchAll = route === undefined && isCatchAll(routeKey)
  const sources = event['identitySource']
  return {
    bearer: readBearer(authorization),
    route,
    catchAll,
    cacheSafe: !catchAll && Array.isArray(sources) && sources.includes(routeKey) && sources.includes(authorization),
  }
}

export function isCatchAll(routeKey: string): boolean {
  return routeKey === '$default' || routeKey.startsWith('ANY ') || routeKey.endsWith('+}')
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
