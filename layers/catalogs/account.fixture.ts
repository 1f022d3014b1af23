import { deriveState } from '@rolecast/core/domain/assignment/derive-state'
import type { CustomRole } from '@rolecast/core/domain/assignment/organization'
import type { AssignmentState, UnknownReason } from '@rolecast/core/domain/assignment/state'
import type { GrantKey } from '@rolecast/core/domain/catalog/catalog'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import type { FeatureKeyOf, PermissionKeyOf, RoleKeyOf, RouteKeyOf } from '@rolecast/core/domain/catalog/define'
import { type RoleChanges, withRoleChanges } from '@rolecast/core/domain/catalog/role-changes'
import type { Code } from '@rolecast/core/domain/decision/codes'
import { type Decision, decide, type Facts, indexCatalog } from '@rolecast/core/domain/grant/decide'
import { evaluate } from '@rolecast/core/domain/grant/evaluate'
import { hasNumber } from '@rolecast/core/domain/grant/permission-set'
import { decideRoute } from '@rolecast/core/domain/routes/find-route'

/** `allowed`, or the code of the refusal. */
type Answer = 'allowed' | Code

/** Asks what an account may do, the whole way: statement of the source, assignment, grant, decision. */
export interface Asking<C extends CompiledCatalog> {
  readonly state: AssignmentState
  /** Every grant key held; empty where the assignment as a whole is refused. */
  readonly holds: readonly GrantKey[]
  can(permission: PermissionKeyOf<C['catalog']>, facts?: Omit<Facts, 'account'>): Answer
  /** At the gateway, where no resource is at hand. */
  calls(route: RouteKeyOf<C['catalog']>): Answer
}

export interface Situation<C extends CompiledCatalog> {
  readonly customRoles?: readonly CustomRole[]
  /** Every feature unless said. */
  readonly features?: readonly FeatureKeyOf<C['catalog']>[]
  readonly defaultFull?: boolean
  readonly roleChanges?: RoleChanges
  readonly status?: 'active' | 'inactive'
  /** The source gave no statement, for this reason. */
  readonly noStatement?: UnknownReason
}

const now = 1_700_000_000_000

/** An account `kim` with these roles, confirmed by the source just now. */
export function account<C extends CompiledCatalog>(
  compiled: C,
  roles: readonly (RoleKeyOf<C['catalog']> | `custom:${string}` | `unknown:${string}`)[],
  situation: Situation<C> = {},
): Asking<C> {
  const { application, catalog } = compiled
  const settings = {
    features: situation.features ?? Object.keys(catalog.features),
    defaultFull: situation.defaultFull ?? false,
  }
  const statement = {
    organization: 'acme',
    account: 'kim',
    version: 1,
    status: situation.status ?? 'active',
    roles: roles.map((role) => ({ application, role })),
    occurredAt: now,
    confirmedAt: now,
  } as const
  const failure = situation.noStatement
  const question = { application, settings, policy: catalog.policy, now, maxAgeMs: 900_000 }
  const state =
    failure === undefined ? deriveState(statement, question) : deriveState(undefined, { ...question, failure })
  const outcome = evaluate(withRoleChanges(compiled, situation.roleChanges), state, {
    customRoles: situation.customRoles ?? [],
    settings,
  })
  const index = indexCatalog(toDecisionCatalog(compiled))
  const answer = (decision: Decision): Answer => (decision.allowed ? 'allowed' : decision.refusal.code)
  return {
    state,
    holds: outcome.ok
      ? compiled.keys.filter(
          (key, number): key is string => key !== null && hasNumber(outcome.value.permissions, number),
        )
      : [],
    can: (permission, facts) =>
      outcome.ok
        ? answer(decide(index, outcome.value, permission, { account: 'kim', ...facts }))
        : outcome.refusal.code,
    calls: (routeKey) => (outcome.ok ? answer(decideRoute(index, outcome.value, { routeKey })) : outcome.refusal.code),
  }
}

/** A custom role of the organization, as the store would return it. */
export function customRole(
  compiled: CompiledCatalog,
  id: string,
  parts: { readonly grants?: readonly GrantKey[]; readonly gates?: readonly string[] },
): CustomRole {
  return {
    organization: 'acme',
    application: compiled.application,
    id,
    title: id,
    description: '',
    grants: [],
    gates: [],
    revision: 1,
    ...parts,
  }
}

/** The predefined roles that hold a grant key, themselves or through inclusion. */
export function rolesWith<C extends CompiledCatalog>(compiled: C, key: GrantKey): readonly string[] {
  const number = compiled.numberOf.get(key)
  if (number === undefined) throw new RangeError(`${key} has no number`)
  return [...compiled.roles].filter(([, { closure }]) => hasNumber(closure, number)).map(([role]) => role)
}

/** The routes that ask the identity admin anew. */
export function strongRoutes(compiled: CompiledCatalog): readonly string[] {
  return Object.entries(compiled.catalog.routes).flatMap(([key, { freshness }]) =>
    freshness === 'strong' ? [key] : [],
  )
}
