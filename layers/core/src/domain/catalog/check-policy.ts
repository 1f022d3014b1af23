import type { Cardinality, Catalog } from './catalog.ts'
import { type CatalogProblem, problem } from './problem.ts'

/** Rules of a policy that contradict each other. */
export function checkPolicy(catalog: Catalog): readonly CatalogProblem[] {
  const { policy } = catalog
  const found: string[] = []
  for (const name of ['base', 'additional'] as const) {
    if (!isRange(policy[name])) found.push(`${name} is not a range of counts`)
  }
  const bases = Object.values(catalog.roles).filter((role) => role.kind !== 'additional').length
  if (policy.base.min > bases) found.push(`${policy.base.min} base or system roles are asked for, ${bases} exist`)
  const least = policy.base.min + policy.additional.min
  if (least > 0 && policy.empty !== 'forbidden') found.push(`a role is required, yet empty is ${policy.empty}`)
  const custom = policy.customRoles !== 'none'
  if (custom !== (policy.customRoleDeletion !== 'not_applicable')) {
    found.push(`custom roles: ${policy.customRoles}, their deletion: ${policy.customRoleDeletion}`)
  }
  if (custom !== (policy.mayDefine !== null)) {
    found.push(`custom roles: ${policy.customRoles}, who may define them: ${policy.mayDefine ?? 'nobody'}`)
  }
  return found.map((contradiction) => problem('policy_contradiction', contradiction, { contradiction }))
}

function isRange({ min, max }: Cardinality): boolean {
  return Number.isSafeInteger(min) && min >= 0 && (max === null || (Number.isSafeInteger(max) && max >= min))
}
