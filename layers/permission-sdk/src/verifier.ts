import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import type { Outcome, Refusal } from '@rolecast/core/domain/decision/refusal'
import { indexCatalog } from '@rolecast/core/domain/grant/decide'
import { type ChangesOptions, checkFreshness, type RequestKind } from './changes/changes.ts'
import { filterKeySets } from './changes/removed-keys.ts'
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
  /**
   * The change feed to follow, so that what was taken away bites within its bound. Without it a removal bites when the token
   * ends.
   */
  readonly changes?: ChangesOptions
  /** Asked of every grant on every call, remembered or not: a refusal stands in the token's place. */
  readonly freshness?: (grant: VerifiedGrant<PermissionKey>) => Refusal | undefined
  /** For how many verified tokens in use there is memory (default 1,024; 0: none). */
  readonly memoSize?: number
  readonly fetchGrantDocument?: FetchGrantDocument
}

/** Verifies Rolecast access tokens for one application and says what their holders may do. */
export interface Verifier<PermissionKey extends string = string>
  extends Pick<TokenVerifier<VerifiedGrant<PermissionKey>>, 'updateKeys'> {
  /**
   * Verifies with the keys and the copy of the change feed at hand, without waiting for anything. Refuses with
   * `freshness_unknown` also where the feed has to be read first.
   */
  verifySync(token: string, kind?: RequestKind): Outcome<VerifiedGrant<PermissionKey>>
  /** As `verifySync`, after fetching what is missing: keys, the grant document, what the change feed says. Never rejects. */
  verify(token: string, kind?: RequestKind): Promise<Outcome<VerifiedGrant<PermissionKey>>>
}

/**
 * A verifier whose grants know the permissions of the catalog.
 * @throws {TypeError} when the key options are unusable; {RangeError} when the catalog contradicts itself.
 */
export function createVerifier<PermissionKey extends string>({
  issuer,
  catalog,
  keys,
  clock = Date.now,
  changes,
  freshness,
  memoSize = 1024,
  fetchGrantDocument,
}: VerifierOptions<PermissionKey>): Verifier<PermissionKey> {
  const { application, epochs } = catalog
  const index = indexCatalog(catalog)
  const keySets = filterKeySets(keys)
  const tokens = createTokenVerifier({
    issuer,
    application,
    epochs,
    keys: keySets.options,
    clock,
    memoSize,
    documents: new GrantDocuments(application, epochs, fetchGrantDocument),
    wrap: (held) => new VerifiedGrant<PermissionKey>(index, held),
  })

  const { verifySync, verify } = tokens
  const onRemovedKey = (kid: string) => void tokens.updateKeys(keySets.remove(kid))
  const feed = changes && checkFreshness({ application, clock, onRemovedKey }, changes)

  function unlessRefused(
    outcome: Outcome<VerifiedGrant<PermissionKey>>,
    refusal: Refusal | undefined,
  ): Outcome<VerifiedGrant<PermissionKey>> {
    const asked = outcome.ok ? (refusal ?? freshness?.(outcome.value)) : undefined
    return asked === undefined ? outcome : { ok: false, refusal: asked }
  }

  return {
    verifySync: (token, kind) => {
      const outcome = verifySync(token)
      return unlessRefused(outcome, outcome.ok ? feed?.check(outcome.value.holder, kind) : undefined)
    },
    verify: async (token, kind) => {
      const outcome = await verify(token)
      return unlessRefused(outcome, outcome.ok ? await feed?.settle(outcome.value.holder, kind) : undefined)
    },
    updateKeys: (jwks) => tokens.updateKeys(keySets.filter(jwks)),
  }
}
