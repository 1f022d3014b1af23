import { type KeySet, readKeySet } from './key-set.ts'

export interface KeySourceOptions {
  /**
   * A JWK set to start with, as deployed. With `fetch` it is read and refreshed on first use (and is nothing where it holds no
   * usable key); alone it is trusted until `update`.
   */
  readonly snapshot?: unknown
  /** Gets the JWK set (parsed JSON). May reject. */
  readonly fetch?: () => Promise<unknown>
  /** A set older than this is fetched again while the old one still answers (seconds, default 300). */
  readonly refreshAfterSeconds?: number
  /** A set older than this is trusted no more, so a removed key ends (seconds, default 900). Only with `fetch`. */
  readonly trustedForSeconds?: number
  /** Between two fetches lies at least this (seconds, default 30), however many unknown keys are asked for. */
  readonly cooldownSeconds?: number
}

const none: KeySet = new Map()

/** The keys a verifier trusts, and when to look for newer ones. All times are epoch milliseconds. */
export class KeySource {
  /** Rises with every change of the set: what was verified before must not be believed from memory. */
  generation = 0
  #keys: KeySet = none
  #dueAt = 0
  #trustedUntil = 0
  #nextFetchAt = 0
  #fetching: Promise<boolean> | undefined
  #unread: { readonly snapshot: unknown; readonly since: number } | undefined
  readonly #fetch: (() => Promise<unknown>) | undefined
  readonly #refreshAfter: number
  readonly #trustedFor: number
  readonly #cooldown: number

  /** @throws {TypeError} when there is a snapshot without a usable key and no `fetch`, or neither of both. */
  constructor(options: KeySourceOptions, now: number) {
    this.#fetch = options.fetch
    this.#refreshAfter = (options.refreshAfterSeconds ?? 300) * 1000
    this.#trustedFor = (options.trustedForSeconds ?? 900) * 1000
    this.#cooldown = (options.cooldownSeconds ?? 30) * 1000
    if (options.fetch !== undefined) this.#unread = { snapshot: options.snapshot, since: now }
    else if (options.snapshot === undefined) throw new TypeError('a key set or a way to fetch it is needed')
    else if (!this.update(options.snapshot, now)) throw new TypeError('the key set holds no usable key')
  }

  /** The set as of `now`; empty when it is too old to be trusted. Starts a refresh in the background when one is due. */
  keysAt(now: number): KeySet {
    if (this.#fetch === undefined) return this.#keys
    if (this.#unread !== undefined) this.#readSnapshot(this.#unread)
    if (now >= this.#dueAt && this.#keys !== none) void this.refresh(now)
    return now < this.#trustedUntil ? this.#keys : none
  }

  #readSnapshot({ snapshot, since }: { readonly snapshot: unknown; readonly since: number }): void {
    this.#unread = undefined
    if (this.update(snapshot, since)) this.#dueAt = since
  }

  /** Takes another set; false, and nothing changes, when it holds no usable key. */
  update(jwks: unknown, now: number): boolean {
    const keys = readKeySet(jwks)
    if (keys === undefined) return false
    this.#unread = undefined
    this.#keys = keys
    this.generation++
    this.#dueAt = now + this.#refreshAfter
    this.#trustedUntil = now + this.#trustedFor
    return true
  }

  /** Fetches the set unless that was tried within the cooldown; true when a new set has arrived. Never rejects. */
  refresh(now: number): Promise<boolean> {
    if (this.#fetching !== undefined) return this.#fetching
    if (this.#fetch === undefined || now < this.#nextFetchAt) return Promise.resolve(false)
    this.#nextFetchAt = now + this.#cooldown
    this.#fetching = this.#fetch()
      .then(
        (jwks) => this.update(jwks, now),
        () => false,
      )
      .finally(() => {
        this.#fetching = undefined
      })
    return this.#fetching
  }
}
