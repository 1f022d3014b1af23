import type { ApplicationSettings, CustomRole } from '../assignment/organization.ts'
import { customRoleName } from '../assignment/role-names.ts'
import type { AssignmentState } from '../assignment/state.ts'
import type { GrantKey } from '../catalog/catalog.ts'
import type { CompiledCatalog } from '../catalog/compiled-catalog.ts'
import { formsOf } from '../catalog/grant-key.ts'
import { type Refusal, refuse } from '../decision/refusal.ts'
import { type DecisionIndex, decide, type Facts } from './decide.ts'
import { evaluate } from './evaluate.ts'
import { type HeldRoles, resolveRoles } from './held-roles.ts'
import { hasNumber, numbersIn } from './permission-set.ts'

/**
 * How a grant key is held. `role`: `path` leads from the held role through its inclusions to the role that grants the key
 * itself. `custom_role`: the custom role carries the key itself (what was imported into it is a copy, without a link).
 */
export type Source =
  | { readonly kind: 'role'; readonly path: readonly string[]; readonly grants: GrantKey }
  | { readonly kind: 'custom_role'; readonly role: string; readonly title: string; readonly grants: GrantKey }
  | { readonly kind: 'default_full'; readonly grants: GrantKey }

export type Explanation =
  | {
      readonly allowed: true
      readonly permission: string
      readonly by: GrantKey
      /** Every held role that brings `by`. */
      readonly through: readonly Source[]
    }
  | {
      readonly allowed: false
      readonly permission: string
      /** The clause that refused it, at least as precise as the decision's own code. */
      readonly refusal: Refusal
      /** Held roles that would bring the permission, were it not for the clause. */
      readonly held: readonly Source[]
      /** With `outside_ceiling`: the held roles whose ceilings leave the permission out. */
      readonly ceilings: readonly string[]
      /** With `not_granted`: predefined roles that would bring it, those with the fewest permissions first. */
      readonly wouldGrant: readonly string[]
    }

export interface ExplainQuestion {
  readonly compiled: CompiledCatalog
  /** Of the same catalog. */
  readonly index: DecisionIndex
  readonly state: AssignmentState
  readonly customRoles: readonly CustomRole[]
  readonly settings: ApplicationSettings
}

/** Explains a decision: allowed exactly when `evaluate` and `decide` allow it. */
export function explain(question: ExplainQuestion, permission: string, facts?: Facts): Explanation {
  const { compiled, index, state } = question
  const evaluated = evaluate(compiled, state, question)
  if (!evaluated.ok) return denied(permission, evaluated.refusal)
  const forms = formsOf(compiled.catalog, permission)
  const decision = decide(index, evaluated.value, permission, facts)
  const sources = (grants: readonly GrantKey[]) => grants.flatMap((key) => sourcesOf(question, key))
  if (decision.allowed) return { allowed: true, permission, by: decision.by, through: sources([decision.by]) }
  if (decision.refusal.code !== 'not_granted') return denied(permission, decision.refusal, { held: sources(forms) })
  return explainNotGranted(question, permission, sources(forms))
}

function explainNotGranted(
  { compiled, state, customRoles, settings }: ExplainQuestion,
  permission: string,
  held: readonly Source[],
): Explanation {
  const { catalog } = compiled
  const forms = formsOf(catalog, permission)
  const numbers = forms.flatMap((key) => compiled.numberOf.get(key) ?? [])
  if (held.length === 0) {
    const granting = [...compiled.roles].filter(([, { closure }]) =>
      numbers.some((number) => hasNumber(closure, number)),
    )
    const wouldGrant = granting
      .sort(([, one], [, other]) => numbersIn(one.closure).length - numbersIn(other.closure).length)
      .map(([key]) => key)
    return denied(permission, refuse('not_granted', { permission }).refusal, { wouldGrant })
  }
  const roles = state.state === 'roles' ? resolveRoles(compiled, state.roles, customRoles).predefined : []
  const ceilings = roles
    .filter(({ role: { ceiling } }) => ceiling !== undefined && !numbers.some((number) => hasNumber(ceiling, number)))
    .map(({ key }) => key)
  if (ceilings.length > 0) {
    return denied(permission, refuse('outside_ceiling', { permission, ceilings }).refusal, { held, ceilings })
  }
  const feature = catalog.permissions[permission]?.feature
  if (feature !== undefined && !settings.features.includes(feature)) {
    return denied(permission, refuse('feature_disabled', { permission, feature }).refusal, { held })
  }
  return denied(permission, refuse('not_granted', { permission }).refusal, { held })
}

function sourcesOf({ compiled, state, customRoles }: ExplainQuestion, key: GrantKey): readonly Source[] {
  if (state.state === 'full') return [{ kind: 'default_full', grants: key }]
  if (state.state !== 'roles') return []
  const held = resolveRoles(compiled, state.roles, customRoles)
  return [...predefinedSources(compiled, held, key), ...customSources(compiled, held, key)]
}

function predefinedSources(compiled: CompiledCatalog, held: HeldRoles, key: GrantKey): readonly Source[] {
  return held.predefined.flatMap(({ key: role }) => {
    const path = pathTo(compiled, role, key)
    return path === undefined ? [] : [{ kind: 'role', path, grants: key } as const]
  })
}

function customSources({ catalog }: CompiledCatalog, held: HeldRoles, key: GrantKey): readonly Source[] {
  if (catalog.policy.customRoles !== 'grants') return []
  return held.custom
    .filter(({ grants }) => grants.includes(key))
    .map(({ id, title }) => ({ kind: 'custom_role', role: customRoleName(id), title, grants: key }))
}

/** The shortest way through inclusions from a role to one that grants the key itself. */
function pathTo({ catalog }: CompiledCatalog, from: string, key: GrantKey): readonly string[] | undefined {
  const seen = new Set([from])
  const queue: (readonly string[])[] = [[from]]
  for (const path of queue) {
    const definition = catalog.roles[path.at(-1) ?? from]
    if (definition?.grants.includes(key)) return path
    for (const included of definition?.includes ?? []) {
      if (seen.has(included)) continue
      seen.add(included)
      queue.push([...path, included])
    }
  }
  return undefined
}

function denied(
  permission: string,
  refusal: Refusal,
  more: {
    readonly held?: readonly Source[]
    readonly ceilings?: readonly string[]
    readonly wouldGrant?: readonly string[]
  } = {},
): Explanation {
  return { allowed: false, permission, refusal, held: [], ceilings: [], wouldGrant: [], ...more }
}
