import type { TokenClaims } from '../domain/claims/token-claims.ts'
import { accept, type Outcome, refuse } from '../domain/decision/refusal.ts'
import { limitGrant } from '../domain/grant/limit.ts'
import type { ChangeHandles, SubjectTokenType, SubjectTokenVerifier, TokenSigner } from './ports.ts'
import { type GrantDependencies, type ResolvedGrant, resolveGrant } from './resolve-grant.ts'
import { type OverageDependencies, writeTokenClaims } from './write-token-claims.ts'

export interface ExchangeDependencies extends GrantDependencies, OverageDependencies {
  readonly subjectTokens: SubjectTokenVerifier
  readonly signer: TokenSigner
  readonly handles: ChangeHandles
  readonly issuer: string
  readonly tokenSeconds: number
  readonly newTokenId: () => string
}

/** A token exchange (RFC 8693 section 2.1), its syntax already checked. */
export interface TokenExchange {
  readonly subjectToken: string
  readonly subjectTokenType: SubjectTokenType
  /** The application the new token is for. */
  readonly audience: string
  readonly clientId?: string
  /** Grant keys to which the new token is to be limited. */
  readonly scope?: readonly string[]
  /** Extension: how long ago the assignment may have been confirmed with the identity admin, milliseconds. */
  readonly assignmentMaxAgeMs?: number
}

export interface IssuedToken {
  readonly accessToken: string
  /** Seconds. */
  readonly expiresIn: number
  /** The grant keys in the token, where it is limited to some. */
  readonly scope?: readonly string[]
  readonly kind: 'roles' | 'full'
  /** True when the identity admin could not be asked and an older confirmation was used. */
  readonly stale: boolean
}

/**
 * Exchanges a sign-in at a provider, or one of our own tokens, for an access token that says what the account may do in one
 * application now. The new token never outlives the presented one and is never wider than its scope, so exchanging again and
 * again prolongs nothing. Refuses like the verifiers and `resolveGrant`, and with `invalid_client`, `invalid_scope`,
 * `not_granted` (nothing of the scope is held), `expired` and `no_signing_key`.
 */
export async function exchangeToken(
  dependencies: ExchangeDependencies,
  exchange: TokenExchange,
): Promise<Outcome<IssuedToken>> {
  // Before anything is read: a token is as fresh as its `iat` says.
  const issuedAt = Math.floor(dependencies.clock() / 1000)
  if (!dependencies.catalogs.has(exchange.audience)) return refuse('unknown_application')
  const verified = await dependencies.subjectTokens.verifySubjectToken(exchange.subjectToken, exchange.subjectTokenType)
  if (!verified.ok) return verified
  const subject = verified.value
  if (exchange.clientId !== undefined && exchange.clientId !== subject.clientId) return refuse('invalid_client')
  const { audience: application, assignmentMaxAgeMs } = exchange
  const maxAge = assignmentMaxAgeMs === undefined ? {} : { assignmentMaxAgeMs }
  const resolved = await resolveGrant(dependencies, { subject, application, ...maxAge })
  if (!resolved.ok) return resolved
  const limited = limitTo(exchange.scope, resolved.value)
  if (!limited.ok) return limited
  const { grant, scope, holding } = limited.value

  const handleOf = await dependencies.handles.openHandles()
  if (handleOf === undefined) return refuse('no_signing_key', { reason: 'no_handle_secret' })
  const now = Math.floor(dependencies.clock() / 1000)
  const expiresAt = Math.min(issuedAt + dependencies.tokenSeconds, subject.expiresAt)
  if (expiresAt <= now) return refuse('expired')
  const claims: TokenClaims = {
    iss: dependencies.issuer,
    sub: subject.subject,
    aud: application,
    exp: expiresAt,
    iat: issuedAt,
    jti: dependencies.newTokenId(),
    client_id: subject.clientId,
    ...(subject.authTime === undefined ? {} : { auth_time: subject.authTime }),
    org: subject.organization,
    chg: handleOf(subject.organization, subject.subject),
    rev: [holding.record.version, holding.organization.revision],
    cfm: Math.floor(holding.record.confirmedAt / 1000),
    ...(scope === undefined ? {} : { scope: scope.join(' ') }),
    ...(await writeTokenClaims(dependencies, { grant, size: holding.catalog.size, expiresAt })),
  }
  const signed = await dependencies.signer.signToken(claims)
  if (!signed.ok) return signed
  const issued = { accessToken: signed.value, expiresIn: expiresAt - now }
  return accept({ ...issued, ...(scope && { scope }), kind: grant.kind, stale: holding.stale })
}

function limitTo(scope: readonly string[] | undefined, resolved: ResolvedGrant): Outcome<ResolvedGrant> {
  if (scope === undefined) return accept(resolved)
  const limited = limitGrant(resolved.grant, resolved.holding.catalog, scope)
  return limited.ok ? accept({ ...resolved, grant: limited.value.grant, scope: limited.value.keys }) : limited
}
