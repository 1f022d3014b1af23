/** The four states of an account's assignment in one application. Only `roles` and `full` can lead to an allow. */
export type AssignmentState =
  | { readonly state: 'unknown'; readonly reason: UnknownReason }
  | { readonly state: 'inactive' }
  | { readonly state: 'roles'; readonly roles: readonly string[] }
  | { readonly state: 'full' }

/** Why nothing is known: each is a named end of a pull, and each denies. */
export type UnknownReason =
  | 'never_confirmed'
  | 'not_found'
  | 'confirmation_too_old'
  | 'source_timeout'
  | 'source_unavailable'
  | 'source_refused_us'
  | 'source_garbage'
  | 'source_partial'
  | 'source_conflicts'
  /** The source answered with an older version than the one already known. */
  | 'source_behind'
  /** Hints or other writers kept coming in between the question and its answer. */
  | 'source_unsettled'
