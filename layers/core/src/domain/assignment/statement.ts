/** An account as every part of the system names it: the identity provider's subject within one organization. */
export interface AccountKey {
  readonly organization: string
  readonly account: string
}

/** A role of one application, as the identity admin assigns it. Custom roles are `custom:<id>`. */
export interface RoleAssignment {
  readonly application: string
  readonly role: string
}

/**
 * What an identity admin says of one account: the whole state, never a change. `version` rises by one with every change
 * of the account. Only a complete statement is one; a partial answer is a named failure, not a statement.
 */
export interface AccountStatement extends AccountKey {
  readonly version: number
  readonly status: 'active' | 'inactive'
  readonly roles: readonly RoleAssignment[]
  /** When the source made the statement, epoch milliseconds. Evidence only: ordering is by `version`. */
  readonly occurredAt: number
}

/** An account as the store keeps it. */
export interface AccountRecord extends AccountStatement {
  /** When the read that confirmed this state was STARTED, epoch milliseconds by our clock. */
  readonly confirmedAt: number
  /** The source's validator for conditional reads (RFC 9110 section 8.8.3). */
  readonly etag?: string
}
