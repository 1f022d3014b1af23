import type { Route } from './catalog.ts'

/** A route key taken apart. `path` is spelt as API Gateway spells it: `/flows/{flowId}`, at its end perhaps `{rest+}`. */
export interface RouteParts {
  readonly method: string
  readonly path: string
}

/** Splits `GET /flows/{flowId}` at its first space. */
export function splitRouteKey(key: string): RouteParts {
  const space = key.indexOf(' ')
  return { method: key.slice(0, Math.max(space, 0)), path: key.slice(space + 1) }
}

/** One segment of a path: a literal, a parameter (one segment, not empty), or a greedy parameter (the rest, not empty). */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter' | 'greedy'; readonly name: string }

/** A route whose path could be read. */
export interface ReadRoute {
  readonly key: string
  readonly method: string
  readonly segments: readonly Segment[]
  readonly route: Route
}

const literal = /^[A-Za-z0-9._~-]+$/
const parameter = /^\{([A-Za-z][A-Za-z0-9_]*)(\+?)\}$/

/** The segments of a path, or `undefined` where the path is not one that every gateway takes. `/` has no segments. */
export function segmentsOf(path: string): readonly Segment[] | undefined {
  if (path === '/') return []
  if (!path.startsWith('/')) return undefined
  const segments: Segment[] = []
  const names = new Set<string>()
  for (const text of path.slice(1).split('/')) {
    if (segments.at(-1)?.kind === 'greedy') return undefined
    const match = parameter.exec(text)
    if (match === null) {
      if (!literal.test(text) || text === '.' || text === '..') return undefined
      segments.push({ kind: 'literal', text })
      continue
    }
    const [, name = '', greedy = ''] = match
    if (names.has(name)) return undefined
    names.add(name)
    segments.push({ kind: greedy === '+' ? 'greedy' : 'parameter', name })
  }
  return segments
}
