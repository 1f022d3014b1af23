import { isRecord } from '../../assembly/template.ts'
import { LIMITS } from '../limits.ts'
import { matchesWildcards } from '../wildcards.ts'

/** A policy document of an authorizer, its shape checked. */
export interface Policy {
  readonly statements: readonly Statement[]
}

interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

/** @returns undefined for what API Gateway would not take: the request then fails with 500. */
export function readPolicy(document: unknown): Policy | undefined {
  if (!isRecord(document)) return undefined
  const given = document['Statement']
  const statements = (Array.isArray(given) ? given : [given]).map(readStatement)
  return statements.some((statement) => statement === undefined) || statements.length === 0
    ? undefined
    : { statements: statements as Statement[] }
}

function readStatement(statement: unknown): Statement | undefined {
  // Conditions are not evaluated here, so a statement that has one is refused rather than half obeyed.
  if (!isRecord(statement) || statement['Condition'] !== undefined) return undefined
  const effect = statement['Effect']
  const actions = texts(statement['Action'])
  const resources = texts(statement['Resource'])
  if ((effect !== 'Allow' && effect !== 'Deny') || actions === undefined || resources === undefined) return undefined
  if (resources.some((resource) => resource.length > LIMITS.policyResourceCharacters)) return undefined
  return { effect, actions, resources }
}

function texts(value: unknown): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.length > 0 && list.every((item) => typeof item === 'string') ? list : undefined
}

export type Verdict = 'allowed' | 'not_allowed' | 'explicitly_denied'

/** What a policy says of one method ARN. A Deny wins over every Allow. */
export function evaluatePolicy({ statements }: Policy, methodArn: string): Verdict {
  const effects = statements.filter(({ actions, resources }) => {
    return actions.some(coversInvoke) && resources.some((resource) => matchesWildcards(resource, methodArn))
  })
  if (effects.some(({ effect }) => effect === 'Deny')) return 'explicitly_denied'
  return effects.length > 0 ? 'allowed' : 'not_allowed'
}

function coversInvoke(action: string): boolean {
  return matchesWildcards(action.toLowerCase(), 'execute-api:invoke')
}
