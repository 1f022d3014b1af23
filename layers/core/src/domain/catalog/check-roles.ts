import type { Catalog, Role } from './catalog.ts'
import { rolesWithin } from './compile.ts'
import { formsOf, splitGrantKey } from './grant-key.ts'
import { type CatalogProblem, problem } from './problem.ts'

/** Inclusions, grants, ceilings and conflicts. */
export function checkRoles(catalog: Catalog): readonly CatalogProblem[] {
  const found: CatalogProblem[] = []
  for (const [role, definition] of Object.entries(catalog.roles)) {
    found.push(...checkInclusions(catalog, role, definition), ...checkGrants(catalog, role, definition))
    found.push(...checkCeiling(catalog, role, definition))
  }
  return [...found, ...findCycles(catalog), ...checkConflicts(catalog)]
}

function* checkInclusions(catalog: Catalog, role: string, { includes = [] }: Role): Iterable<CatalogProblem> {
  for (const included of includes) {
    const definition = Object.hasOwn(catalog.roles, included) ? catalog.roles[included] : undefined
    if (definition === undefined) {
      yield problem('unknown_role', `${role} includes ${included}, which is no role`, { role, included })
    } else if (definition.ceiling !== undefined) {
      const message = `${role} includes ${included}, whose ceiling it would or would not inherit`
      yield problem('ceiling_included', message, { role, included })
    }
    const by = includes.find((other) => other !== included && rolesWithin(catalog, other).includes(included))
    if (by !== undefined && !rolesWithin(catalog, included).includes(by)) {
      yield problem('redundant_inclusion', `${role} includes ${included} through ${by} already`, { role, included, by })
    }
  }
}

function* checkGrants(catalog: Catalog, role: string, { grants, includes = [] }: Role): Iterable<CatalogProblem> {
  const others = includes.flatMap((included) => rolesWithin(catalog, included)).filter((held) => held !== role)
  const inherited = new Set(others.flatMap((held) => catalog.roles[held]?.grants ?? []))
  for (const [index, key] of grants.entries()) {
    const { permission, qualifier } = splitGrantKey(key)
    if (!Object.hasOwn(catalog.permissions, permission)) {
      yield problem('unknown_permission', `${role} grants ${key}`, { role, permission })
    } else if (!formsOf(catalog, permission).includes(key)) {
      yield problem('unknown_qualifier', `${role} grants ${key}`, { role, permission, qualifier: qualifier ?? '' })
    }
    const wider = [key, permission].find(
      (form) => inherited.has(form) || (form === key ? grants.indexOf(key) !== index : grants.includes(form)),
    )
    if (wider !== undefined) {
      yield problem('redundant_grant', `${role} grants ${key}, and has ${wider} anyway`, { role, key, wider })
    }
  }
}

function* checkCeiling(catalog: Catalog, role: string, { ceiling }: Role): Iterable<CatalogProblem> {
  if (ceiling === undefined) return
  for (const permission of ceiling) {
    if (!Object.hasOwn(catalog.permissions, permission)) {
      yield problem('unknown_permission', `the ceiling of ${role} names ${permission}`, { role, permission })
    }
  }
  const own = rolesWithin(catalog, role).flatMap((held) => catalog.roles[held]?.grants ?? [])
  const barred = own.filter((key) => !ceiling.includes(splitGrantKey(key).permission))
  if (barred.length > 0) {
    yield problem('ceiling_bars_own_grant', `${role} bars its own ${barred.join(', ')}`, { role, permissions: barred })
  }
}

/** Every cycle of inclusions once, beginning with its first role in the order of the catalog. */
function findCycles(catalog: Catalog): readonly CatalogProblem[] {
  const keys = Object.keys(catalog.roles)
  const cycles = new Map<string, readonly string[]>()
  const done = new Set<string>()
  const visit = (role: string, path: readonly string[]): void => {
    const start = path.indexOf(role)
    if (start >= 0) {
      const cycle = path.slice(start)
      const first = cycle.indexOf(keys.find((key) => cycle.includes(key)) ?? role)
      const turned = [...cycle.slice(first), ...cycle.slice(0, first)]
      cycles.set(turned.join(' '), turned)
      return
    }
    if (done.has(role) || !Object.hasOwn(catalog.roles, role)) return
    for (const included of catalog.roles[role]?.includes ?? []) visit(included, [...path, role])
    done.add(role)
  }
  for (const role of keys) visit(role, [])
  return [...cycles.values()].map((roles) =>
    problem('role_cycle', `${[...roles, roles[0]].join(' includes ')}`, { roles }),
  )
}

function* checkConflicts(catalog: Catalog): Iterable<CatalogProblem> {
  for (const { between } of catalog.conflicts) {
    for (const key of between) {
      const { permission } = splitGrantKey(key)
      const known =
        Object.hasOwn(catalog.roles, key) ||
        (Object.hasOwn(catalog.permissions, permission) && formsOf(catalog, permission).includes(key))
      if (!known) yield problem('conflict_unknown_key', `a conflict names ${key}`, { key })
    }
    if (between[0] === between[1]) {
      yield problem('conflict_with_itself', `${between[0]} conflicts with itself`, { key: between[0] })
      continue
    }
    for (const role of Object.keys(catalog.roles)) {
      const within = rolesWithin(catalog, role)
      const held = new Set([...within, ...within.flatMap((key) => catalog.roles[key]?.grants ?? [])])
      const holds = (key: string): boolean => held.has(key) || formsOf(catalog, key).some((form) => held.has(form))
      if (between.every(holds)) {
        yield problem('conflict_within_role', `${role} holds both ${between.join(' and ')}`, { role, between })
      }
    }
  }
}
