import type { CustomRole } from '@rolecast/core/domain/assignment/organization'
import type { Catalog, Role } from '@rolecast/core/domain/catalog/catalog'
import type { World } from '../support/arbitraries/world.ts'

/**
 * The evaluation of the role model, written from its formula alone: names in lists, no numbers, no sets of bits, no code
 * shared with the product but the types of its data. Slow and obvious on purpose.
 *
 *   allow(account, permission, resource) =
 *     account active
 *     AND assignment known
 *     AND (assignment empty ? policy says full access : permission in the closure of the roles' grants)
 *     AND permission within every ceiling of every held role
 *     AND its feature is enabled for the organization
 *     AND its qualifiers hold for the resource
 *     AND (resource not secured OR some held custom role names it)
 */
export interface Verdict {
  readonly allowed: boolean
  /** The clause that refused; `allowed` where none did. */
  readonly clause: string
}

const allowed: Verdict = { allowed: true, clause: 'allowed' }
const no = (clause: string): Verdict => ({ allowed: false, clause })

export function judge(catalog: Catalog, world: World): Verdict {
  const { record, settings, permission } = world

  // assignment known
  if (record === undefined) return no(world.failure === 'not_found' ? 'unknown_account' : 'unknown_assignment')
  const age = world.now - record.confirmedAt
  if (age > world.maxAgeMs || age < -5_000) {
    return no(world.failure === 'not_found' ? 'unknown_account' : 'unknown_assignment')
  }

  // account active
  if (record.status === 'inactive') return no('inactive')

  const held: string[] = []
  for (const assignment of record.roles) {
    if (assignment.application === catalog.application && !held.includes(assignment.role)) held.push(assignment.role)
  }

  // every way in which the permission is granted: unqualified, or with a qualifier
  const ways: string[] = []
  let gates: readonly string[] = []
  if (held.length === 0) {
    if (catalog.policy.empty === 'forbidden') return no('invalid_assignment')
    if (catalog.policy.empty === 'full_access' && settings.defaultFull) {
      if (!has(catalog.permissions, permission)) return no('unknown_permission')
      ways.push(permission)
    }
  } else {
    const predefined = held.filter((role) => has(catalog.roles, role))
    const customNames = held.filter((role) => role.startsWith('custom:'))
    const customs = existing(catalog, world.customRoles, customNames)
    const strangers = held.filter((role) => !predefined.includes(role) && !customNames.includes(role))

    // the assignment as a whole
    const anyCeiling = Object.values(catalog.roles).some((role) => role.ceiling !== undefined)
    if (strangers.length > 0 && anyCeiling) return no('unknown_role')
    const { base, additional } = catalog.policy
    const baseHeld = predefined.filter((role) => catalog.roles[role]?.kind !== 'additional').length
    const additionalHeld = predefined.filter((role) => catalog.roles[role]?.kind === 'additional').length
    if (baseHeld < base.min || (base.max !== null && baseHeld > base.max)) return no('invalid_assignment')
    if (additionalHeld + customs.length < additional.min) return no('invalid_assignment')
    if (additional.max !== null && additionalHeld + customNames.length > additional.max) return no('invalid_assignment')

    // closure of the roles' grants
    const granted: string[] = []
    for (const role of predefined) granted.push(...everythingOf(catalog, role))
    if (catalog.policy.customRoles === 'grants') for (const custom of customs) granted.push(...custom.grants)
    if (catalog.policy.customRoles === 'gates') gates = customs.flatMap((custom) => custom.gates)
    if (!has(catalog.permissions, permission)) return no('unknown_permission')
    for (const key of granted) if (key === permission || key.startsWith(`${permission}[`)) ways.push(key)
    if (ways.length === 0) return no('not_granted')

    // within every ceiling of every held role
    for (const role of predefined) {
      const ceiling = catalog.roles[role]?.ceiling
      if (ceiling !== undefined && !ceiling.includes(permission)) return no('outside_ceiling')
    }
  }
  if (!has(catalog.permissions, permission)) return no('unknown_permission')
  if (ways.length === 0) return no('not_granted')

  // its feature is enabled
  const { feature, gated } = catalog.permissions[permission] ?? {}
  if (feature !== undefined && !settings.features.includes(feature)) return no('feature_disabled')

  // its qualifiers hold
  const answers = ways.map((way) => (way === permission ? 'yes' : qualifies(catalog, way, world)))
  if (!answers.includes('yes')) return no(answers.includes('unknown') ? 'qualifier_unknown' : 'qualifier_not_met')

  // not secured, or named by a held custom role
  if (gated) {
    const resource = world.facts?.resource
    if (resource?.secured === undefined) return no('gate_unknown')
    if (resource.secured && resource.id === undefined) return no('gate_unknown')
    if (resource.secured && !gates.some((gate) => gate === resource.id)) return no('gated_resource')
  }
  return allowed
}

function has(table: object, key: string): boolean {
  return Object.keys(table).includes(key)
}

/** The held custom roles that exist for this application, in a catalog that knows custom roles at all. */
function existing(catalog: Catalog, all: readonly CustomRole[], names: readonly string[]): readonly CustomRole[] {
  if (catalog.policy.customRoles === 'none') return []
  return all.filter((role) => role.application === catalog.application && names.includes(`custom:${role.id}`))
}

/** What a role grants, itself and through its inclusions. */
function everythingOf(catalog: Catalog, role: string): readonly string[] {
  const definition: Role | undefined = catalog.roles[role]
  if (definition === undefined) return []
  return [...definition.grants, ...(definition.includes ?? []).flatMap((included) => everythingOf(catalog, included))]
}

function qualifies(catalog: Catalog, way: string, { facts }: World): 'yes' | 'no' | 'unknown' {
  const name = way.slice(way.indexOf('[') + 1, way.length - 1)
  const rule = catalog.qualifiers[name]
  const value = rule === undefined ? undefined : facts?.resource?.attributes[rule.attribute]
  if (rule === undefined || value === undefined || facts === undefined) return 'unknown'
  if ('equals' in rule) return value === rule.equals ? 'yes' : 'no'
  if ('account' in rule) return value === facts.account ? 'yes' : 'no'
  const list = facts.lists?.[rule.within]
  if (list === undefined) return 'unknown'
  return list.includes(value) ? 'yes' : 'no'
}
