/** What the use cases need from outside. Adapters implement these; one contract suite per port runs against each of them. */
import type { Confirmation } from '../domain/assignment/apply-statement.ts'
import type { CustomRole, Organization } from '../domain/assignment/organization.ts'
import type {
  AccountKey,
  AccountRecord,
  AccountStatement,
  SourceStatement,
  UnversionedStatement,
} from '../domain/assignment/statement.ts'
import type { TokenClaims } from '../domain/claims/token-claims.ts'
import type { Outcome } from '../domain/decision/refusal.ts'
import type { ChangeEntry } from '../domain/freshness/change-entry.ts'
import type { HandleOf } from '../domain/freshness/change-handle.ts'

/** Milliseconds since the epoch. */
export type Clock = () => number

/** Thrown by stores when the database cannot be reached or refuses the request: broken infrastructure, not an outcome. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/** Thrown by stores when what is stored cannot be what was written: nothing of it is used. The message names the item's kind. */
export class StoreCorrupt extends Error {
  override readonly name = 'StoreCorrupt'
}

export interface AccountStore {
  /** One strongly consistent request for both items. */
  readAccountAndOrganization(
    key: AccountKey,
  ): Promise<{ readonly account?: AccountRecord; readonly organization?: Organization }>
  /**
   * The records that exist, in any order, strongly consistent; 100 keys a request. Each is as good a fence as one read by
   * `readAccountAndOrganization`.
   */
  readAccounts(keys: readonly AccountKey[]): Promise<readonly AccountRecord[]>
  /**
   * Writes a statement under the version guard. `applied`: newer, or the same version confirmed later. `older`: a newer
   * version is stored, which comes back. `conflict`: the same version is stored with another content; nothing is written.
   * A removal (role gone, account inactive) writes its change-log entry in the same transaction.
   */
  applyStatement(statement: AccountStatement, confirmation: Confirmation, known?: KnownAccount): Promise<ApplyOutcome>
  /** The source says that nothing changed since the stored version: only `confirmedAt` moves, and never backwards. */
  confirmUnchanged(key: AccountKey, version: number, confirmedAt: number, known?: KnownAccount): Promise<ApplyOutcome>
  /**
   * Writes what a source without versions says, only if nobody wrote or hinted at the record since `fence` was read, which
   * must have been before the source was asked. The version rises by one where the content differs, else only the
   * confirmation moves. `fenced`: nothing is written; read again, then ask again. A removal is logged as ever.
   */
  applyUnversioned(
    statement: UnversionedStatement,
    confirmation: Confirmation,
    fence: KnownAccount,
  ): Promise<ApplyOutcome | { readonly outcome: 'fenced' }>
  /**
   * Something changed at the source, said a hint that came at `hintedAt` (epoch milliseconds; one in the future counts as now):
   * what was read there before, by whatever clock, confirms nothing any more, and a writer that read the record before is
   * fenced. Every call leaves a mark of its own (`markOf`), also a repeated one. `absent`: nothing is stored.
   */
  markDirty(key: AccountKey, hintedAt: number): Promise<'marked' | 'absent'>
  /**
   * The source, asked at `askedAt`, says that there is no such account, or contradicts itself: the record stays, for its
   * version, and is no longer confirmed. `older`: it was confirmed later than that.
   */
  withdrawConfirmation(key: AccountKey, askedAt: number, known?: KnownAccount): Promise<ApplyOutcome>
}

/**
 * What `readAccountAndOrganization` of the same store answered, the very object: a hint that saves a read. It decides
 * nothing: a write holds only if it is still what is stored, and without a write the store reads.
 */
export type KnownAccount = AccountRecord | 'absent'

export type ApplyOutcome =
  | { readonly outcome: 'applied'; readonly record: AccountRecord }
  | { readonly outcome: 'older'; readonly record: AccountRecord }
  | { readonly outcome: 'conflict'; readonly record: AccountRecord }
  | { readonly outcome: 'gone' }

export interface OrganizationStore {
  readOrganization(organization: string): Promise<Organization | undefined>
  /**
   * `revision` is the one the change is based on (0: create). A stored `dirtySince` is never lost by it, and another
   * `identityAdmin` marks the organization dirty: what the former one confirmed no longer counts.
   */
  putOrganization(organization: Organization): Promise<WriteOutcome>
  /**
   * Something changed at the source that may concern every account: as `markDirty` for all of them in one write. The revision
   * rises with a change-log entry, so that every token of the organization is resolved anew.
   */
  markOrganizationDirty(organization: string, hintedAt: number): Promise<'marked' | 'absent'>
}

