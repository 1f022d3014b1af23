/** Everything that can be found in a catalog or its lock file: how bad it is and what to do. Codes never change meaning. */
export const problemKinds = {
  malformed_key: { severity: 'error', next: 'Spell keys in lower case, beginning with a letter.' },
  ambiguous_key: { severity: 'error', next: 'Give the role or the permission another key.' },
  unknown_section: { severity: 'error', next: 'Name a section of the catalog.' },
  unknown_qualifier: { severity: 'error', next: 'Name a qualifier of the catalog that the permission lists.' },
  unknown_feature: { severity: 'error', next: 'Name a feature of the catalog.' },
  unknown_permission: { severity: 'error', next: 'Name a permission of the catalog.' },
  unknown_role: { severity: 'error', next: 'Name a role of the catalog.' },
  role_cycle: { severity: 'error', next: 'Remove one of the inclusions.' },
  ceiling_included: { severity: 'error', next: 'Say the ceiling on the including role, and do not include.' },
  conflict_unknown_key: { severity: 'error', next: 'Name a permission or role of the catalog.' },
  conflict_with_itself: { severity: 'error', next: 'Name two different keys.' },
  conflict_within_role: { severity: 'error', next: 'Split the role, or drop the conflict: no holder could avoid it.' },
  gated_without_gates: { severity: 'error', next: 'Set customRoles to gates, or remove gated: nobody could pass.' },
  policy_contradiction: { severity: 'error', next: 'Correct the policy.' },
  malformed_route: { severity: 'error', next: 'Spell it METHOD /path/{parameter}.' },
  duplicate_route: { severity: 'error', next: 'Remove one of the routes.' },
  ambiguous_route: { severity: 'error', next: 'Change one of the paths, so that every request fits one of them best.' },
  route_without_permission: { severity: 'error', next: 'Name the permission the route asks for.' },
  route_never_allowed: { severity: 'error', next: 'Say productDecides: the gateway has no resource at hand.' },
  lock_missing: { severity: 'error', next: 'npm run catalogs:lock' },
  lock_malformed: { severity: 'error', next: 'Restore the lock file from version control.' },
  lock_of_another_application: { severity: 'error', next: 'Restore the lock file from version control.' },
  lock_inconsistent: {
    severity: 'error',
    next: 'Restore the lock file from version control, then npm run catalogs:lock.',
  },
  not_numbered: { severity: 'error', next: 'npm run catalogs:lock' },
  vanished: { severity: 'error', next: 'Restore it, or retire it with npm run catalogs:lock.' },
  renumbered: { severity: 'error', next: 'Restore the lock file from version control, then npm run catalogs:lock.' },
  reused: { severity: 'error', next: 'Restore the lock file from version control, then npm run catalogs:lock.' },
  epoch_rewritten: {
    severity: 'error',
    next: 'Restore the lock file from version control, then npm run catalogs:lock.',
  },
  redundant_grant: { severity: 'warning', next: 'Remove the narrower or repeated grant.' },
  redundant_inclusion: { severity: 'warning', next: 'Remove the inclusion that another one brings already.' },
  ceiling_bars_own_grant: { severity: 'warning', next: 'Widen the ceiling, or remove the grant: it has no effect.' },
  gates_without_gated: { severity: 'warning', next: 'Mark the permissions that custom roles gate.' },
  unused_section: { severity: 'warning', next: 'Remove the section.' },
  unused_qualifier: { severity: 'warning', next: 'Remove the qualifier.' },
  unused_feature: { severity: 'warning', next: 'Remove the feature.' },
  route_refuses_qualified: {
    severity: 'warning',
    next: 'Say productDecides, or accept that qualified holders are refused.',
  },
  rest_cannot_tell: { severity: 'warning', next: 'Change a path, mark the denied route strong, or use an HTTP API.' },
  rest_sibling_parameters: { severity: 'warning', next: 'Name the parameter the same: a REST API has one per place.' },
  ungranted_permission: { severity: 'note', next: 'No predefined role grants it.' },
  unrouted_permission: { severity: 'note', next: 'No route of the catalog asks for it.' },
} as const satisfies Record<string, { readonly severity: Severity; readonly next: string }>

/** `error`: the catalog is not to be used. `warning`: it works, but hardly as meant. `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note'

/** A stable code of a finding. */
export type ProblemCode = keyof typeof problemKinds

/** A finding. The evidence names keys, roles, routes and numbers of the catalog as they are. */
export interface CatalogProblem {
  readonly code: ProblemCode
  readonly severity: Severity
  readonly message: string
  readonly evidence: Readonly<Record<string, string | number | readonly string[]>>
}

/** Makes a finding; its severity follows from its code. */
export function problem(code: ProblemCode, message: string, evidence: CatalogProblem['evidence']): CatalogProblem {
  return { code, severity: problemKinds[code].severity, message, evidence }
}
