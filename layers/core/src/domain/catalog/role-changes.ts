import { addNumber, emptySet, type PermissionSet } from '../grant/permission-set.ts'
import type { Catalog, GrantKey, Role } from './catalog.ts'
import { rolesWithin } from './compile.ts'
import type { CompiledCatalog, CompiledRole } from './compiled-catalog.ts'
import { formsOf } from './grant-key.ts'

/** What an organization has changed of what a predefined role grants by default. */
export interface RoleChange {
  /** Grant keys the role grants in addition. Works only for what some organization-level role has by default. */
  readonly enabled: readonly GrantKey[]
  /** Grant keys the role does not grant; a permission names all its qualified forms. Wins over `enabled`. */
  readonly disabled: readonly GrantKey[]
}

/** By role key. */
export type RoleChanges = Readonly<Record<string, RoleChange>>

/**
 * The catalog as one organization has changed it, where its policy lets organizations change what roles grant by default
 * (`roleDefaults`); otherwise, and without changes, the very catalog. Roles that include a changed role follow it. Numbers
 * stay the same, so tokens and readers do. A change of a role that the catalog does not have, or that spans organizations, changes
 * nothing; and no organization hands out what only roles above it have.
 */
export function withRoleChanges(compiled: CompiledCatalog, changes: RoleChanges | undefined): CompiledCatalog {
  const { catalog } = compiled
  if (changes === undefined || catalog.policy.roleDefaults !== 'organization_may_change') return compiled
  const grantable = grantableBy(catalog)
  const roles = Object.fromEntries(
    Object.entries<Role>(catalog.roles).map(([key, role]) => {
      const change = Object.hasOwn(changes, key) ? changes[key] : undefined
      if (change === undefined || role.level === 'system') return [key, role]
      const enabled = change.enabled.filter((grant) => grantable.has(grant))
      const disabled = new Set(change.disabled.flatMap((grant) => [grant, ...formsOf(catalog, grant)]))
      const grants = [...new Set([...role.grants, ...enabled])].filter((grant) => !disabled.has(grant))
      return [key, { ...role, grants }]
    }),
  )
  return withRoles(compiled, { ...catalog, roles })
}

/** Whether going from one set of changes to the next can take something away. */
export function roleChangesRemoveAnything(before: RoleChanges = {}, after: RoleChanges = {}): boolean {
  const of = (changes: RoleChanges, role: string) => (Object.hasOwn(changes, role) ? changes[role] : undefined)
  return [...Object.keys(before), ...Object.keys(after)].some((role) => {
    const had = of(before, role)
    const has = of(after, role)
    const withdrawn = has?.disabled.some((grant) => !had?.disabled.includes(grant))
    return withdrawn || had?.enabled.some((grant) => !has?.enabled.includes(grant)) || false
  })
}

function grantableBy(catalog: Catalog): ReadonlySet<GrantKey> {
  const ofOrganizations = Object.entries<Role>(catalog.roles).filter(([, role]) => role.level === 'organization')
  return new Set(ofOrganizations.flatMap(([key]) => grantsWithin(catalog, key)))
}

function grantsWithin(catalog: Catalog, role: string): readonly GrantKey[] {
  return rolesWithin(catalog, role).flatMap((key) => catalog.roles[key]?.grants ?? [])
}

function withRoles(compiled: CompiledCatalog, catalog: Catalog): CompiledCatalog {
  const roles = new Map<string, CompiledRole>()
  for (const [key, role] of compiled.roles) {
    const closure: PermissionSet = emptySet(compiled.size)
    for (const grant of grantsWithin(catalog, key)) {
      const number = compiled.numberOf.get(grant)
      if (number !== undefined) addNumber(closure, number)
    }
    roles.set(key, { ...role, definition: catalog.roles[key] ?? role.definition, closure })
  }
  return { ...compiled, roles, catalog }
}
