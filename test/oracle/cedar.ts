import {
  type CedarValueJson,
  type EntityJson,
  preparsePolicySet,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs'
import type { Catalog, Qualifier } from '@rolecast/core/domain/catalog/catalog'
import type { World } from '../support/arbitraries/world.ts'

/**
 * The rules of a catalog as a Cedar policy set, for an engine that knows nothing of bits, closures or tokens. Roles are a
 * hierarchy of entities, grants are permits, everything that limits is a forbid: in Cedar a forbid always wins.
 */
export function toCedar(catalog: Catalog): string {
  const { base, additional, empty, customRoles } = catalog.policy
  const actions = Object.keys(catalog.permissions)
  const forbids = [
    'forbid (principal, action, resource) unless { principal.known && principal.active };',
    forbidWhileHeld(`principal.baseHeld < ${base.min} || principal.additionalHeld < ${additional.min}`),
    ...(base.max === null ? [] : [forbidWhileHeld(`principal.baseHeld > ${base.max}`)]),
    ...(additional.max === null ? [] : [forbidWhileHeld(`principal.additionalNamed > ${additional.max}`)]),
    ...(hasCeilings(catalog)
      ? [
          `forbid (principal, action, resource) unless { ${list(Object.keys(catalog.roles))}.containsAll(principal.peers) };`,
        ]
      : []),
    ...Object.entries(catalog.roles).flatMap(([role, { ceiling }]) =>
      ceiling === undefined
        ? []
        : [
            `forbid (principal, action, resource) when { principal.peers.contains(${quote(role)}) && !(action in [${uids('Action', ceiling)}]) };`,
          ],
    ),
    ...Object.keys(catalog.features).flatMap((feature) => {
      const dependent = actions.filter((action) => catalog.permissions[action]?.feature === feature)
      return dependent.length === 0
        ? []
        : [
            `forbid (principal, action in [${uids('Action', dependent)}], resource) unless { context.features.contains(${quote(feature)}) };`,
          ]
    }),
    ...actions
      .filter((action) => catalog.permissions[action]?.gated === true)
      .map(
        (action) =>
          `forbid (principal, action == ${uid('Action', action)}, resource) unless { resource has secured && (!resource.secured || (resource has id && principal.gates.contains(resource.id))) };`,
      ),
  ]
  const permits = [
    ...Object.entries(catalog.roles).flatMap(([role, { grants }]) =>
      grants.map((key) => permit(catalog, `principal in ${uid('Role', role)}`, key)),
    ),
    ...(customRoles === 'grants'
      ? actions.flatMap((action) =>
          [action, ...(catalog.permissions[action]?.qualifiers ?? []).map((name) => `${action}[${name}]`)].map((key) =>
            permit(catalog, 'principal', key, `principal.customGrants.contains(${quote(key)})`),
          ),
        )
      : []),
    ...(empty === 'full_access'
      ? [
          `permit (principal, action in [${uids('Action', actions)}], resource) when { principal.held.isEmpty() && principal.optedIn };`,
        ]
      : []),
  ]
  return [...forbids, ...permits].join('\n')
}

/** Asks Cedar. Throws when a policy could not be evaluated, because Cedar then leaves it out. */
export function askCedar(policySet: string, catalog: Catalog, world: World): boolean {
  const { facts, settings } = world
  const answer = statefulIsAuthorized({
    principal: { type: 'Account', id: 'it' },
    action: { type: 'Action', id: world.permission },
    resource: { type: 'Resource', id: 'it' },
    context: {
      account: facts?.account ?? '',
      features: [...settings.features],
      lists: Object.fromEntries(Object.entries(facts?.lists ?? {}).map(([name, values]) => [name, [...values]])),
    },
    preparsedPolicySetId: policySet,
    entities: entitiesOf(catalog, world),
  })
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '))
  const { decision, diagnostics } = answer.response
  if (diagnostics.errors.length > 0) throw new Error(diagnostics.errors.map(({ error }) => error.message).join('; '))
  return decision === 'allow'
}

/** Parses a policy set once, under a name. */
export function prepareCedar(name: string, policies: string): void {
  const answer = preparsePolicySet(name, { staticPolicies: policies })
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join('; '))
}

