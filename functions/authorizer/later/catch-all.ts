import type { DecisionIndex, IndexedRoute } from '@rolecast/core/domain/grant/decide'
import { findRoute } from '@rolecast/core/domain/routes/find-route'
import { type Fields, fieldsOf } from '../requests.ts'

/** The gateway has matched less than a route of a catalog. */
export function isCatchAll(routeKey: string): boolean {
  return routeKey === '$default' || routeKey.startsWith('ANY ') || routeKey.endsWith('+}')
}

/**
 * The catalog's route of a request to an HTTP API that leaves routing to the product (`$default`, `ANY`, a greedy path):
 * by method and path; `undefined` where the gateway has matched something else. `rawPath` begins with the stage, unless it is the default stage.
 */
export function routeByPath(event: Fields, index: DecisionIndex): IndexedRoute | undefined {
  if (!isCatchAll(String(event['routeKey']))) return undefined
  const context = fieldsOf(event['requestContext'])
  const stage = `/${String(context['stage'])}`
  const raw = String(event['rawPath'])
  const path = stage !== '/$default' && raw.startsWith(`${stage}/`) ? raw.slice(stage.length) : raw
  return findRoute(index, { method: String(fieldsOf(context['http'])['method']), path })
}
