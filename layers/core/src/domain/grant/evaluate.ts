import type { ApplicationSettings, CustomRole } from '../assignment/organization.ts'
import type { AssignmentState } from '../assignment/state.ts'
import type { CompiledCatalog } from '../catalog/compiled-catalog.ts'
import { accept, type Outcome, refuse } from '../decision/refusal.ts'
import type { Grant } from './grant.ts'
import { checkAssignment, type HeldRoles, resolveRoles } from './held-roles.ts'
import { addAll, addNumber, emptySet, keepOnly, type PermissionSet, removeAll } from './permission-set.ts'

/**
 * Translates an assignment into a grant: the union of what the held roles grant (through their inclusions), within every
 * ceiling of every held role, without what depends on a feature the organization has not enabled. An empty grant is an
 * accepted one. Refuses with `unknown_account`, `unknown_assignment`, `inactive`, `unknown_role` or `invalid_assignment`.
 *
 * `customRoles` are the definitions of the held custom roles as far as they exist; others are ignored. Qualifiers and
 * secured resources are looked at when deciding (`decide`).
 */
export function evaluate(
  compiled: CompiledCatalog,
  state: AssignmentState,
  { customRoles, settings }: { readonly customRoles: readonly CustomRole[]; readonly settings: ApplicationSettings },
): Outcome<Grant> {
  switch (state.state) {
    case 'unknown':
      return refuse(state.reason === 'not_found' ? 'unknown_account' : 'unknown_assignment', { reason: state.reason })
    case 'inactive':
      return refuse('inactive')
    case 'full':
      return evaluateFull(compiled, settings)
    case 'roles':
      return state.roles.length === 0
        ? evaluateEmpty(compiled)
        : evaluateRoles(compiled, resolveRoles(compiled, state.roles, customRoles), settings)
  }
}

function evaluateFull(compiled: CompiledCatalog, settings: ApplicationSettings): Outcome<Grant> {
  if (compiled.catalog.policy.empty !== 'full_access' || settings.defaultFull !== true) {
    return refuse('invalid_assignment', { rule: 'default_full' })
  }
  const permissions = compiled.active.slice()
  removeDisabled(permissions, compiled, settings)
  return accept(grantOf(compiled, { kind: 'full', permissions, gates: [] }))
}

function evaluateEmpty(compiled: CompiledCatalog): Outcome<Grant> {
  if (compiled.catalog.policy.empty === 'forbidden') return refuse('invalid_assignment', { rule: 'empty' })
  return accept(grantOf(compiled, { kind: 'roles', permissions: emptySet(compiled.size), gates: [] }))
}

function evaluateRoles(compiled: CompiledCatalog, held: HeldRoles, settings: ApplicationSettings): Outcome<Grant> {
  const refusal = checkAssignment(compiled, held)
  if (refusal !== undefined) return { ok: false, refusal }
  const { customRoles } = compiled.catalog.policy
  const permissions = emptySet(compiled.size)
  for (const { role } of held.predefined) addAll(permissions, role.closure)
  for (const key of customRoles === 'grants' ? held.custom.flatMap(({ grants }) => grants) : []) {
    const number = compiled.numberOf.get(key)
    if (number !== undefined) addNumber(permissions, number)
  }
  for (const { role } of held.predefined) if (role.ceiling !== undefined) keepOnly(permissions, role.ceiling)
  removeDisabled(permissions, compiled, settings)
  const gates = customRoles === 'gates' ? [...new Set(held.custom.flatMap((role) => role.gates))].sort() : []
  return accept(grantOf(compiled, { kind: 'roles', permissions, gates }))
}

function removeDisabled(permissions: PermissionSet, compiled: CompiledCatalog, settings: ApplicationSettings): void {
  for (const [feature, numbers] of compiled.features) {
    if (!settings.features.includes(feature)) removeAll(permissions, numbers)
  }
}

function grantOf(
  { application, epoch }: CompiledCatalog,
  { kind, permissions, gates }: Pick<Grant, 'kind' | 'permissions' | 'gates'>,
): Grant {
  return { application, epoch, kind, permissions, gates }
}
