import { segmentsOf } from '../catalog/route-key.ts'

/** A route as a catalog spells it. */
export interface RoutePattern {
  readonly method: string
  /** `/flows/{flowId}`, at its end perhaps `{rest+}`. */
  readonly path: string
}

interface Node<R> {
  readonly literals: Map<string, Node<R>>
  readonly methods: Map<string, R>
  parameter?: Node<R>
  greedy?: Node<R>
}

/** The routes of a catalog, ready to be matched. */
export interface Router<R> {
  readonly byKey: ReadonlyMap<string, R>
  readonly root: Node<R>
}

/**
 * Throws when a path is none that every gateway takes, or when two routes would answer the same requests: both are
 * mistakes of a catalog, to be seen at start.
 */
export function buildRouter<R extends RoutePattern>(routes: readonly R[]): Router<R> {
  const byKey = new Map<string, R>()
  const root = newNode<R>()
  for (const route of routes) {
    const key = `${route.method} ${route.path}`
    const segments = segmentsOf(route.path)
    if (segments === undefined) throw new RangeError(`the path of route ${key} is not one that every gateway takes`)
    let node = root
    for (const segment of segments) {
      if (segment.kind === 'literal') node = child(node, segment.text)
      else if (segment.kind === 'parameter') node = node.parameter ??= newNode()
      else node = node.greedy ??= newNode()
    }
    if (node.methods.has(route.method)) throw new RangeError(`route ${key} answers the same requests as another`)
    node.methods.set(route.method, route)
    byKey.set(key, route)
  }
  return { byKey, root }
}

/** The route that the gateway itself has matched: `GET /flows/{flowId}`, exactly as the catalog spells it. */
export function matchRouteKey<R>(router: Router<R>, routeKey: string): R | undefined {
  return router.byKey.get(routeKey)
}

/**
 * The route of a request, by its method and raw path (without stage and query). As a REST API does, the most specific
 * path comes first (literal before parameter before greedy, from the left) and the method second (`ANY` last); when that
 * path does not take the method, there is no route. Upper and lower case differ. A path that others might read in another
 * way (empty or dot segments, encoded slashes or letters, backslashes) matches nothing.
 */
export function matchPath<R>(router: Router<R>, method: string, path: string): R | undefined {
  const segments = readPath(path)
  if (segments === undefined) return undefined
  const node = find(router.root, segments, 0)
  return node?.methods.get(method) ?? node?.methods.get('ANY')
}

function find<R>(node: Node<R>, segments: readonly string[], at: number): Node<R> | undefined {
  if (at === segments.length) return node.methods.size > 0 ? node : undefined
  const literal = node.literals.get(segments[at] ?? '')
  return (
    (literal && find(literal, segments, at + 1)) ??
    (node.parameter && find(node.parameter, segments, at + 1)) ??
    node.greedy
  )
}

function readPath(path: string): readonly string[] | undefined {
  if (path === '/') return []
  if (!path.startsWith('/')) return undefined
  const segments = path.slice(1).split('/')
  return segments.every(isUnambiguous) ? segments : undefined
}

/** `pchar` of RFC 3986 section 3.3, one or more. */
const segmentText = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+$/
/** Unreserved characters, which RFC 3986 section 2.3 never encodes, and what a second decoding would read as structure. */
const neverEncoded = /^[A-Za-z0-9._~\-/\\%]$/
const firstPrintable = 0x20
const deleteCharacter = 0x7f

function isUnambiguous(segment: string): boolean {
  if (!segmentText.test(segment) || segment === '.' || segment === '..') return false
  for (let at = segment.indexOf('%'); at >= 0; at = segment.indexOf('%', at + 3)) {
    const byte = Number.parseInt(segment.slice(at + 1, at + 3), 16)
    if (byte < firstPrintable || byte === deleteCharacter || neverEncoded.test(String.fromCharCode(byte))) return false
  }
  return true
}

function child<R>(node: Node<R>, text: string): Node<R> {
  const existing = node.literals.get(text)
  if (existing !== undefined) return existing
  const created = newNode<R>()
  node.literals.set(text, created)
  return created
}

function newNode<R>(): Node<R> {
  return { literals: new Map(), methods: new Map() }
}
