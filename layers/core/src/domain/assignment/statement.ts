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

/**
 * The whole state of one account from a source that counts no versions. What is stored gets a version of our own, which rises
 * where the content differs; whoever applies it must have read what is stored before the source was asked.
 */
export type UnversionedStatement = Omit<AccountStatement, 'version'> & { readonly version?: undefined }

/** What a source says of one account. */
export type SourceStatement = AccountStatement | UnversionedStatement

/** An account as the store keeps it. */
export interface AccountRecord extends AccountStatement {
  /** When the read that confirmed this state was STARTED, epoch milliseconds by our clock. */
  readonly confirmedAt: number
  /** The source's validator for conditional reads (RFC 9110 section 8.8.3). */
  readonly etag?: string
  /**
   * On which way its content came first: `pull <source>`, `event <source>`, `page`; without a name, from the default source.
   * Evidence for people, and nothing else.
   */
  readonly statedBy?: string
  /**
   * The youngest hint that something changed at the source, epoch milliseconds by our clock. A read that started at it or
   * before does not confirm anything. It stays when a later read confirms the account.
   */
  readonly dirtySince?: number
  /**
   * The source said that it knows no such account, or contradicted itself: as `dirtySince`, so that no older statement that
   * comes again confirms what was taken back.
   */
  readonly withdrawnSince?: number
}
