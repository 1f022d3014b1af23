import type { Catalog, Route } from '@rolecast/core/domain/catalog/catalog'
import { checkRoutes } from '@rolecast/core/domain/catalog/check-routes'
import { splitRouteKey } from '@rolecast/core/domain/catalog/route-key'
import { encodedLiterals } from '@rolecast/core/domain/routes/encoded-literals'
import { errorFinding, type Finding } from './findings.ts'

/** Characters of JSON that the authorizer gives to the policy of a cached answer; the whole answer may have 8 KB. */
export const policyBudget = 5_000
/** Characters that a REST API takes in one resource of a policy. */
const longestResource = 512

/** The longest beginning of a method ARN that one meets, without the name of the API's stage. */
const longestPrefix = 'arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abcdefghij'
/** Patterns of ambiguous paths, which every policy of the authorizer denies, and the two statements around. */
const fixedResources = ['*//*', '*/*/', '*%2F*', '*%2f*', '*%5C*', '*%5c*', '*%2E*', '*%2e*']
const statements =
  '{"Version":"2012-10-17","Statement":[,]}'.length +
  2 * '{"Action":"execute-api:Invoke","Effect":"Allow","Resource":[]}'.length

export interface RestPolicyTerms {
  readonly catalog: Catalog
  readonly stageName: string
  readonly cacheSeconds: number
}

/**
 * A cached answer of a REST API is a policy that has to be right for every route. Can it be, whatever roles an account
 * holds? Without a cache the policy need only be right for the one request, and always is.
 */
export function checkRestPolicy({ catalog, stageName, cacheSeconds }: RestPolicyTerms): readonly Finding[] {
  const problems = checkRoutes(catalog)
  const findings = problems
    .filter(({ code }) => code === 'rest_sibling_parameters')
    .map(({ message }) => errorFinding('sibling_parameters', message))
  if (cacheSeconds === 0) return findings
  for (const { code, message } of problems) {
    if (code === 'rest_cannot_tell') findings.push(errorFinding('policy_inexpressible', `${message}${instead}`))
  }
  const globs = Object.entries<Route>(catalog.routes).map(([key]) => globOf(key))
  const resources = [...globs, ...encodedLiterals(globs, globs), ...fixedResources].map(
    (glob) => `${longestPrefix}/${stageName}/${glob}`,
  )
  for (const resource of resources) {
    if (resource.length > longestResource) {
      findings.push(
        errorFinding('resource_too_long', `${resource} has more than ${longestResource} characters${instead}`),
      )
    }
  }
  const size = resources.reduce((sum, resource) => sum + resource.length + '"",'.length, statements)
  if (size > policyBudget) {
    findings.push(
      errorFinding(
        'policy_too_large',
        `a policy may take ${size} of ${policyBudget} characters to name all routes${instead}`,
      ),
    )
  }
  return findings
}

const instead = ': set resultCacheTtl to 0, or use an HTTP API, whose cache is kept by route'

/** `GET/flows/*`: how a policy names a route. */
function globOf(key: string): string {
  const { method, path } = splitRouteKey(key)
  return `${method}${path.replaceAll(/\{[^}]+\}/g, '*')}`
}
