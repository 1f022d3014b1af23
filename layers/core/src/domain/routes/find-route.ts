import { type Decision, type DecisionIndex, decideOnRoute, type IndexedRoute } from '../grant/decide.ts'
import type { Grant } from '../grant/grant.ts'
import { buildRouter, matchPath, type Router } from './match.ts'

/** What a gateway says of a request: the route key it has matched, or method and raw path (without stage and query). */
export type RouteRequest = { readonly routeKey: string } | { readonly method: string; readonly path: string }

const routers = new WeakMap<DecisionIndex, Router<IndexedRoute>>()

/**
 * The route of a request: by the route key the gateway has matched, exactly as the catalog spells it, or by the raw path.
 * @throws {RangeError} on the first look by path, when two routes of the catalog would answer the same requests.
 */
export function findRoute(index: DecisionIndex, request: RouteRequest): IndexedRoute | undefined {
  if ('routeKey' in request) return index.routeOf.get(request.routeKey)
  const router = routers.get(index) ?? buildRouter(index.routes)
  routers.set(index, router)
  return matchPath(router, request.method, request.path)
}

/** `findRoute`, then `decideOnRoute`; refuses with `no_such_route` what the catalog does not name. */
export function decideRoute(index: DecisionIndex, grant: Grant, request: RouteRequest): Decision {
  const route = findRoute(index, request)
  return route === undefined
    ? { allowed: false, refusal: { code: 'no_such_route' } }
    : decideOnRoute(index, grant, route)
}
