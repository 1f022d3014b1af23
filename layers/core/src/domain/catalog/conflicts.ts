import { hasNumber, type PermissionSet } from '../grant/permission-set.ts'
import type { Conflict } from './catalog.ts'
import { rolesWithin } from './compile.ts'
import type { CompiledCatalog } from './compiled-catalog.ts'
import { formsOf } from './grant-key.ts'

/**
 * The conflicts of a catalog (separation of duties) that an account touches on both sides, given the predefined roles it
 * holds and the numbers it holds. An unqualified permission names all its forms; a role is held through inclusion too.
 * A conflict is a finding for people, never a deny.
 */
export function findConflicts(
  compiled: CompiledCatalog,
  roles: readonly string[],
  held: PermissionSet,
): readonly Conflict[] {
  const heldRoles = new Set(roles.flatMap((role) => rolesWithin(compiled.catalog, role)))
  const holds = (key: string): boolean => {
    if (compiled.roles.has(key)) return heldRoles.has(key)
    const forms = compiled.catalog.permissions[key] === undefined ? [key] : formsOf(compiled.catalog, key)
    return forms.some((form) => {
      const number = compiled.numberOf.get(form)
      return number !== undefined && hasNumber(held, number)
    })
  }
  return compiled.catalog.conflicts.filter(({ between }) => between.every(holds))
}
