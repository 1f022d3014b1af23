/** What the signed-in account may do in one application, as `GET /session` answers: front ends show or hide controls by it. */
export interface Session {
  readonly application: string
  readonly organization: string
  readonly account: string
  /** Permissions held without a qualifier, in catalog order. */
  readonly permissions: readonly string[]
  /** Grant keys held with a qualifier: `flow/design[draft]`. */
  readonly qualified: readonly string[]
  /** Secured resources that held custom roles name. */
  readonly gates: readonly string[]
  /** Features of the application that the organization has enabled. */
  readonly features: readonly string[]
  readonly defaultFull: boolean
  /** Ask again by then, epoch seconds. */
  readonly expiresAt: number
  readonly revision: readonly [account: number, organization: number]
}