/**
 * A role's `revision` is the organization's revision of its last change (so an id that is deleted and created again never
 * repeats one); 0 creates. `written` carries the organization's new revision; an organization that does not exist is a conflict.
 */
export interface CustomRoleStore {
  /** One strongly consistent request; ids that do not exist are simply absent from the answer. */
  readCustomRoles(organization: string, application: string, ids: readonly string[]): Promise<readonly CustomRole[]>
  listCustomRoles(organization: string, application: string): Promise<readonly CustomRole[]>
  /** Writes role, organization revision and (when it can remove something) a change-log entry in one transaction. */
  putCustomRole(role: CustomRole): Promise<WriteOutcome>
  deleteCustomRole(organization: string, application: string, id: string, revision: number): Promise<WriteOutcome>
}

export type WriteOutcome = { readonly outcome: 'written'; readonly revision: number } | { readonly outcome: 'conflict' }

/** Grants too large for a token, kept under the SHA-256 of their content: immutable, checked by whoever reads them. */
export interface GrantDocumentStore {
  readGrantDocument(digest: string): Promise<string | undefined>
  /** `expiresAt` epoch seconds; writing the same content again moves it forwards. */
  putGrantDocument(digest: string, content: string, expiresAt: number): Promise<void>
}

/** What was taken away lately, for those who hold older tokens. Entries are written by the stores, with the change itself. */
export interface ChangeLog {
  /**
   * Every entry since this moment (epoch milliseconds) that can still matter, ascending by time. Writers' clocks differ
   * and their writes take a while: read on from the last read's start less `changeOverlapMs`, and apply entries twice.
   */
  readChanges(since: number): Promise<readonly ChangeEntry[]>
}

export type KeyState = 'next' | 'current' | 'retiring'

/** One signing key of a ring. The private half never leaves its wrapping but in the memory of a signer. */
export interface RingKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256'
  readonly state: KeyState
  /** Public JWK (RFC 7517) without private members. */
  readonly publicJwk: Readonly<Record<string, string>>
  /** PKCS #8, wrapped by a KeyWrapper, base64. */
  readonly wrappedPrivateKey: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** When it took its present state, epoch milliseconds. */
  readonly since: number
}

export interface KeyRing {
  readonly revision: number
  readonly keys: readonly RingKey[]
  /** The secret of the change handles, wrapped by a KeyWrapper, base64. Absent only until the next rotation. */
  readonly wrappedHandleSecret?: string
}

/** The key ring as the token service reads it: kept in memory for a stated time. Throws `StoreUnavailable`. */
export interface KeyRingReader {
  readKeyRing(): Promise<KeyRing>
  /** Reads the stored ring although there is a copy in memory; at most once per second. For a `kid` the copy lacks. */
  refreshKeyRing(): Promise<KeyRing>
}

export interface KeyRingStore {
  readKeyRing(): Promise<KeyRing>
  /** Conditional on `ring.revision` being the stored one; the stored revision becomes one more. */
  writeKeyRing(ring: KeyRing): Promise<WriteOutcome>
}

/** Thrown by a KeyWrapper for bytes that were altered or wrapped with another context or key. Says no more, on purpose. */
export class UnwrapRefused extends Error {
  override readonly name = 'UnwrapRefused'
}

/** Thrown by a KeyWrapper that cannot be reached or may not be used: broken infrastructure. */
export class KeyWrapperUnavailable extends Error {
  override readonly name = 'KeyWrapperUnavailable'
}

