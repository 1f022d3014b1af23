import type { KeySourceOptions } from '../keys/key-source.ts'

/** The key sets a verifier gets, without the keys that no longer count. */
export interface KeySets {
  /** For the verifier: as the given ones, but a removed key does not come back with the next set that still holds it. */
  readonly options: KeySourceOptions
  /** Takes note of a removed key and gives what is left of the last set. */
  remove(kid: string): unknown
  /** What is left of a set. */
  filter(jwks: unknown): unknown
}

export function filterKeySets(given: KeySourceOptions): KeySets {
  const removed = new Set<string>()
  let last = given.snapshot

  function filter(jwks: unknown): unknown {
    last = jwks
    const keys = typeof jwks === 'object' && jwks !== null && 'keys' in jwks ? jwks.keys : undefined
    return Array.isArray(keys) ? { keys: keys.filter((key) => !removed.has(key?.kid)) } : jwks
  }

  const { fetch } = given
  return {
    options: fetch === undefined ? given : { ...given, fetch: async () => filter(await fetch()) },
    filter,
    remove: (kid) => {
      removed.add(kid)
      return filter(last)
    },
  }
}