function entitiesOf(catalog: Catalog, world: World): EntityJson[] {
  const { record, now, maxAgeMs, settings, facts } = world
  const known = record !== undefined && now - record.confirmedAt <= maxAgeMs && now - record.confirmedAt >= -5_000
  const held = [
    ...new Set((record?.roles ?? []).filter((r) => r.application === catalog.application).map((r) => r.role)),
  ]
  const peers = held.filter((role) => !role.startsWith('custom:'))
  const predefined = peers.filter((role) => Object.hasOwn(catalog.roles, role))
  const named = held.filter((role) => role.startsWith('custom:'))
  const customs = world.customRoles.filter(
    ({ application, id }) =>
      catalog.policy.customRoles !== 'none' && application === catalog.application && named.includes(`custom:${id}`),
  )
  const onTop = predefined.filter((role) => catalog.roles[role]?.kind === 'additional').length
  const account = {
    known,
    active: record?.status === 'active',
    optedIn: settings.defaultFull,
    held,
    peers,
    baseHeld: predefined.length - onTop,
    additionalHeld: onTop + customs.length,
    additionalNamed: onTop + named.length,
    customGrants: customs.flatMap(({ grants }) => grants),
    gates: catalog.policy.customRoles === 'gates' ? customs.flatMap(({ gates }) => gates) : [],
  }
  const { resource } = facts ?? {}
  const attributes: Record<string, CedarValueJson> = { attributes: { ...resource?.attributes } }
  if (resource?.id !== undefined) attributes['id'] = resource.id
  if (resource?.secured !== undefined) attributes['secured'] = resource.secured
  return [
    { uid: { type: 'Account', id: 'it' }, attrs: account, parents: predefined.map((id) => ({ type: 'Role', id })) },
    { uid: { type: 'Resource', id: 'it' }, attrs: attributes, parents: [] },
    ...Object.entries(catalog.roles).map(([id, { includes = [] }]) => ({
      uid: { type: 'Role', id },
      attrs: {},
      parents: includes.map((included) => ({ type: 'Role', id: included })),
    })),
  ]
}

function permit(catalog: Catalog, principal: string, key: string, condition?: string): string {
  const [permission = '', rest] = key.split('[')
  const rule = rest === undefined ? undefined : catalog.qualifiers[rest.slice(0, -1)]
  const conditions = [condition, rule && qualifierIn(rule)].filter((part) => part !== undefined)
  const when = conditions.length === 0 ? '' : ` when { ${conditions.join(' && ')} }`
  return `permit (${principal}, action == ${uid('Action', permission)}, resource)${when};`
}

function qualifierIn(rule: Qualifier): string {
  const has = `resource.attributes has ${quote(rule.attribute)}`
  const value = `resource.attributes[${quote(rule.attribute)}]`
  if ('equals' in rule) return `${has} && ${value} == ${quote(rule.equals)}`
  if ('account' in rule) return `${has} && ${value} == context.account`
  const name = quote(rule.within)
  return `${has} && context.lists has ${name} && context.lists[${name}].contains(${value})`
}

/** A rule about the assignment as a whole, which an empty one need not satisfy. */
function forbidWhileHeld(condition: string): string {
  return `forbid (principal, action, resource) when { !principal.held.isEmpty() && (${condition}) };`
}

function hasCeilings(catalog: Catalog): boolean {
  return Object.values(catalog.roles).some(({ ceiling }) => ceiling !== undefined)
}

function quote(text: string): string {
  return JSON.stringify(text)
}

function uid(type: string, id: string): string {
  return `${type}::${quote(id)}`
}

function uids(type: string, ids: readonly string[]): string {
  return ids.map((id) => uid(type, id)).join(', ')
}

function list(texts: readonly string[]): string {
  return `[${texts.map(quote).join(', ')}]`
}
