import { deriveState } from '../domain/assignment/derive-state.ts'
import type { CustomRole } from '../domain/assignment/organization.ts'
import { customRoleId, rolesIn } from '../domain/assignment/role-names.ts'
import type { AssignmentState } from '../domain/assignment/state.ts'
import type { CompiledCatalog } from '../domain/catalog/compiled-catalog.ts'
import { withRoleChanges } from '../domain/catalog/role-changes.ts'
import { accept, type Outcome, refuse } from '../domain/decision/refusal.ts'
import { evaluate } from '../domain/grant/evaluate.ts'
import type { Grant } from '../domain/grant/grant.ts'
import { limitGrant } from '../domain/grant/limit.ts'
import type { CustomRoleStore, Subject } from './ports.ts'
import { type Assignment, type AssignmentDependencies, resolveAssignment } from './resolve-assignment.ts'

/** How long resolving may take, so that what was fresh when it was read is not too old when it is evaluated. */
const resolvingMs = 15_000

export interface GrantDependencies extends AssignmentDependencies {
  readonly customRoles: Pick<CustomRoleStore, 'readCustomRoles'>
  readonly catalogs: ReadonlyMap<string, CompiledCatalog>
}

export interface GrantQuestion {
  readonly subject: Subject
  readonly application: string
  readonly assignmentMaxAgeMs?: number
}

/** Everything a grant is computed from, as it was read for one request. */
export interface Holding extends Assignment {
  /** As the organization has changed it. */
  readonly catalog: CompiledCatalog
  readonly state: AssignmentState
  /** Definitions of the held custom roles, as far as they exist. */
  readonly customRoles: readonly CustomRole[]
}

export interface ResolvedGrant {
  readonly holding: Holding
  readonly grant: Grant
  /** The grant keys that are left of the grant, where the presented token is limited to some. */
  readonly scope?: readonly string[]
}

/**
 * What an account may do in an application, re-derived: assignment (as fresh as asked for), then custom roles if it holds
 * any, then evaluation; limited to the scope of the presented token, if that has one. Two reads of the store at most.
 * Refuses like `resolveHolding` and `translateHolding`.
 */
export async function resolveGrant(
  dependencies: GrantDependencies,
  question: GrantQuestion,
): Promise<Outcome<ResolvedGrant>> {
  const resolved = await resolveHolding(dependencies, question)
  if (!resolved.ok) return resolved
  const translated = translateHolding(resolved.value, question.subject)
  return translated.ok ? accept({ holding: resolved.value, ...translated.value }) : translated
}

/** Evaluates what was read, within the scope of the presented token. Refuses like `evaluate` and `limitGrant`. */
export function translateHolding(holding: Holding, { ownToken }: Subject): Outcome<Omit<ResolvedGrant, 'holding'>> {
  const evaluated = evaluate(holding.catalog, holding.state, holding)
  if (!evaluated.ok) return evaluated
  if (ownToken?.scope === undefined) return accept({ grant: evaluated.value })
  const known = ownToken.scope.filter((key) => holding.catalog.numberOf.has(key))
  const limited = limitGrant(evaluated.value, holding.catalog, known)
  return limited.ok ? accept({ grant: limited.value.grant, scope: limited.value.keys }) : limited
}

/**
 * Reads what a grant is computed from. Refuses with `unknown_application`, `wrong_audience` (one of our tokens, for another
 * application) and everything `resolveAssignment` refuses with.
 */
export async function resolveHolding(
  dependencies: GrantDependencies,
  { subject, application, assignmentMaxAgeMs }: GrantQuestion,
): Promise<Outcome<Holding>> {
  const catalog = dependencies.catalogs.get(application)
  if (catalog === undefined) return refuse('unknown_application')
  const { ownToken, organization, subject: account, issuer } = subject
  if (ownToken !== undefined && ownToken.application !== application) return refuse('wrong_audience')
  const assignment = await resolveAssignment(dependencies, {
    key: { organization, account },
    application,
    ...(ownToken === undefined ? { issuer } : {}),
    ...(assignmentMaxAgeMs === undefined ? {} : { assignmentMaxAgeMs }),
  })
  if (!assignment.ok) return assignment
  const { record, settings } = assignment.value
  const { limits } = dependencies
  const state = deriveState(record, {
    application,
    settings,
    policy: catalog.catalog.policy,
    now: dependencies.clock(),
    maxAgeMs: Math.max(limits.staleIfErrorMs, limits.confirmedForMs) + resolvingMs,
  })
  const ids = catalog.catalog.policy.customRoles === 'none' ? [] : customRoleIds(rolesIn(application, record.roles))
  const customRoles =
    ids.length === 0 ? [] : await dependencies.customRoles.readCustomRoles(organization, application, ids)
  return accept({
    ...assignment.value,
    catalog: withRoleChanges(catalog, settings.roleChanges),
    state,
    customRoles,
  })
}

function customRoleIds(roles: readonly string[]): readonly string[] {
  return roles.map(customRoleId).filter((id) => id !== undefined)
}
