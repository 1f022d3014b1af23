import type { IndexedRoute } from '@rolecast/core/domain/grant/decide'
import { globUnits, intersect, matchesGlob, pathUnits } from './glob.ts'

/** `GET/flows/*`: a route as the end of a policy resource. */
export interface RoutePattern {
  readonly route: IndexedRoute
  readonly glob: string
}

/** What a policy over all routes allows and must deny explicitly, as ends of resources. */
export interface FoldedRoutes {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
}

/**
 * The routes of a catalog as policy resources. In a resource `*` crosses `/`, so the pattern of one route may match
 * requests of another: which ones is worked out once.
 */
export class RoutePatterns {
  readonly #patterns: readonly RoutePattern[]
  /** Per pattern, the other routes whose requests it matches. */
  readonly #reaches: readonly ReadonlySet<number>[]

  constructor(routes: readonly IndexedRoute[]) {
    this.#patterns = routes.map((route) => ({
      route,
      glob: `${route.method}${route.path.replace(/\{[^}]+\}/g, '*')}`,
    }))
    this.#reaches = this.#patterns.map((from) => {
      const reached = this.#patterns.flatMap((to, at) => (reaches(from, to) ? [at] : []))
      return new Set(reached)
    })
  }

  /**
   * Folds the routes that `isGranted` names. Routes that are not granted but matched by the pattern of one that is are
   * denied explicitly; where that would hit a granted route in turn, the pattern that caused it is left out.
   */
  fold(isGranted: (route: IndexedRoute) => boolean): FoldedRoutes {
    const granted = new Set<number>()
    for (const [at, { route }] of this.#patterns.entries()) if (isGranted(route)) granted.add(at)
    const allow = new Set<number>()
    const deny = new Set<number>()
    for (const at of granted) {
      const others = [...(this.#reaches[at] ?? [])].filter((other) => !granted.has(other))
      if (others.some((other) => this.#reachesAny(other, granted))) continue
      allow.add(at)
      for (const other of others) deny.add(other)
    }
    return { allow: this.#globs(allow), deny: this.#globs(deny) }
  }

  #reachesAny(at: number, places: ReadonlySet<number>): boolean {
    return [...(this.#reaches[at] ?? [])].some((other) => places.has(other))
  }

  /** Without those that another one includes: what a glob matches when its wildcards stand for themselves. */
  #globs(places: ReadonlySet<number>): readonly string[] {
    const globs = [...new Set([...places].map((at) => this.#patterns[at]?.glob ?? ''))]
    return globs.filter((glob) => !globs.some((other) => other !== glob && matchesGlob(other, glob)))
  }
}

/** Whether the pattern of one route matches a request that the gateway gives to the other. */
function reaches(from: RoutePattern, to: RoutePattern): boolean {
  if (from.route === to.route || from.route.method !== to.route.method) return false
  // Without a wildcard it matches its own path only, and the gateway prefers a literal path to any other.
  if (!from.glob.includes('*')) return false
  if (!intersect(globUnits(from.glob.slice(from.route.method.length)), pathUnits(to.route.path))) return false
  return !comesFirst(from.route.path, to.route.path)
}

/**
 * Whether every request that both could take goes to `first`: paths of the same number of segments without a greedy
 * parameter, of which the gateway prefers the one with a literal where the other has its first parameter.
 */
function comesFirst(first: string, second: string): boolean {
  const left = first.split('/')
  const right = second.split('/')
  if (left.length !== right.length || first.endsWith('+}') || second.endsWith('+}')) return false
  const at = left.findIndex((segment, index) => segment.startsWith('{') !== right[index]?.startsWith('{'))
  return at >= 0 && right[at]?.startsWith('{') === true
}
