import type { IndexedRoute } from '@rolecast/core/domain/grant/decide'
import { encodedLiterals } from '@rolecast/core/domain/routes/encoded-literals'
import { matchesGlob } from './glob.ts'
import type { MethodArn } from './method-arn.ts'
import { RoutePatterns } from './route-patterns.ts'

/** What a REST API expects of a Lambda authorizer, and may cache. */
export interface RestPolicy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

interface Statement {
  readonly Action: 'execute-api:Invoke'
  readonly Effect: 'Allow' | 'Deny'
  readonly Resource: readonly string[]
}

/** Gateways take at most this much (characters). */
const longestResource = 512
/** Of the 8 KB of a whole answer, what its policy may take (characters of JSON). */
const longestPolicy = 5_000
/** Policies remembered; when full, all are forgotten. */
const mostPolicies = 500

/**
 * Paths that one reader takes for another path: empty segments, a slash at the end, encoded slashes, backslashes and
 * dots. Denied in every policy, because a cached one is evaluated on requests this function never sees.
 */
const ambiguous = ['*//*', '*/*/', '*%2F*', '*%2f*', '*%5C*', '*%5c*', '*%2E*', '*%2e*']

/** Characters that a policy reads as wildcards or variables. */
const special = /[*?${}]/

/** Denies this request, and by saying nothing else every other, too. */
export function denyOnly(arn: MethodArn): RestPolicy {
  return policy([], [exactly(arn) ?? `${arn.stage}/*`])
}

/** Allows this one request and no other; denies when it cannot be named exactly. */
export function allowOnly(arn: MethodArn): RestPolicy {
  const resource = exactly(arn)
  return resource === undefined ? denyOnly(arn) : policy([resource], [])
}

/** A policy over all routes of one API stage. */
interface Whole {
  readonly allow: readonly string[]
  readonly deny: readonly string[]
  readonly policy: RestPolicy
  allows(arn: string): boolean
  denies(arn: string): boolean
}

/** Policies over all routes of a catalog, made once per API stage and set of granted routes. */
export class RestPolicies {
  readonly #routes: readonly IndexedRoute[]
  readonly #patterns: RoutePatterns
  readonly #made = new Map<string, Whole | undefined>()

  constructor(routes: readonly IndexedRoute[]) {
    this.#routes = routes.filter((route) => !route.strong)
    this.#patterns = new RoutePatterns(routes)
  }

  /**
   * A policy that is right for every route but the `strong` ones (which it denies), and safe to cache; about this
   * request it says what `allowed` says. Where it would get too long, or would deny an encoded path that is granted, it
   * speaks of this one request only.
   */
  forAll(
    isGranted: (route: IndexedRoute) => boolean,
    { arn, allowed }: { readonly arn: MethodArn; readonly allowed: boolean },
  ): RestPolicy {
    const whole = this.#wholeOf(isGranted, arn.stage)
    if (whole === undefined) return allowed ? allowOnly(arn) : denyOnly(arn)
    if (whole.allows(arn.arn) === allowed) return whole.policy
    const own = exactly(arn)
    if (own === undefined) return denyOnly(arn)
    if (!allowed) return policy(whole.allow, [...whole.deny, own])
    return whole.denies(arn.arn) ? allowOnly(arn) : policy([...whole.allow, own], whole.deny)
  }

  #wholeOf(isGranted: (route: IndexedRoute) => boolean, stage: string): Whole | undefined {
    let key = `${stage} `
    for (const route of this.#routes) key += isGranted(route) ? '1' : '0'
    if (this.#made.has(key)) return this.#made.get(key)
    const whole = this.#make(isGranted, stage)
    if (this.#made.size >= mostPolicies) this.#made.clear()
    this.#made.set(key, whole)
    return whole
  }

  /** `undefined` when it does not fit into an answer. */
  #make(isGranted: (route: IndexedRoute) => boolean, stage: string): Whole | undefined {
    const granted = new Set(this.#routes.filter(isGranted))
    const folded = this.#patterns.fold((route) => granted.has(route))
    const allow = folded.allow.map((end) => `${stage}/${end}`)
    const encoded = encodedLiterals(folded.allow, folded.deny)
    const deny = [...folded.deny, ...encoded, ...ambiguous].map((end) => `${stage}/${end}`)
    const whole = policy(allow, deny)
    if ([...allow, ...deny].some((resource) => resource.length > longestResource)) return undefined
    if (JSON.stringify(whole).length > longestPolicy) return undefined
    const denies = (arn: string) => deny.some((resource) => matchesGlob(resource, arn))
    const allows = (arn: string) => allow.some((resource) => matchesGlob(resource, arn)) && !denies(arn)
    return { allow, deny, policy: whole, allows, denies }
  }
}

function exactly({ arn }: MethodArn): string | undefined {
  return arn.length <= longestResource && !special.test(arn) ? arn : undefined
}

function policy(allow: readonly string[], deny: readonly string[]): RestPolicy {
  const statements: Statement[] = []
  if (allow.length > 0) statements.push({ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: allow })
  if (deny.length > 0) statements.push({ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: deny })
  return { Version: '2012-10-17', Statement: statements }
}
