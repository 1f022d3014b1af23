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
  /**
   * Between two fetches lies at least this (seconds, default 30), however many unknown keys are asked for; one second where
   * there is no trusted key at all, because then every token is refused.
   */
  readonly cooldownSeconds?: number
}

const none: KeySet = new Map()

/** The keys a verifier trusts, and when to look for newer ones. All times are epoch milliseconds. */
export interface KeySource {
  /** Rises with every change of the set: what was verified before must not be believed from memory. */
  readonly generation: number
  /** The set as of `now`; empty when it is too old to be trusted. Starts a refresh in the background when one is due. */
  keysAt(now: number): KeySet
  /** Takes another set; false, and nothing changes, when it holds no usable key. */
  update(jwks: unknown, now: number): boolean
  /** Fetches the set unless that was tried within the cooldown; true when a new set has arrived. Never rejects. */
  refresh(now: number): Promise<boolean>
}

/** @throws {TypeError} when there is a snapshot without a usable key and no `fetch`, or neither of both. */
export function createKeySource(options: KeySourceOptions, since: number): KeySource {
  const { snapshot, fetch, refreshAfterSeconds = 300, trustedForSeconds = 900, cooldownSeconds = 30 } = options
  let keys = none
  let unread = fetch !== undefined && snapshot !== undefined
  let dueAt = 0
  let trustedUntil = 0
  let triedAt = -1e9
  let fetching: Promise<boolean> | undefined

  const source = {
    generation: 0,

    keysAt(now: number): KeySet {
      if (unread && source.update(snapshot, since)) dueAt = since
      unread = false
      if (fetch === undefined) return keys
      if (now >= dueAt && keys !== none) void source.refresh(now)
      return now < trustedUntil ? keys : none
    },

    update(jwks: unknown, now: number): boolean {
      const read = readKeySet(jwks)
      if (read === undefined) return false
      unread = false
      keys = read
      source.generation++
      dueAt = now + refreshAfterSeconds * 1000
      trustedUntil = now + trustedForSeconds * 1000
      return true
    },

    async refresh(now: number): Promise<boolean> {
      const cooldown = now < trustedUntil ? cooldownSeconds : 1
      if (fetching === undefined && fetch !== undefined && now >= triedAt + cooldown * 1000) {
        triedAt = now
        fetching = fetch()
          .then(
            (jwks) => source.update(jwks, now),
            () => false,
          )
          .finally(() => {
            fetching = undefined
          })
      }
      return fetching ?? false
    },
  }
  if (fetch === undefined && !source.update(snapshot, since)) throw new TypeError('there is no usable key')
  return source
}
