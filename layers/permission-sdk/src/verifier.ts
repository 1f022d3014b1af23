import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import { type GrantReference, readGrantClaims } from '@rolecast/core/domain/claims/grant-claims'
import { accept, type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import { type DecisionIndex, indexCatalog } from '@rolecast/core/domain/grant/decide'
import type { Grant } from '@rolecast/core/domain/grant/grant'
import { type FetchGrantDocument, GrantDocuments } from './grant-documents.ts'
import type { VerificationKey } from './keys/key-set.ts'
import { KeySource, type KeySourceOptions } from './keys/key-source.ts'
import { TokenMemo } from './memo.ts'
import { type AccessClaims, checkClaims, type Expected, validFrom } from './token/claims.ts'
import { type CompactToken, decodeText, longestToken, splitCompact } from './token/compact.ts'
import { readHeader } from './token/header.ts'
import { isSignedBy } from './token/signature.ts'
import { parseObject } from './token/strict-json.ts'
import { type CarriedClaims, type GrantHolder, VerifiedGrant } from './verified-grant.ts'

export interface VerifierOptions<PermissionKey extends string = string> {
  /** The token service, as it calls itself (`iss`). */
  readonly issuer: string
  /** The catalog of the one application whose tokens are accepted; its name is the audience. */
  readonly catalog: DecisionCatalog<PermissionKey>
  readonly keys: KeySourceOptions
  /** Epoch milliseconds; `Date.now` unless a test says otherwise. */
  readonly clock?: () => number
  /** Asked of every grant on every call, remembered or not: a refusal stands in the token's place. */
  readonly freshness?: (grant: VerifiedGrant<PermissionKey>) => Refusal | undefined
  /** How many verified tokens are remembered, twice over (default 1,000; 0: none). */
  readonly memoSize?: number
  readonly fetchGrantDocument?: FetchGrantDocument
}

export interface Verifier<PermissionKey extends string = string> {
  readonly index: DecisionIndex
  /** Verifies with the keys at hand, without waiting for anything. */
  verifySync(token: string): Outcome<VerifiedGrant<PermissionKey>>
  /**
   * As `verifySync`; where that ends in `unknown_key` or `unresolved_reference`, fetches keys (at most once per
   * cooldown) or the grant document and tries again. Never rejects.
   */
  verify(token: string): Promise<Outcome<VerifiedGrant<PermissionKey>>>
  /** Replaces the key set; false, and nothing changes, when it holds no usable key. Forgets every verified token. */
  updateKeys(jwks: unknown): boolean
}

interface Remembered<PermissionKey extends string> {
  readonly outcome: Outcome<VerifiedGrant<PermissionKey>>
  readonly grant: VerifiedGrant<PermissionKey>
  readonly validFrom: number
  readonly expiresAt: number
}

/** Header segments seen on verified tokens; one per key in practice. */
const mostHeaders = 16

/**
 * A verifier of Rolecast access tokens for one application (docs/claims.md says what it refuses, in which order). Cheap
 * refusals come before the signature; nothing is accepted, or remembered, before the signature has been verified.
 * @throws {TypeError} when the key options are unusable; {RangeError} when the catalog contradicts itself.
 */
export function createVerifier<PermissionKey extends string>(
  options: VerifierOptions<PermissionKey>,
): Verifier<PermissionKey> {
  const { issuer, catalog, freshness } = options
  const clock = options.clock ?? Date.now
  const expected: Expected = { issuer, audience: catalog.application }
  const index = indexCatalog(catalog)
  const keys = new KeySource(options.keys, clock())
  const documents = new GrantDocuments(catalog.application, catalog.epochs, options.fetchGrantDocument)
  const memo = new TokenMemo<Remembered<PermissionKey>>(options.memoSize ?? 1000)
  const headers = new Map<string, VerificationKey>()
  let generation = keys.generation

  function verifySync(token: string): Outcome<VerifiedGrant<PermissionKey>> {
    const nowMs = clock()
    const now = Math.floor(nowMs / 1000)
    const keySet = keys.keysAt(nowMs)
    if (keys.generation !== generation || (keySet.size === 0 && headers.size > 0)) forget()
    if (typeof token !== 'string' || token === '') return refuse('no_token')
    if (token.length > longestToken) return refuse('token_too_large', { longest: longestToken })
    const remembered = memo.get(token)
    if (remembered !== undefined) return recall(remembered, now)

    const compact = splitCompact(token)
    if (compact === undefined) return refuse('malformed_token', { part: 'compact' })
    const knownKey = headers.get(compact.header)
    const key = knownKey === undefined ? readHeader(compact.header, keySet) : accept(knownKey)
    if (!key.ok) return key
    const text = decodeText(compact.payload)
    const payload = text === undefined ? undefined : parseObject(text)
    if (payload === undefined) return refuse('malformed_token', { part: 'payload' })
    const claims = checkClaims(payload, expected, now)
    if (!claims.ok) return claims
    if (!isSignedBy(key.value, compact)) return refuse('bad_signature')
    if (knownKey === undefined) rememberHeader(compact, key.value)
    return grantOf(token, claims.value)
  }

  function grantOf(token: string, claims: AccessClaims): Outcome<VerifiedGrant<PermissionKey>> {
    const read = readGrantClaims(claims, catalog.application, catalog.epochs)
    if (!read.ok) return read
    const grant = 'grant' in read.value ? read.value.grant : documents.known(read.value.reference)
    if (grant === undefined) return refuse('unresolved_reference', { reason: 'not_fetched' })
    const verified = new VerifiedGrant<PermissionKey>(index, holderOf(claims), grant, carriedBy(claims))
    const outcome = accept(verified)
    const { exp: expiresAt } = claims
    memo.set(token, { outcome, grant: verified, validFrom: validFrom(claims.iat, claims.nbf), expiresAt })
    return fresh(verified) ?? outcome
  }

  function recall(remembered: Remembered<PermissionKey>, now: number): Outcome<VerifiedGrant<PermissionKey>> {
    if (remembered.expiresAt <= now) return refuse('expired', { expiredAt: remembered.expiresAt })
    if (remembered.validFrom > now) return refuse('not_yet_valid')
    return fresh(remembered.grant) ?? remembered.outcome
  }

  function fresh(grant: VerifiedGrant<PermissionKey>) {
    const refusal = freshness?.(grant)
    return refusal === undefined ? undefined : ({ ok: false, refusal } as const)
  }

  function rememberHeader(compact: CompactToken, key: VerificationKey): void {
    if (headers.size >= mostHeaders) headers.clear()
    headers.set(compact.header, key)
  }

  function forget(): void {
    memo.clear()
    headers.clear()
    generation = keys.generation
  }

  async function verify(token: string): Promise<Outcome<VerifiedGrant<PermissionKey>>> {
    let outcome = verifySync(token)
    if (!outcome.ok && outcome.refusal.code === 'unknown_key' && (await keys.refresh(clock()))) {
      outcome = verifySync(token)
    }
    if (outcome.ok || outcome.refusal.code !== 'unresolved_reference') return outcome
    const resolved = await resolve(token)
    return resolved.ok ? verifySync(token) : resolved
  }

  /** The token has been verified just now; only its claims are read again. */
  function resolve(token: string): Promise<Outcome<Grant>> {
    const reference = referenceOf(token)
    return reference === undefined
      ? Promise.resolve(refuse('unresolved_reference', { reason: 'not_a_reference' }))
      : documents.resolve(reference)
  }

  function referenceOf(token: string): GrantReference | undefined {
    const payload = parseObject(decodeText(splitCompact(token)?.payload ?? '') ?? '')
    const read = readGrantClaims(payload ?? {}, catalog.application, catalog.epochs)
    return read.ok && 'reference' in read.value ? read.value.reference : undefined
  }

  return { index, verifySync, verify, updateKeys: (jwks) => keys.update(jwks, clock()) }
}

function carriedBy({ prm, dfl, gts }: AccessClaims): CarriedClaims {
  return { prm, dfl, gts }
}

function holderOf(claims: AccessClaims): GrantHolder {
  return {
    account: claims.sub,
    organization: claims.org,
    client: claims.client_id,
    scope: claims.scope,
    expiresAt: claims.exp,
    issuedAt: claims.iat,
    confirmedAt: claims.cfm,
    revision: claims.rev,
  }
}
