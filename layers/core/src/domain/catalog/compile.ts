import { addNumber, emptySet, type PermissionSet } from '../grant/permission-set.ts'
import type { Catalog, CatalogLock, GrantKey, Qualifier, Role } from './catalog.ts'
import type { CompiledCatalog, CompiledRole } from './compiled-catalog.ts'
import { type DecisionCatalog, type QualifierRule, routeFlags } from './decision-catalog.ts'
import type { PermissionKeyOf } from './define.ts'
import { effectiveRoutes } from './effective-routes.ts'
import { formsOf, grantKeysOf } from './grant-key.ts'
import { splitRouteKey } from './route-key.ts'

/** Thrown when a catalog and a lock file do not belong together: a build that skipped `npm run catalogs:check`. */
export class CatalogNotLocked extends Error {
  override readonly name = 'CatalogNotLocked'
}

/**
 * Translates a catalog into the numbers of its lock file. Expects a catalog without problems (`checkCatalog`).
 * @throws {CatalogNotLocked} when catalog and lock file differ in what they number.
 */
export function compileCatalog<C extends Catalog>(catalog: C, lock: CatalogLock): CompiledCatalog<C> {
  const keys = lock.numbers.map((entry) => (entry.retired === undefined ? entry.key : null))
  const numberOf = new Map<GrantKey, number>()
  for (const [number, key] of keys.entries()) if (key !== null) numberOf.set(key, number)
  requireSameKeys(catalog, lock, numberOf)

  const size = keys.length
  const setOf = (grantKeys: Iterable<GrantKey>): PermissionSet => {
    const set = emptySet(size)
    for (const key of grantKeys) addNumber(set, numberIn(numberOf, key))
    return set
  }
  const roles = new Map<string, CompiledRole>()
  for (const [key, definition] of Object.entries<Role>(catalog.roles)) {
    const closure = setOf(rolesWithin(catalog, key).flatMap((held) => catalog.roles[held]?.grants ?? []))
    const ceiling = definition.ceiling?.flatMap((permission) => formsOf(catalog, permission))
    roles.set(key, ceiling === undefined ? { definition, closure } : { definition, closure, ceiling: setOf(ceiling) })
  }
  const features = new Map<string, PermissionSet>()
  for (const feature of Object.keys(catalog.features)) {
    const dependent = Object.entries(catalog.permissions).filter(([, permission]) => permission.feature === feature)
    features.set(feature, setOf(dependent.flatMap(([permission]) => formsOf(catalog, permission))))
  }
  return {
    application: catalog.application,
    epoch: lock.epochs.length,
    size,
    epochs: lock.epochs,
    keys,
    numberOf,
    roles,
    features,
    active: setOf(numberOf.keys()),
    hasCeilings: [...roles.values()].some((role) => role.ceiling !== undefined),
    catalog,
  }
}

/** A role and every role it includes, at any depth, each once; inclusions that name no role are left out. */
export function rolesWithin(catalog: Catalog, role: string): readonly string[] {
  const seen = new Set<string>()
  const visit = (key: string): void => {
    const definition = Object.hasOwn(catalog.roles, key) ? catalog.roles[key] : undefined
    if (definition === undefined || seen.has(key)) return
    seen.add(key)
    for (const included of definition.includes ?? []) visit(included)
  }
  visit(role)
  return [...seen]
}

/** The part of a catalog that deciding needs: plain JSON, small, with the permission keys kept as types. */
export function toDecisionCatalog<C extends Catalog>(
  compiled: CompiledCatalog<C>,
): DecisionCatalog<PermissionKeyOf<C>> {
  const { catalog } = compiled
  const permissions = Object.keys(catalog.permissions) as PermissionKeyOf<C>[]
  const routes = Object.entries(effectiveRoutes(catalog)).map(([key, route]) => {
    const { method, path } = splitRouteKey(key)
    const flags =
      (route.freshness === 'strong' ? routeFlags.strong : 0) + (route.productDecides ? routeFlags.productDecides : 0)
    return [method, path, route.permission as PermissionKeyOf<C>, flags] as const
  })
  return {
    application: compiled.application,
    epochs: compiled.epochs,
    keys: compiled.keys,
    qualifiers: Object.fromEntries(Object.entries(catalog.qualifiers).map(([key, rule]) => [key, toRule(rule)])),
    gated: permissions.filter((permission) => catalog.permissions[permission]?.gated === true),
    routes,
    ...(catalog.policy.assignmentTakesEffect === 'next_sign_in' ? { nextSignIn: true } : {}),
  }
}

function toRule({ title: _, ...rule }: Qualifier): QualifierRule {
  return rule
}

function numberIn(numberOf: ReadonlyMap<GrantKey, number>, key: GrantKey): number {
  const number = numberOf.get(key)
  if (number === undefined) throw new CatalogNotLocked(`${key} has no number; see npm run catalogs:check`)
  return number
}

function requireSameKeys(catalog: Catalog, lock: CatalogLock, numberOf: ReadonlyMap<GrantKey, number>): void {
  if (lock.application !== catalog.application) {
    throw new CatalogNotLocked(`the lock file of ${lock.application} cannot serve ${catalog.application}`)
  }
  if (lock.epochs.at(-1) !== lock.numbers.length) {
    throw new CatalogNotLocked(`the current epoch of ${lock.application} does not end at its last number`)
  }
  const defined = new Set(grantKeysOf(catalog))
  for (const key of defined) numberIn(numberOf, key)
  for (const key of numberOf.keys()) {
    if (!defined.has(key))
      throw new CatalogNotLocked(`${key} is numbered but not in the catalog; npm run catalogs:lock`)
  }
}
