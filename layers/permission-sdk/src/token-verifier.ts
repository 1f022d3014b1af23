import { type GrantReference, readGrantClaims } from '@rolecast/core/domain/claims/grant-claims'
import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import type { Grant } from '@rolecast/core/domain/grant/grant'
import type { HeldGrant } from './held-grant.ts'
import type { VerificationKey } from './keys/key-set.ts'
import { createKeySource, type KeySourceOptions } from './keys/key-source.ts'
import { createTokenMemo } from './memo.ts'
import { type AccessClaims, checkClaims, validFrom } from './token/claims.ts'
import { decodeSegment, decodeText, longestToken, splitCompact } from './token/compact.ts'
import { readHeader } from './token/header.ts'
import { isSignedBy } from './token/signature.ts'
import { parseObject } from './token/strict-json.ts'

/** Grants that are kept outside tokens. */
export interface GrantDocumentSource {
  /** The grant if it was resolved before. */
  known(reference: GrantReference): Grant | undefined
  /**
   * Gets and checks what a verified token refers to. Refuses with `unresolved_reference` or as the claims do; never rejects.
   */
  resolveFor(token: string): Promise<Outcome<unknown>>
}

export interface TokenVerifierOptions<Verified> {
  /** The token service, as it calls itself (`iss`). */
  readonly issuer: string
  /** The one application whose tokens are accepted (`aud`), and the sizes of its catalog's epochs. */
  readonly application: string
  readonly epochs: readonly number[]
  readonly keys: KeySourceOptions
  /** What a verified token becomes; made once per token. */
  readonly wrap: (held: HeldGrant) => Verified
  readonly documents: GrantDocumentSource
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** For how many verified tokens in use there is memory (0: none). */
  readonly memoSize: number
}

export interface TokenVerifier<Verified> {
  /** Verifies with the keys at hand, without waiting for anything. */
  verifySync(token: string): Outcome<Verified>
  /**
   * As `verifySync`; where that ends in `unknown_key` or `unresolved_reference`, fetches keys (at most once per
   * cooldown) or the grant document and tries again. Never rejects.
   */
  verify(token: string): Promise<Outcome<Verified>>
  /** Replaces the key set; false, and nothing changes, when it holds no usable key. Forgets every verified token. */
  updateKeys(jwks: unknown): boolean
}

interface Remembered<Verified> {
  readonly outcome: Outcome<Verified>
  readonly validFrom: number
  readonly expiresAt: number
}

/** Header segments seen on verified tokens; one per key in practice. */
const mostHeaders = 4

/**
 * Verifies access tokens of one application (docs/claims.md says what is refused, in which order). Cheap refusals come
 * before the signature; nothing is accepted, or remembered, before the signature has been verified.
 * @throws {TypeError} when the key options are unusable.
 */
export function createTokenVerifier<Verified>(options: TokenVerifierOptions<Verified>): TokenVerifier<Verified> {
  const { issuer, application, epochs, wrap, documents, clock } = options
  const expected = { issuer, audience: application }
  const keys = createKeySource(options.keys, clock())
  const memo = createTokenMemo<Remembered<Verified>>(options.memoSize)
  let headers: readonly { readonly header: string; readonly key: VerificationKey }[] = []
  let generation = keys.generation

  function verifySync(token: string): Outcome<Verified> {
    const nowMs = clock()
    const now = Math.floor(nowMs / 1000)
    const keySet = keys.keysAt(nowMs)
    if (keys.generation !== generation || (keySet.size === 0 && headers.length > 0)) forget()
    if (typeof token !== 'string' || token === '') return refuse('no_token')
    if (token.length > longestToken) return refuse('token_too_large', { longest: longestToken })
    const remembered = memo.get(token)
    if (remembered !== undefined) return recall(remembered, now)

    const compact = splitCompact(token)
    if (compact === undefined) return refuse('malformed_token', { part: 'compact' })
    const knownKey = headers.find(({ header }) => header === compact.header)?.key
    const key = knownKey === undefined ? readHeader(compact.header, keySet) : accept(knownKey)
    if (!key.ok) return key
    const payload = parseObject(decodeText(compact.payload))
    if (payload === undefined) return refuse('malformed_token', { part: 'payload' })
    const claims = checkClaims(payload, expected, now)
    if (!claims.ok) return claims
    if (!isSignedBy(key.value, compact)) {
      return decodeSegment(compact.signature)
        ? refuse('bad_signature')
        : refuse('malformed_token', { part: 'signature' })
    }
    if (knownKey === undefined) rememberHeader(compact.header, key.value)
    return grantOf(token, claims.value)
  }

  function grantOf(token: string, claims: AccessClaims): Outcome<Verified> {
    const read = readGrantClaims(claims, application, epochs)
    if (!read.ok) return read
    const grant = 'grant' in read.value ? read.value.grant : documents.known(read.value.reference)
    if (grant === undefined) return refuse('unresolved_reference', { reason: 'not_fetched' })
    const outcome = accept(wrap(held(claims, grant)))
    memo.set(token, { outcome, validFrom: validFrom(claims), expiresAt: claims.exp })
    return outcome
  }

  function recall(remembered: Remembered<Verified>, now: number): Outcome<Verified> {
    if (remembered.expiresAt <= now) return refuse('expired', { expiredAt: remembered.expiresAt })
    return remembered.validFrom > now ? refuse('not_yet_valid') : remembered.outcome
  }

  function rememberHeader(header: string, key: VerificationKey): void {
    headers = [...headers.slice(-mostHeaders + 1), { header, key }]
  }

  function forget(): void {
    memo.clear()
    headers = []
    generation = keys.generation
  }

  async function verify(token: string): Promise<Outcome<Verified>> {
    const first = verifySync(token)
    const renewed = !first.ok && first.refusal.code === 'unknown_key' && (await keys.refresh(clock()))
    const outcome = renewed ? verifySync(token) : first
    if (outcome.ok || outcome.refusal.code !== 'unresolved_reference') return outcome
    // The token has been verified up to its reference.
    const resolved = await documents.resolveFor(token)
    return resolved.ok ? verifySync(token) : resolved
  }

  return { verifySync, verify, updateKeys: (jwks) => keys.update(jwks, clock()) }
}

function held(claims: AccessClaims, grant: Grant): HeldGrant {
  const { prm, dfl, gts } = claims
  return {
    holder: {
      account: claims.sub,
      organization: claims.org,
      changeHandle: claims.chg,
      client: claims.client_id,
      scope: claims.scope,
      expiresAt: claims.exp,
      issuedAt: claims.iat,
      confirmedAt: claims.cfm,
      revision: claims.rev,
    },
    grant,
    carried: { prm, dfl, gts },
  }
}
