/** The settings of the authorizer, from its environment. */
export interface AuthorizerConfig {
  /** `iss` of the tokens it accepts. */
  readonly issuer: string
  /** Where the token service answers; ends in `/`. */
  readonly tokenServiceUrl: string
  /** The JWK set to start with. */
  readonly jwks?: unknown
  /** `transparent`: tokens of the providers are taken, too, and exchanged on the way. */
  readonly mode: 'token' | 'transparent'
  /** Issuers of the identity providers, for transparent mode. */
  readonly providers: readonly string[]
  /** The result cache of the gateway's (cached) authorizer, seconds; 0 where it is off. */
  readonly resultCacheSeconds: number
  /** A deny is resolved once more at most this often per account, seconds; 0: never. */
  readonly denyResolveSeconds: number
  /**
   * How old what is known of removals may be, milliseconds: older than the first, the change feed is read on; older than the second,
   * the bound, a request waits for that; and while it cannot be read, older than the third refuses writes, the fourth everything.
   */
  readonly freshnessMs: readonly number[]
}

const prefix = 'ROLECAST_'

/** Every setting and how it is written. A URL is https, or http on this very machine, without name, query or fragment. */
const settings: Readonly<Record<string, RegExp>> = {
  ISSUER: /./,
  TOKEN_SERVICE_URL: /^(https:\/\/|http:\/\/(127\.0\.0\.1|\[::1\]|localhost)[:/])[^\s?#@]+$/,
  JWKS: /^{.*}$/s,
  MODE: /^(token|transparent)$/,
  PROVIDERS: /^\[\s*"[^"\\\s]+"(\s*,\s*"[^"\\\s]+")*\s*\]$/,
  RESULT_CACHE_SECONDS: /^([0-2]?\d{1,3}|3[0-5]\d\d|3600)$/,
  DENY_RESOLVE_SECONDS: /^\d{1,3}$/,
  FRESHNESS_SECONDS: /^[1-9]\d{0,2}(,[1-9]\d{0,2}){3}$/,
}

/** Reads and checks the environment once. @throws {TypeError} naming the variable that is missing, unknown or malformed. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): AuthorizerConfig {
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith(prefix) || value === undefined) continue
    const pattern = settings[name.slice(prefix.length)]
    if (pattern?.test(value) !== true) throw new TypeError(`${name} is not ${pattern ?? 'known'}`)
  }

  function read(name: string, otherwise?: string): string {
    const value = env[prefix + name] ?? otherwise
    if (value === undefined) throw new TypeError(`${prefix}${name} is missing`)
    return value
  }
  function parse(name: string, otherwise: string) {
    try {
      return JSON.parse(read(name, otherwise))
    } catch {
      throw new TypeError(`${prefix}${name} is not JSON`)
    }
  }
  const mode = read('MODE', 'token') as AuthorizerConfig['mode']
  const providers: readonly string[] = parse('PROVIDERS', '[]')
  if (providers.length > 0 !== (mode === 'transparent'))
    throw new TypeError(`${prefix}PROVIDERS is for mode transparent`)
  return {
    issuer: read('ISSUER'),
    tokenServiceUrl: read('TOKEN_SERVICE_URL').replace(/\/?$/, '/'),
    jwks: parse('JWKS', 'null') ?? undefined,
    mode,
    providers,
    resultCacheSeconds: Number(read('RESULT_CACHE_SECONDS', '0')),
    denyResolveSeconds: Number(read('DENY_RESOLVE_SECONDS', '2')),
    freshnessMs: read('FRESHNESS_SECONDS', '5,10,60,300')
      .split(',')
      .map((seconds) => Number(seconds) * 1000),
  }
}
