import { compareSpecificity, matchPattern, segmentsOf } from '../path-pattern.ts'
import type { HttpRoute } from './http-api.ts'

export interface SelectedRoute {
  readonly route: HttpRoute
  readonly pathParameters: Readonly<Record<string, string>>
}

/**
 * The most specific route for a method and a decoded path: literal before parameter before greedy, then the exact method
 * before ANY, then `$default`. A trailing slash is a segment of its own and matches no shorter route.
 */
export function selectRoute(routes: readonly HttpRoute[], method: string, path: string): SelectedRoute | undefined {
  const segments = segmentsOf(path)
  let best: SelectedRoute | undefined
  for (const route of routes) {
    if (route.method !== 'ANY' && route.method !== method) continue
    const pathParameters = route.pattern === undefined ? {} : matchPattern(route.pattern, segments)
    if (pathParameters === undefined) continue
    if (best === undefined || comesBefore(route, best.route)) best = { route, pathParameters }
  }
  return best
}

function comesBefore(left: HttpRoute, right: HttpRoute): boolean {
  if (left.pattern === undefined) return false
  if (right.pattern === undefined) return true
  const order = compareSpecificity(left.pattern, right.pattern)
  return order === 0 ? right.method === 'ANY' && left.method !== 'ANY' : order < 0
}
