import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import type { Outcome, Refusal } from '@rolecast/core/domain/decision/refusal'
import { indexCatalog } from '@rolecast/core/domain/grant/decide'
import { type FetchGrantDocument, GrantDocuments } from './grant-documents.ts'
import type { KeySourceOptions } from './keys/key-source.ts'
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts'
import { VerifiedGrant } from './verified-grant.ts'

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
  /** For how many verified tokens in use there is memory (default 1,024; 0: none). */
  readonly memoSize?: number
  readonly fetchGrantDocument?: FetchGrantDocument
}

/** Verifies Rolecast access tokens for one application and says what their holders may do. */
export type Verifier<PermissionKey extends string = string> = TokenVerifier<VerifiedGrant<PermissionKey>>

/**
 * A verifier whose grants know the permissions of the catalog.
 * @throws {TypeError} when the key options are unusable; {RangeError} when the catalog contradicts itself.
 */
export function createVerifier<PermissionKey extends string>({
  issuer,
  catalog,
  keys,
  clock = Date.now,
  freshness,
  memoSize = 1024,
  fetchGrantDocument,
}: VerifierOptions<PermissionKey>): Verifier<PermissionKey> {
  const { application, epochs } = catalog
  const index = indexCatalog(catalog)
  const { verifySync, verify, updateKeys } = createTokenVerifier({
    issuer,
    application,
    epochs,
    keys,
    clock,
    memoSize,
    documents: new GrantDocuments(application, epochs, fetchGrantDocument),
    wrap: (held) => new VerifiedGrant<PermissionKey>(index, held),
  })

  function whenFresh(outcome: Outcome<VerifiedGrant<PermissionKey>>): Outcome<VerifiedGrant<PermissionKey>> {
    const refusal = outcome.ok ? freshness?.(outcome.value) : undefined
    return refusal === undefined ? outcome : { ok: false, refusal }
  }

  return {
    verifySync: (token) => whenFresh(verifySync(token)),
    verify: async (token) => whenFresh(await verify(token)),
    updateKeys,
  }
}
