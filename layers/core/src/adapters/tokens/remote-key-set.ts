import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose'

/** Reading a key set takes at most this long. */
const keySetTimeoutMs = 1500
/** An unknown `kid` makes the key set be read again at most this often. */
const keySetCooldownMs = 30_000
/** After a request that failed none is sent for this long, however many made-up tokens name keys that nobody knows. */
const keySetPauseMs = 1_000
/** A key removed by its owner is trusted at most this much longer. */
const keySetMaxAgeMs = 600_000

/**
 * The keys of another party, from an address of our configuration and never from a token. A key set that cannot be had is
 * thrown as `JWKSInvalid`, whatever jose throws for it.
 */
export function remoteKeySet(
  url: string,
  options: { readonly keySetTimeoutMs?: number; readonly keySetCooldownMs?: number } = {},
): JWTVerifyGetKey {
  let failedAt = Number.NEGATIVE_INFINITY
  const keySet = createRemoteJWKSet(new URL(url), {
    timeoutDuration: options.keySetTimeoutMs ?? keySetTimeoutMs,
    cooldownDuration: options.keySetCooldownMs ?? keySetCooldownMs,
    cacheMaxAge: keySetMaxAgeMs,
    [customFetch]: (address, init) => {
      if (performance.now() - failedAt < keySetPauseMs) throw new Pausing()
      return fetch(address, init)
    },
  })
  return async (header, token) => {
    try {
      return await keySet(header, token)
    } catch (error) {
      // A failed request, or an answer that is no key set, is thrown as a TypeError or as a bare JOSEError.
      if (isTokensFault(error)) throw error
      if (!(error instanceof Pausing)) failedAt = performance.now()
      throw new errors.JWKSInvalid('no key set', { cause: error })
    }
  }
}

/** The key set could not be read just now, and is not asked for again yet. */
class Pausing extends Error {
  override readonly name = 'Pausing'
}

function isTokensFault(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
}