/** Wraps private keys: KMS in the cloud, with the context bound as additional authenticated data. */
export interface KeyWrapper {
  wrap(plain: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>
  unwrap(wrapped: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>
}

/** A key pair just made; `privateKey` is PKCS #8 in DER and is wrapped before anything else happens to it. */
export interface NewKey {
  /** The thumbprint of the public key (RFC 7638). */
  readonly kid: string
  readonly publicJwk: RingKey['publicJwk']
  readonly privateKey: Uint8Array
}

export interface KeyFactory {
  createKey(alg: RingKey['alg']): Promise<NewKey>
  /** 32 random bytes. */
  createSecret(): Uint8Array
}

/** Under which `kid` the secret of the change handles is wrapped; no key is called so. */
export const handleSecretKid = 'change-handles'

/** The names that the change feed and the `chg` of tokens use. */
export interface ChangeHandles {
  /** `undefined` where the key ring holds no secret yet. Throws when the store or the wrapper cannot be reached. */
  openHandles(): Promise<HandleOf | undefined>
}

/** Signs access tokens with the current key of the ring. */
export interface TokenSigner {
  /** The token in compact form, with `alg`, `typ: at+jwt` and `kid` in its header. Refuses with `no_signing_key`. */
  signToken(claims: TokenClaims): Promise<Outcome<string>>
}

/** Thrown when a secret cannot be read. The message never holds a part of it. */
export class SecretUnavailable extends Error {
  override readonly name = 'SecretUnavailable'
}

export interface SecretStore {
  /** The secret as a text. Throws `SecretUnavailable`. */
  readSecret(name: string): Promise<string>
}

/** SHA-256 of a text in UTF-8, as base64url without padding. */
export type Digest = (text: string) => Promise<string>

/** The central place that says who has which role (iX Admin is the first). */
export interface IdentityAdmin {
  /** Never throws for what a source can do wrong: every end of a pull has a name. */
  readAccount(key: AccountKey, options: ReadOptions & { readonly etag?: string }): Promise<PullOutcome>
  listAccounts(organization: string, options: ReadOptions & { readonly cursor?: string }): Promise<PageOutcome>
}

export interface ReadOptions {
  /** Milliseconds from the call. */
  readonly deadlineMs: number
  /** `identityAdmin` of the organization, for whoever chooses among sources; absent: the default source. */
  readonly source?: string
}

export type PullFailure =
  | { readonly outcome: 'timeout' }
  | {
      readonly outcome: 'unavailable'
      readonly cause: 'network' | 'status' | 'circuit_open' | 'rate_limited'
      readonly retryAfterMs?: number
    }
  | { readonly outcome: 'refused'; readonly status: number }
  | { readonly outcome: 'garbage'; readonly detail: string }
  | { readonly outcome: 'partial' }

/** `unmapped`: names (of roles, groups, accounts) that the source gave and the mapping does not know. They count for nothing. */
export type PullOutcome =
  | {
      readonly outcome: 'statement'
      readonly statement: SourceStatement
      readonly etag?: string
      readonly unmapped?: number
    }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'not_found' }
  | PullFailure

/**
 * One page of a walk through an organization. `next` (at most 1,024 characters, opaque: it carries what the source's adapter
 * checks across pages) reads on; a page without it ends a walk that was whole, as far as the source lets one see.
 * `inconsistent`: the walk contradicts itself (a total that changes, an account twice, a cursor that repeats, an end before
 * the announced number). What it did not show says nothing; it has to begin anew.
 */
export type PageOutcome =
  | {
      readonly outcome: 'page'
      readonly statements: readonly SourceStatement[]
      readonly next?: string
      readonly unmapped?: number
    }
  | { readonly outcome: 'inconsistent'; readonly detail: string }
  | PullFailure

/** A verified sign-in at an identity provider. Times are epoch seconds. */
export interface SignIn {
  readonly issuer: string
  readonly subject: string
  readonly organization: string
  readonly clientId: string
  readonly expiresAt: number
  readonly authTime?: number
}

/** What `subject_token_type` says of a presented token (RFC 8693 section 3), without its URN prefix. */
export type SubjectTokenType = 'access_token' | 'id_token' | 'jwt'

/** For whom a presented token speaks: a sign-in at a provider, or the holder of one of our own tokens. */
export interface Subject extends SignIn {
  /** Present when the token is one of our own: what it is for, and the grant keys it is limited to, if it is. */
  readonly ownToken?: { readonly application: string; readonly scope?: readonly string[] }
}

export interface SubjectTokenVerifier {
  /**
   * Everything that can be wrong with a token is a refusal; `provider_unavailable` when keys cannot be had.
   * Whether the organization accepts the issuer is not asked here.
   */
  verifySubjectToken(token: string, type: SubjectTokenType): Promise<Outcome<Subject>>
}

export const providerAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const

/** An identity provider whose sign-ins are accepted, as configured. */
export interface TrustedProvider {
  readonly issuer: string
  readonly jwksUri: string
  /** What `aud` of its access tokens must contain one of. */
  readonly audiences: readonly string[]
  /** What `aud` of its ID tokens must contain one of; without it no ID token is accepted. */
  readonly clientIds?: readonly string[]
  /** The organization of everybody who signs in there, or the claim that names it. */
  readonly organization: { readonly fixed: string } | { readonly claim: string }
  readonly algorithms: readonly (typeof providerAlgorithms)[number][]
}
