import type { GrantKey } from '../catalog/catalog.ts'
import { type DecisionCatalog, type QualifierRule, routeFlags } from '../catalog/decision-catalog.ts'
import { splitGrantKey } from '../catalog/grant-key.ts'
import type { Code } from '../decision/codes.ts'
import { type Refusal, refuse } from '../decision/refusal.ts'
import type { Grant } from './grant.ts'
import { hasNumber } from './permission-set.ts'

/** `by`: the grant key that allowed it, `flow/design[draft]` where a qualifier had to hold. */
export type Decision =
  | { readonly allowed: true; readonly by: GrantKey }
  | { readonly allowed: false; readonly refusal: Refusal }

/** What is known of the request when deciding. What is absent is unknown, and unknown is never allowed. */
export interface Facts {
  /** The account that asks: `sub` of its token. */
  readonly account: string
  readonly resource?: {
    readonly attributes: Readonly<Record<string, string>>
    readonly id?: string
    /** Whether the resource is secured, so that only accounts with a custom role that names it may use it. */
    readonly secured?: boolean
  }
  /** Lists the product keeps for the account, by the names that `within` qualifiers use. */
  readonly lists?: Readonly<Record<string, readonly string[]>>
}

interface Form {
  readonly number: number
  readonly allowed: Decision
}

interface Rule {
  readonly permission: string
  /** The unqualified form; absent where it is retired. */
  whole?: Form
  readonly qualified: (Form & { readonly qualifier: QualifierRule })[]
  readonly gated: boolean
}

/** A route of the catalog. `strong`: the assignment is confirmed with the identity admin for this very request. */
export interface IndexedRoute {
  readonly method: string
  readonly path: string
  readonly permission: string
  readonly strong: boolean
  readonly productDecides: boolean
}

/** A decision catalog, ready to decide. */
export interface DecisionIndex {
  readonly application: string
  readonly epoch: number
  readonly rules: ReadonlyMap<string, Rule>
  readonly routes: readonly IndexedRoute[]
  /** By `METHOD /path`, exactly as the catalog spells it. */
  readonly routeOf: ReadonlyMap<string, IndexedRoute>
}

/** Once per catalog. Throws when the catalog contradicts itself: a broken build, to be seen at start. */
export function indexCatalog(catalog: DecisionCatalog): DecisionIndex {
  const gated = new Set<string>(catalog.gated)
  const rules = new Map<string, Rule>()
  for (const [number, key] of catalog.keys.entries()) {
    if (key === null) continue
    const { permission, qualifier } = splitGrantKey(key)
    const rule = rules.get(permission) ?? { permission, qualified: [], gated: gated.has(permission) }
    rules.set(permission, rule)
    const form = { number, allowed: Object.freeze({ allowed: true, by: key } as const) }
    if (qualifier === undefined) rule.whole = form
    else if (!Object.hasOwn(catalog.qualifiers, qualifier)) throw new RangeError(`no qualifier for ${key}`)
    else rule.qualified.push({ ...form, qualifier: catalog.qualifiers[qualifier] as QualifierRule })
  }
  const routes = catalog.routes.map(([method, path, permission, flags]) => ({
    method,
    path,
    permission,
    strong: (flags & routeFlags.strong) !== 0,
    productDecides: (flags & routeFlags.productDecides) !== 0,
  }))
  const routeOf = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]))
  return { application: catalog.application, epoch: catalog.epochs.length, rules, routes, routeOf }
}

/**
 * Decides on a permission, for a resource where `facts` name one. Refuses with `wrong_audience`, `unknown_epoch`,
 * `unknown_permission`, `not_granted`, `qualifier_unknown`, `qualifier_not_met`, `gate_unknown` or `gated_resource`.
 * An unqualified grant needs no attribute; of several qualified ones, one that holds is enough.
 */
export function decide(index: DecisionIndex, grant: Grant, permission: string, facts?: Facts): Decision {
  const rule = index.rules.get(permission)
  if (rule === undefined || !fits(index, grant)) return misfit(index, grant, permission)
  const { whole } = rule
  let decision = whole !== undefined && hasNumber(grant.permissions, whole.number) ? whole.allowed : undefined
  decision ??= decideQualified(rule, grant, facts)
  return rule.gated && decision.allowed ? decideGate(rule, grant, facts, decision) : decision
}

/**
 * Decides at the gateway, where no resource is at hand: a permission that is gated or held only with a qualifier is
 * refused, unless the product decides on the resource itself. Codes as in `decide`.
 */
export function decideOnRoute(index: DecisionIndex, grant: Grant, route: IndexedRoute): Decision {
  const rule = index.rules.get(route.permission)
  if (rule === undefined || !fits(index, grant)) return misfit(index, grant, route.permission)
  const { whole, qualified, gated } = rule
  if (whole !== undefined && hasNumber(grant.permissions, whole.number)) {
    return gated && !route.productDecides ? no('gate_unknown', rule) : whole.allowed
  }
  const form = qualified.find(({ number }) => hasNumber(grant.permissions, number))
  if (form === undefined) return no('not_granted', rule)
  return route.productDecides ? form.allowed : no('qualifier_unknown', rule)
}

function decideQualified(rule: Rule, grant: Grant, facts: Facts | undefined): Decision {
  let held = false
  let unknown = false
  for (const form of rule.qualified) {
    if (!hasNumber(grant.permissions, form.number)) continue
    held = true
    const holds = qualifierHolds(form.qualifier, facts)
    if (holds === true) return form.allowed
    if (holds === undefined) unknown = true
  }
  return no(held ? (unknown ? 'qualifier_unknown' : 'qualifier_not_met') : 'not_granted', rule)
}

function qualifierHolds(rule: QualifierRule, facts: Facts | undefined): boolean | undefined {
  const attributes = facts?.resource?.attributes
  if (facts === undefined || attributes === undefined || !Object.hasOwn(attributes, rule.attribute)) return undefined
  const value: unknown = attributes[rule.attribute]
  if (typeof value !== 'string') return undefined
  if ('equals' in rule) return value === rule.equals
  if ('account' in rule) return facts.account === '' ? undefined : value === facts.account
  const { lists } = facts
  const list: unknown = lists !== undefined && Object.hasOwn(lists, rule.within) ? lists[rule.within] : undefined
  return Array.isArray(list) ? list.includes(value) : undefined
}

function decideGate(rule: Rule, grant: Grant, facts: Facts | undefined, decision: Decision): Decision {
  const resource = facts?.resource
  if (resource?.secured === false) return decision
  if (resource?.secured !== true || resource.id === undefined) return no('gate_unknown', rule)
  return grant.gates.includes(resource.id) ? decision : no('gated_resource', rule)
}

function fits(index: DecisionIndex, grant: Grant): boolean {
  return grant.application === index.application && grant.epoch <= index.epoch
}

function misfit(index: DecisionIndex, grant: Grant, permission: string): Decision {
  if (grant.application !== index.application) return refuseWith('wrong_audience', { application: grant.application })
  if (grant.epoch > index.epoch) return refuseWith('unknown_epoch', { epoch: grant.epoch, known: index.epoch })
  return refuseWith('unknown_permission', { permission })
}

function no(code: Code, rule: Rule): Decision {
  return refuseWith(code, { permission: rule.permission })
}

function refuseWith(code: Code, evidence: NonNullable<Refusal['evidence']>): Decision {
  return { allowed: false, refusal: refuse(code, evidence).refusal }
}
