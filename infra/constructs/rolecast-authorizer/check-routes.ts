import type { Catalog } from '@rolecast/core/domain/catalog/catalog'
import { errorFinding, type Finding, warningFinding } from './findings.ts'

/**
 * How a route of an API is guarded in the template. `cached`, `fresh`: by Rolecast, with or without a result cache;
 * `foreign`: by another authorizer.
 */
export type Guard = 'none' | 'cached' | 'fresh' | 'foreign'

export interface GuardedRoute {
  /** `METHOD /path`, or `$default`; `undefined` where the template does not tell. */
  readonly key: string | undefined
  readonly guard: Guard
  /** Where it stands in the construct tree. */
  readonly place: string
}

export interface RoutesToCheck {
  readonly catalog: Pick<Catalog, 'application' | 'routes'>
  readonly routes: readonly GuardedRoute[]
  /** Route keys that the team declared open to everyone. */
  readonly publicRoutes: ReadonlySet<string>
}

/**
 * Compares the routes of an API with the routes of its catalog. Errors: a route that no permission guards, a route with
 * the wrong guard. Warnings: a route of the catalog that this API does not have.
 */
export function checkRoutes({ catalog, routes, publicRoutes }: RoutesToCheck): readonly Finding[] {
  const findings = routes.flatMap((route) => checkRoute(route, catalog, publicRoutes))
  const present = new Set(routes.map(({ key }) => key))
  for (const key of Object.keys(catalog.routes)) {
    if (!present.has(key)) {
      findings.push(
        warningFinding('catalog_route_missing', `the catalog of ${catalog.application} has ${key}, this API has not`),
      )
    }
  }
  for (const key of publicRoutes) {
    if (!present.has(key)) findings.push(warningFinding('public_route_missing', `public route ${key} does not exist`))
  }
  return findings
}

function checkRoute(
  { key, guard, place }: GuardedRoute,
  catalog: RoutesToCheck['catalog'],
  publicRoutes: ReadonlySet<string>,
): Finding[] {
  if (key === undefined) return [errorFinding('unreadable_route', `${place}: method and path cannot be read`)]
  const route = Object.hasOwn(catalog.routes, key) ? catalog.routes[key] : undefined
  if (publicRoutes.has(key)) {
    return route === undefined
      ? []
      : [errorFinding('contradicting_public_route', `${key} is public here but asks for ${route.permission}`)]
  }
  if (route === undefined) {
    return [
      errorFinding(
        'route_without_permission',
        `${key} has no permission in the catalog of ${catalog.application}${suggest(key, catalog)}`,
      ),
    ]
  }
  if (guard === 'none') return [errorFinding('route_without_authorizer', `${key} would be open to everyone`)]
  if (guard === 'foreign') return [errorFinding('foreign_authorizer', `${key} is guarded by another authorizer`)]
  if (route.freshness === 'strong' && guard === 'cached') {
    return [errorFinding('strong_route_cached', `${key} must be decided afresh, but its authorizer caches answers`)]
  }
  return []
}

/** Names the likely intention: the same path with other parameter names, or the methods a wildcard hides. */
function suggest(key: string, catalog: RoutesToCheck['catalog']): string {
  const shape = (text: string) => text.replaceAll(/\{[^}+]+(\+?)\}/g, '{$1}')
  const known = Object.keys(catalog.routes)
  const twin = known.find((other) => shape(other) === shape(key))
  if (twin !== undefined) return `; the catalog spells it ${twin}`
  if (key === '$default' || key.startsWith('ANY ') || key.includes('+}')) {
    return '; a catch-all route would let requests past the catalog: name each route, or declare it public'
  }
  return '; add it to the catalog, or list it in publicRoutes'
}
