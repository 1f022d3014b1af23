import type { CustomRole } from '../assignment/organization.ts'
import { customRoleId } from '../assignment/role-names.ts'
import type { Cardinality } from '../catalog/catalog.ts'
import type { CompiledCatalog, CompiledRole } from '../catalog/compiled-catalog.ts'
import { type Refusal, refuse } from '../decision/refusal.ts'

/** The roles of an assignment, looked up. Every assigned role is in exactly one of the four. */
export interface HeldRoles {
  readonly predefined: readonly { readonly key: string; readonly role: CompiledRole }[]
  readonly custom: readonly CustomRole[]
  /** Custom roles that are not there: deleted, of another application, or in a catalog that knows none. */
  readonly missing: readonly string[]
  /** Neither custom nor in the catalog. */
  readonly unknown: readonly string[]
}

/** Looks the roles of an assignment up. Repetitions and order make no difference. */
export function resolveRoles(
  compiled: CompiledCatalog,
  roles: readonly string[],
  customRoles: readonly CustomRole[],
): HeldRoles {
  const held = { predefined: [] as HeldRoles['predefined'][number][], custom: [] as CustomRole[] }
  const missing: string[] = []
  const unknown: string[] = []
  const definable = compiled.catalog.policy.customRoles !== 'none'
  for (const key of [...new Set(roles)].sort()) {
    const id = customRoleId(key)
    if (id === undefined) {
      const role = compiled.roles.get(key)
      if (role === undefined) unknown.push(key)
      else held.predefined.push({ key, role })
      continue
    }
    const custom = customRoles.find((role) => role.id === id && role.application === compiled.application)
    if (custom === undefined || !definable) missing.push(key)
    else held.custom.push(custom)
  }
  return { ...held, missing, unknown }
}

/**
 * Whether the assignment as a whole is one the catalog allows; the refusal where it is not. A role the catalog does not
 * know may be a ceiling, so it denies everything where ceilings exist. A missing custom role counts towards a maximum
 * but not towards a minimum: so losing a custom role never repairs an assignment.
 */
export function checkAssignment(compiled: CompiledCatalog, held: HeldRoles): Refusal | undefined {
  const { policy } = compiled.catalog
  if (held.unknown.length > 0 && compiled.hasCeilings) return refuse('unknown_role', { roles: held.unknown }).refusal
  const additional = held.predefined.filter(({ role }) => role.definition.kind === 'additional').length
  const base = held.predefined.length - additional
  const onTop = additional + held.custom.length
  return (
    checkCount(policy.base, { kind: 'base', atLeast: base, atMost: base }) ??
    checkCount(policy.additional, { kind: 'additional', atLeast: onTop, atMost: onTop + held.missing.length })
  )
}

function checkCount(
  { min, max }: Cardinality,
  { kind, atLeast, atMost }: { readonly kind: string; readonly atLeast: number; readonly atMost: number },
): Refusal | undefined {
  if (atLeast < min) return refuse('invalid_assignment', { rule: `${kind}_minimum`, held: atLeast, min }).refusal
  if (max !== null && atMost > max) {
    return refuse('invalid_assignment', { rule: `${kind}_maximum`, held: atMost, max }).refusal
  }
  return undefined
}
