import type { Catalog } from './catalog.ts'

/**
 * The routes as they are decided: where assignments take effect immediately, every route is `strong`, because no bound, however
 * short, is at once.
 */
export function effectiveRoutes(catalog: Catalog): Catalog['routes'] {
  if (catalog.policy.assignmentTakesEffect !== 'immediately') return catalog.routes
  const strong = Object.entries(catalog.routes).map(([key, route]) => [key, { ...route, freshness: 'strong' }] as const)
  return Object.fromEntries(strong)
}
