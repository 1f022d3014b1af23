import type { Catalog, CatalogLock } from './catalog.ts'
import { checkLock, checkSuccession } from './check-lock.ts'
import { checkPermissions } from './check-permissions.ts'
import { checkPolicy } from './check-policy.ts'
import { checkRoles } from './check-roles.ts'
import { checkRoutes } from './check-routes.ts'
import { type CatalogProblem, problem } from './problem.ts'

/** What a catalog is checked against. */
export interface CheckAgainst {
  /** Its lock file; `undefined` when there is none, which is a problem. */
  readonly lock: CatalogLock | undefined
  /** An earlier lock file, whose numbers tokens may use: the one last committed or released. */
  readonly base?: CatalogLock
}

/** Everything there is to find in a catalog and its lock file. Without an `error` the catalog may be compiled and used. */
export function checkCatalog(catalog: Catalog, { lock, base }: CheckAgainst): readonly CatalogProblem[] {
  const found = [...checkPermissions(catalog), ...checkRoles(catalog), ...checkPolicy(catalog), ...checkRoutes(catalog)]
  if (lock === undefined) {
    found.push(problem('lock_missing', `${catalog.application} has no lock file`, { application: catalog.application }))
  } else {
    found.push(...checkLock(catalog, lock))
  }
  if (base !== undefined) found.push(...checkSuccession(base, lock ?? { ...base, epochs: [], numbers: [] }))
  return found
}
