import type { Catalog } from '../catalog/catalog.ts'
import { splitGrantKey } from '../catalog/grant-key.ts'
import { answerOf } from '../decision/codes.ts'
import type { Explanation, Source } from './explain.ts'

/** How many roles a sentence names before it says how many more there are. */
const mostNamed = 3

/** An explanation as one or two plain English sentences, with the titles of the catalog. */
export function explainInWords(explanation: Explanation, catalog: Catalog): string {
  const what = permissionTitle(catalog, explanation.permission)
  if (explanation.allowed) {
    return `${what} is allowed: ${list(explanation.through.map((source) => sourceInWords(source, catalog)))}.`
  }
  const { refusal, held, ceilings, wouldGrant } = explanation
  const brings = list(held.map((source) => sourceInWords(source, catalog)))
  const reason = `${what} is refused: ${lowerFirst(answerOf(refusal.code).title)}`
  switch (refusal.code) {
    case 'not_granted':
      if (wouldGrant.length === 0) return `${reason}. No predefined role grants it.`
      return `${reason}. It comes with ${list(rolesInWords(wouldGrant, catalog), 'or')}.`
    case 'outside_ceiling':
      return `${reason}. It would come because ${brings}, but ${list(rolesInWords(ceilings, catalog))} leaves it out.`
    case 'feature_disabled':
    case 'qualifier_not_met':
    case 'qualifier_unknown':
    case 'gate_unknown':
    case 'gated_resource':
      return `${reason}. It would come because ${brings}.`
    case 'unknown_role':
    case 'invalid_assignment':
      return `${reason}${evidenceInWords(refusal.evidence ?? {})}.`
    default:
      return `${reason}.`
  }
}

function sourceInWords(source: Source, catalog: Catalog): string {
  const only = qualifierInWords(source.grants, catalog)
  switch (source.kind) {
    case 'default_full':
      return `the organization gives full access to accounts without a role${only}`
    case 'custom_role':
      return `custom role “${source.title}” carries it${only}`
    case 'role': {
      const [first = '', ...included] = rolesInWords(source.path, catalog)
      return `${[first, ...included].join(' includes ')}${included.length > 0 ? ', which' : ''} grants it${only}`
    }
  }
}

function qualifierInWords(key: string, catalog: Catalog): string {
  const { qualifier } = splitGrantKey(key)
  const title = qualifier === undefined ? undefined : catalog.qualifiers[qualifier]?.title
  return title === undefined ? '' : ` (only: ${lowerFirst(title)})`
}

function permissionTitle(catalog: Catalog, permission: string): string {
  const known = Object.hasOwn(catalog.permissions, permission) ? catalog.permissions[permission] : undefined
  return `“${known?.title ?? permission}”`
}

function rolesInWords(roles: readonly string[], catalog: Catalog): readonly string[] {
  return roles.map((role) => `role “${catalog.roles[role]?.title ?? role}”`)
}

function evidenceInWords(evidence: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(evidence['roles'])) return ` (${list(evidence['roles'])})`
  const { rule, held, min, max } = evidence
  if (rule === 'empty') return ' (at least one role is needed)'
  if (rule === 'default_full') return ' (full access without a role is not enabled)'
  const kind = String(rule).split('_')[0]
  return ` (${String(held)} ${kind} roles, ${min === undefined ? `at most ${String(max)}` : `at least ${String(min)}`})`
}

function list(items: readonly string[], word = 'and'): string {
  const shown = items.length > mostNamed ? items.slice(0, mostNamed) : items
  const more = items.length - shown.length
  const all = more > 0 ? [...shown, `${more} more`] : shown
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} ${word} ${all.at(-1)}`
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
