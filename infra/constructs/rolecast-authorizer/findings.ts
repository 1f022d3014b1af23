/** What the check of an API against its catalog can say. */
export type FindingCode =
  | 'route_without_permission'
  | 'route_without_authorizer'
  | 'foreign_authorizer'
  | 'strong_route_cached'
  | 'contradicting_public_route'
  | 'unreadable_route'
  | 'catalog_route_missing'
  | 'public_route_missing'
  | 'cache_ignores_token'
  | 'cache_ignores_route'
  | 'cache_depends_on_more'
  | 'cache_outlives_token'
  | 'sibling_parameters'
  | 'policy_inexpressible'
  | 'policy_too_large'
  | 'resource_too_long'

export interface Finding {
  /** Errors fail the synthesis; warnings fail it under `cdk --strict`. */
  readonly severity: 'error' | 'warning'
  readonly code: FindingCode
  readonly message: string
}

export function errorFinding(code: FindingCode, message: string): Finding {
  return { severity: 'error', code, message }
}

export function warningFinding(code: FindingCode, message: string): Finding {
  return { severity: 'warning', code, message }
}
