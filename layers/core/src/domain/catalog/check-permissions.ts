import type { Catalog } from './catalog.ts'
import { grantKeysOf } from './grant-key.ts'
import { type CatalogProblem, problem } from './problem.ts'

const permissionKey = /^[a-z][a-z0-9_./-]*$/
const plainKey = /^[a-z][a-z0-9_-]*$/

/** Keys, sections, features and qualifiers, and what no predefined role grants. */
export function checkPermissions(catalog: Catalog): readonly CatalogProblem[] {
  return [...checkKeys(catalog), ...checkReferences(catalog), ...checkUse(catalog)]
}

function* checkKeys(catalog: Catalog): Iterable<CatalogProblem> {
  const tables = { sections: plainKey, features: plainKey, qualifiers: plainKey, roles: plainKey }
  for (const key of Object.keys(catalog.permissions)) {
    if (isBadKey(key, permissionKey)) yield malformed('permissions', key)
    if (Object.hasOwn(catalog.roles, key)) {
      yield problem('ambiguous_key', `${key} is a permission and a role`, { key })
    }
  }
  for (const [table, shape] of Object.entries(tables) as [keyof typeof tables, RegExp][]) {
    for (const key of Object.keys(catalog[table])) if (isBadKey(key, shape)) yield malformed(table, key)
  }
}

/** A key that objects inherit, such as `constructor`, would look defined where it is not. */
function isBadKey(key: string, shape: RegExp): boolean {
  return !shape.test(key) || key in {}
}

function malformed(table: string, key: string): CatalogProblem {
  return problem('malformed_key', `"${key}" in ${table} is not a key`, { table, key })
}

function* checkReferences(catalog: Catalog): Iterable<CatalogProblem> {
  for (const [permission, { section, feature, qualifiers, gated }] of Object.entries(catalog.permissions)) {
    if (!Object.hasOwn(catalog.sections, section)) {
      yield problem('unknown_section', `${permission} is in section ${section}`, { permission, section })
    }
    if (feature !== undefined && !Object.hasOwn(catalog.features, feature)) {
      yield problem('unknown_feature', `${permission} depends on ${feature}`, { permission, feature })
    }
    for (const qualifier of qualifiers ?? []) {
      if (!Object.hasOwn(catalog.qualifiers, qualifier)) {
        yield problem('unknown_qualifier', `${permission} is qualified by ${qualifier}`, { permission, qualifier })
      }
    }
    if (gated && catalog.policy.customRoles !== 'gates') {
      const { customRoles } = catalog.policy
      yield problem('gated_without_gates', `${permission} is gated, custom roles: ${customRoles}`, { permission })
    }
  }
}

function* checkUse(catalog: Catalog): Iterable<CatalogProblem> {
  const permissions = Object.values(catalog.permissions)
  for (const section of Object.keys(catalog.sections)) {
    if (!permissions.some((permission) => permission.section === section)) {
      yield problem('unused_section', `no permission is in section ${section}`, { section })
    }
  }
  for (const feature of Object.keys(catalog.features)) {
    if (!permissions.some((permission) => permission.feature === feature)) {
      yield problem('unused_feature', `no permission depends on ${feature}`, { feature })
    }
  }
  for (const qualifier of Object.keys(catalog.qualifiers)) {
    if (!permissions.some((permission) => permission.qualifiers?.includes(qualifier))) {
      yield problem('unused_qualifier', `no permission is qualified by ${qualifier}`, { qualifier })
    }
  }
  if (catalog.policy.customRoles === 'gates' && !permissions.some((permission) => permission.gated)) {
    yield problem('gates_without_gated', 'custom roles gate, but no permission is gated', {})
  }
  const granted = new Set(Object.values(catalog.roles).flatMap((role) => role.grants))
  const ungranted = grantKeysOf(catalog).filter((key) => !granted.has(key))
  if (ungranted.length > 0 && catalog.policy.customRoles !== 'grants') {
    yield problem('ungranted_permission', `no role grants ${ungranted.join(', ')}`, { permissions: ungranted })
  }
}
