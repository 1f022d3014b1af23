import type { GrantKey } from '../catalog/catalog.ts'
import type { CompiledCatalog } from '../catalog/compiled-catalog.ts'
import { formsOf, splitGrantKey } from '../catalog/grant-key.ts'
import { accept, type Outcome, refuse } from '../decision/refusal.ts'
import type { Grant } from './grant.ts'
import { addNumber, emptySet, hasNumber, numbersIn } from './permission-set.ts'

/** A grant that was narrowed, and the grant keys that are left in it, by number. */
export interface LimitedGrant {
  readonly grant: Grant
  readonly keys: readonly GrantKey[]
}

/**
 * Narrows a grant to a scope. A permission in the scope stands for every form of it that is held; a qualified form
 * (`flow/design[draft]`) is kept where it, or the permission without qualifier, is held. Never adds access. The result is of kind
 * `roles`: a part of default-full access is just a set. Refuses with `invalid_scope` for a key the catalog does not have, and
 * with `not_granted` when nothing is left.
 */
export function limitGrant(grant: Grant, compiled: CompiledCatalog, scope: readonly string[]): Outcome<LimitedGrant> {
  const permissions = emptySet(compiled.size)
  for (const wanted of scope) {
    const number = compiled.numberOf.get(wanted)
    if (number === undefined) return refuse('invalid_scope', { unknown: wanted })
    const { permission, qualifier } = splitGrantKey(wanted)
    const forms = qualifier === undefined ? formsOf(compiled.catalog, permission) : [wanted]
    const whole = holds(grant, compiled, permission)
    for (const form of forms) {
      if (!holds(grant, compiled, form) && !(whole && form === wanted)) continue
      addNumber(permissions, compiled.numberOf.get(form) ?? number)
    }
  }
  const keys = numbersIn(permissions).flatMap((number) => compiled.keys[number] ?? [])
  if (keys.length === 0) return refuse('not_granted', { scope: [...scope] })
  return accept({ grant: { ...grant, kind: 'roles', permissions }, keys })
}

function holds(grant: Grant, compiled: CompiledCatalog, key: GrantKey): boolean {
  const number = compiled.numberOf.get(key)
  return number !== undefined && hasNumber(grant.permissions, number)
}
