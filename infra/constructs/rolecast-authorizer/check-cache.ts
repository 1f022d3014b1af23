import { errorFinding, type Finding } from './findings.ts'

/** What the template says of a gateway authorizer, resolved. */
export interface AuthorizerSettings {
  readonly place: string
  readonly gateway: 'http' | 'rest'
  /** Seconds; 0: every request is decided anew. */
  readonly cacheSeconds: number
  readonly identitySources: readonly string[]
  /** How long a token lives; a cached answer may live only as long as its token still does. */
  readonly tokenSeconds: number
}

const header = { http: '$request.header.Authorization', rest: 'method.request.header.Authorization' } as const
const routeKey = '$context.routeKey'

/**
 * Is the answer of this authorizer safe to cache? It is a function of the token and, on an HTTP API, of the route; so
 * both must be in the cache key, and nothing else may be expected to count.
 */
export function checkCache(settings: AuthorizerSettings): readonly Finding[] {
  const { place, gateway, cacheSeconds, identitySources, tokenSeconds } = settings
  if (cacheSeconds === 0) return []
  const findings: Finding[] = []
  if (!identitySources.includes(header[gateway])) {
    findings.push(
      errorFinding('cache_ignores_token', `${place}: a cached answer would serve other tokens; add ${header[gateway]}`),
    )
  }
  if (gateway === 'http' && !identitySources.includes(routeKey)) {
    findings.push(
      errorFinding('cache_ignores_route', `${place}: a cached answer would serve other routes; add ${routeKey}`),
    )
  }
  const others = identitySources.filter((source) => source !== header[gateway] && source !== routeKey)
  if (others.length > 0) {
    findings.push(
      errorFinding(
        'cache_depends_on_more',
        `${place}: the authorizer does not read ${others.join(', ')}; requests without it would be refused for nothing`,
      ),
    )
  }
  if (cacheSeconds >= tokenSeconds) {
    findings.push(
      errorFinding(
        'cache_outlives_token',
        `${place}: with ${cacheSeconds} s of cache no token of ${tokenSeconds} s could be accepted; stay below`,
      ),
    )
  }
  return findings
}
