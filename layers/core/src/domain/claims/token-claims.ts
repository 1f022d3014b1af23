/**
 * The claims of a Rolecast access token (RFC 9068, `typ: at+jwt`), in the order they are minted. Times are epoch seconds.
 * Exactly one of `prm` and `dfl` is present. The format is specified in docs/claims.md with golden vectors.
 */
export interface TokenClaims {
  readonly iss: string
  readonly sub: string
  /** The application: one string, never a list. */
  readonly aud: string
  readonly exp: number
  readonly iat: number
  readonly jti: string
  readonly client_id: string
  /** When the person signed in (RFC 9068 section 2.2.1), where the provider said so. */
  readonly auth_time?: number
  /** The one organization the token is for. */
  readonly org: string
  /** By which the change feed names the account: 8 characters for the organization, 8 for the account within it. */
  readonly chg: string
  /** Revisions the permissions were computed from: the account's version, the organization's revision. */
  readonly rev: readonly [account: number, organization: number]
  /** When the assignment behind the token was confirmed with the identity admin, epoch seconds. */
  readonly cfm: number
  /** The permission claim: `<epoch>` `b`|`r`|`x` `<base64url>`: bitset, runs, or a reference to a stored grant. */
  readonly prm?: string
  /** Default-full access: every permission of the epoch except those of this set, written like `prm` (never `x`). */
  readonly dfl?: string
  /**
   * Present in a downscoped token (RFC 9068 section 2.2.3): the grant keys it is limited to, separated by spaces. `prm` is
   * already limited; an exchange of this token never goes beyond them.
   */
  readonly scope?: string
  /** Resources that held custom roles name, ascending, without duplicates; absent when there are none. */
  readonly gts?: readonly string[]
}
