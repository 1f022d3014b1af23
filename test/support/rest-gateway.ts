import type { RestPolicy } from '../../functions/authorizer/later/policy/rest-policy.ts'

/**
 * What a REST API makes of an authorizer's policy for a method ARN: an explicit deny wins, then an allow, then nothing is
 * allowed. `*` stands for any characters and `?` for one; `${…}` would be a policy variable and matches nothing.
 */
export function evaluatePolicy(policy: RestPolicy, arn: string): 'allow' | 'explicit deny' | 'implicit deny' {
  const effects = policy.Statement.filter(({ Resource }) => Resource.some((resource) => matches(resource, arn)))
  if (effects.some(({ Effect }) => Effect === 'Deny')) return 'explicit deny'
  return effects.length > 0 ? 'allow' : 'implicit deny'
}

function matches(resource: string, arn: string): boolean {
  if (resource.includes('${')) return false
  const pattern = resource
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[\\s\\S]*')
    .replaceAll('?', '[\\s\\S]')
  return new RegExp(`^${pattern}$`).test(arn)
}
