/**
 * A REST API's authorizer answers with a policy over method ARNs, and a `*` there crosses `/`. The pattern of
 * `GET /flows/{flowId}` is `GET/flows/*`, which also takes `GET/flows/1/runs`. So whoever holds the first route and not
 * `GET /flows/{flowId}/runs` gets an explicit Deny on the pattern of the second as well. That Deny is safe, but it may take
 * a third route along that the same account holds, say `GET /flows/{flowId}/versions/{version}/runs`: then no policy says
 * what the catalog says. Strong routes are left out: each gets a policy over its own ARN alone.
 */
import { type CatalogProblem, problem } from './problem.ts'
import type { ReadRoute, Segment } from './route-key.ts'

/** Pairs of routes of which a REST policy cannot allow one and deny the other, with the route that forces the Deny. */
export function findIndistinct(all: readonly ReadRoute[]): readonly CatalogProblem[] {
  const found: CatalogProblem[] = []
  const routes = all.filter((route) => route.route.freshness !== 'strong')
  const reaches = (from: ReadRoute, pattern: ReadRoute): boolean =>
    from.method === pattern.method && !sameAnswer(from, pattern) && requestFits(from, pattern.segments, all)
  for (const denied of routes) {
    const covering = routes.find((granted) => reaches(denied, granted))
    if (covering === undefined) continue
    for (const granted of routes) {
      if (!reaches(granted, denied)) continue
      const allowed = [...new Set([granted.key, covering.key])].join(' and ')
      const message = `no REST policy allows ${allowed} and denies ${denied.key}`
      const evidence = { granted: granted.key, denied: denied.key, covering: covering.key }
      found.push(problem('rest_cannot_tell', message, evidence))
    }
  }
  return found
}

/** Whether two routes are always allowed or denied together. */
function sameAnswer(one: ReadRoute, other: ReadRoute): boolean {
  return one.route.permission === other.route.permission && one.route.productDecides === other.route.productDecides
}

/** Whether some request that the gateway sends to `route` fits the ARN pattern of another path. */
function requestFits(route: ReadRoute, pattern: readonly Segment[], all: readonly ReadRoute[]): boolean {
  const fits = new RegExp(`^${pattern.map((segment) => `/${spell(segment)}`).join('')}$`)
  for (const request of requestsOf(route.segments, pattern)) {
    if (fits.test(`/${request.join('/')}`) && routed(request, all) === shape(route.segments)) return true
  }
  return false
}

function spell(segment: Segment): string {
  return segment.kind === 'literal' ? segment.text.replace(/[.\\+*?^$()[\]{}|/-]/g, '\\$&') : '.*'
}

/**
 * Requests of a path that stand for all of them: a parameter is either a name nobody mentions or a literal of the
 * pattern, and a greedy one also any stretch of the pattern, with one or two segments where the pattern has a `*`.
 */
function requestsOf(path: readonly Segment[], pattern: readonly Segment[]): readonly (readonly string[])[] {
  const names = spread(pattern, 1)
  const stretches = [names, spread(pattern, 2)].flatMap((list) =>
    list.flatMap((_, from) => list.slice(from).map((__, length) => list.slice(from, from + length + 1))),
  )
  const choices = (segment: Segment): readonly (readonly string[])[] => {
    if (segment.kind === 'literal') return [[segment.text]]
    if (segment.kind === 'parameter') return [[unmentioned], ...names.map((name) => [name])]
    return [[unmentioned], ...stretches]
  }
  return path.reduce<readonly (readonly string[])[]>(
    (requests, segment) => requests.flatMap((request) => choices(segment).map((choice) => [...request, ...choice])),
    [[]],
  )
}

/** No literal of a path holds a colon. */
const unmentioned = ':'

function spread(pattern: readonly Segment[], times: number): readonly string[] {
  return pattern.flatMap((segment) =>
    segment.kind === 'literal' ? [segment.text] : Array.from({ length: times }, () => unmentioned),
  )
}

/**
 * The shape of the path a gateway picks: at every segment a literal before a parameter, and where that ends nowhere the
 * deepest greedy path on the way.
 */
function routed(request: readonly string[], all: readonly ReadRoute[]): string | undefined {
  let alive = all.map((route) => route.segments)
  let greedy: string | undefined
  for (const [index, text] of request.entries()) {
    const at = (kind: Segment['kind']): typeof alive =>
      alive.filter(({ [index]: segment }) =>
        segment?.kind === 'literal' ? kind === 'literal' && segment.text === text : segment?.kind === kind,
      )
    const [rest] = at('greedy')
    if (rest !== undefined) greedy = shape(rest)
    const next = [at('literal'), at('parameter')].find((paths) => paths.length > 0)
    if (next === undefined) return greedy
    alive = next
  }
  const path = alive.find((segments) => segments.length === request.length)
  return path === undefined ? greedy : shape(path)
}

function shape(path: readonly Segment[]): string {
  return path.map((segment) => (segment.kind === 'literal' ? segment.text : segment.kind)).join('/')
}
