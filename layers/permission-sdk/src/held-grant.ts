import type { Grant } from '@rolecast/core/domain/grant/grant'

/** How a grant stands in its token: what the authorizer hands on, so that nobody verifies twice. */
export interface CarriedClaims {
  readonly prm?: string | undefined
  readonly dfl?: string | undefined
  readonly gts?: readonly string[] | undefined
}

/** Who holds a grant, and from when to when. Times are epoch seconds. */
export interface GrantHolder {
  readonly account: string
  readonly organization: string
  /** By which the change feed names the account (`chg` of the token); a gateway's context does not carry it on. */
  readonly changeHandle?: string
  readonly client: string
  /** Only on tokens that were scoped down at the exchange (RFC 9068 section 2.2.3). */
  readonly scope?: string | undefined
  readonly expiresAt: number
  readonly issuedAt: number
  /** When the assignment was confirmed with the identity admin. */
  readonly confirmedAt: number
  /** What the permissions were computed from: the account's version, the organization's revision. */
  readonly revision: readonly [account: number, organization: number]
}

/** A grant and its holder, known to be true. */
export interface HeldGrant {
  readonly holder: GrantHolder
  readonly grant: Grant
  readonly carried: CarriedClaims
}
