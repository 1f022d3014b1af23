import type { Catalog, Route } from './catalog.ts'
import { type CatalogProblem, problem } from './problem.ts'
import { findIndistinct } from './rest-policy-limits.ts'
import { type ReadRoute, type Segment, segmentsOf, splitRouteKey } from './route-key.ts'

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Routes by themselves, among each other, and as a REST API would take them. */
export function checkRoutes(catalog: Catalog): readonly CatalogProblem[] {
  const found: CatalogProblem[] = []
  const routes: ReadRoute[] = []
  for (const [key, route] of Object.entries<Route>(catalog.routes)) {
    const { method, path } = splitRouteKey(key)
    const segments = segmentsOf(path)
    if (segments === undefined || !methods.has(method)) {
      found.push(problem('malformed_route', `"${key}" is not a route`, { route: key }))
    } else routes.push({ key, method, segments, route })
    found.push(...checkRoute(catalog, key, route))
  }
  const asked = new Set(Object.values<Route>(catalog.routes).map((route) => route.permission))
  const unrouted = Object.keys(catalog.permissions).filter((permission) => !asked.has(permission))
  if (unrouted.length > 0) {
    found.push(problem('unrouted_permission', `no route asks for ${unrouted.join(', ')}`, { permissions: unrouted }))
  }
  return [...found, ...checkPairs(routes), ...checkSiblings(routes), ...findIndistinct(routes)]
}

function* checkRoute(catalog: Catalog, key: string, route: Route): Iterable<CatalogProblem> {
  const permission: string | undefined = route.permission
  if (permission === undefined || permission === '') {
    yield problem('route_without_permission', `${key} asks for no permission`, { route: key })
    return
  }
  const definition = Object.hasOwn(catalog.permissions, permission) ? catalog.permissions[permission] : undefined
  if (definition === undefined) {
    yield problem('unknown_permission', `${key} asks for ${permission}`, { route: key, permission })
    return
  }
  if (route.productDecides) return
  if (definition.gated) {
    yield problem('route_never_allowed', `${key} asks for ${permission}, which is gated`, { route: key, permission })
  } else if (definition.qualifiers !== undefined && definition.qualifiers.length > 0) {
    const message = `${key} refuses holders of ${permission} in a qualified form`
    yield problem('route_refuses_qualified', message, { route: key, permission })
  }
}

function* checkPairs(routes: readonly ReadRoute[]): Iterable<CatalogProblem> {
  for (const [index, one] of routes.entries()) {
    for (const other of routes.slice(index + 1)) {
      if (one.method !== other.method) continue
      const pair = { routes: [one.key, other.key] }
      const overlap = compare(one.segments, other.segments)
      if (overlap === 'same') yield problem('duplicate_route', `${pair.routes.join(' and ')} are the same route`, pair)
      if (overlap === 'ambiguous') {
        yield problem('ambiguous_route', `a request can fit ${pair.routes.join(' and ')}, neither better`, pair)
      }
    }
  }
}

/** Paths of the same shape are the `same`; `ambiguous` are two that overlap, each more specific in another segment. */
function compare(left: readonly Segment[], right: readonly Segment[]): 'same' | 'ambiguous' | 'distinct' {
  const one = stretch(left, right.length)
  const other = stretch(right, left.length)
  if (one.length !== other.length) return 'distinct'
  let better = 0
  let worse = 0
  for (const [index, segment] of one.entries()) {
    const against = other[index]
    if (segment.kind === 'literal' && against?.kind === 'literal') {
      if (segment.text !== against.text) return 'distinct'
    } else if (segment.kind !== against?.kind) {
      if (segment.kind === 'literal' || against?.kind === 'greedy') better++
      else worse++
    }
  }
  if (better === 0 && worse === 0) return 'same'
  return better > 0 && worse > 0 ? 'ambiguous' : 'distinct'
}

/** A path that ends greedy, as long as another one. */
function stretch(path: readonly Segment[], length: number): readonly Segment[] {
  const last = path.at(-1)
  if (last?.kind !== 'greedy') return path
  return [...path, ...Array.from({ length: Math.max(0, length - path.length) }, () => last)]
}

function* checkSiblings(routes: readonly ReadRoute[]): Iterable<CatalogProblem> {
  const names = new Map<string, { readonly name: string; readonly key: string }>()
  for (const { key, segments } of routes) {
    let place = ''
    for (const segment of segments) {
      if (segment.kind === 'literal') {
        place += `/${segment.text}`
        continue
      }
      const known = names.get(place)
      if (known === undefined) names.set(place, { name: segment.name, key })
      else if (known.name !== segment.name) {
        const message = `{${segment.name}} of ${key} stands where {${known.name}} of ${known.key} stands`
        yield problem('rest_sibling_parameters', message, { routes: [known.key, key] })
      }
      place += '/{}'
    }
  }
}
