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
  /** For one call of the token service, milliseconds. */
  readonly deadlineMs: number
}

type Environment = Readonly<Record<string, string | undefined>>

const prefix = 'ROLECAST_'
const isText = (value: unknown) => typeof value === 'string' && value !== ''

/** Reads and checks the environment once. @throws {TypeError} naming the variable that is missing, unknown or malformed. */
export function readConfig(env: Environment): AuthorizerConfig {
  const left = new Map(Object.entries(env).filter(([name]) => name.startsWith(prefix)))

  /** Takes a variable out; what is left in the end is unknown. */
  function take(name: string): string | undefined {
    const value = left.get(prefix + name)
    left.delete(prefix + name)
    return value
  }
  function json(name: string): unknown {
    const text = take(name)
    try {
      return text === undefined ? undefined : JSON.parse(text)
    } catch {
      return reject(name, 'is not JSON')
    }
  }
  function whole(name: string, otherwise: number, most: number): number {
    const text = take(name) ?? String(otherwise)
    return /^\d{1,5}$/.test(text) && Number(text) <= most ? Number(text) : reject(name, `is not 0 to ${most}`)
  }

  const jwks = json('JWKS')
  const providers = json('PROVIDERS') ?? []
  const config = {
    issuer: take('ISSUER') || reject('ISSUER', 'is missing'),
    tokenServiceUrl: readUrl(take('TOKEN_SERVICE_URL')),
    ...(jwks === undefined ? {} : { jwks }),
    mode: take('MODE') ?? 'token',
    providers: Array.isArray(providers) && providers.every(isText) ? providers : reject('PROVIDERS', 'is not a list'),
    resultCacheSeconds: whole('RESULT_CACHE_SECONDS', 0, 3600),
    denyResolveSeconds: whole('DENY_RESOLVE_SECONDS', 2, 300),
    deadlineMs: whole('DEADLINE_MS', 3000, 9000),
  }
  const { mode } = config
  if (mode !== 'token' && mode !== 'transparent') return reject('MODE', 'is not token or transparent')
  if ((mode === 'transparent') !== config.providers.length > 0) reject('PROVIDERS', 'belongs to mode transparent')
  for (const name of left.keys()) reject(name.slice(prefix.length), 'is unknown')
  return { ...config, mode }
}

/** https, or http on this very machine; nobody's name, no query, no fragment. */
const safeUrl = /^(https:\/\/|http:\/\/(127\.0\.0\.1|\[::1\]|localhost)[:/])[^?#@]*$/

function readUrl(text = ''): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && safeUrl.test(url.href)
    ? url.href.replace(/\/?$/, '/')
    : reject('TOKEN_SERVICE_URL', 'is no https URL (http on loopback)')
}

function reject(name: string, why: string): never {
  throw new TypeError(`${prefix}${name} ${why}`)
}
