/** A route's path: literal segments, `{name}` for one segment, `{name+}` for the rest of the path. */
export type PathPattern = readonly Segment[]

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string }

export function parsePattern(path: string): PathPattern {
  return segmentsOf(path).map((text): Segment => {
    const [, name, plus] = /^\{([^}+]+)(\+?)\}$/.exec(text) ?? []
    if (name === undefined) return { kind: 'literal', text }
    return { kind: plus === '+' ? 'greedy' : 'parameter', name }
  })
}

/** `/a/b` -> `['a', 'b']`; `/` -> `[]`; a trailing slash leaves an empty last segment. */
export function segmentsOf(path: string): readonly string[] {
  return path === '/' || path === '' ? [] : path.replace(/^\//, '').split('/')
}

/** Percent-decoded, as UTF-8; `undefined` for what is no encoding. */
export function decodePath(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** @returns the path parameters, or undefined when the path does not match. */
export function matchPattern(
  pattern: PathPattern,
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const parameters: Record<string, string> = {}
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at]
    if (segment === undefined || segment === '') return undefined
    if (part.kind === 'greedy') {
      parameters[part.name] = segments.slice(at).join('/')
      return parameters
    }
    if (part.kind === 'parameter') parameters[part.name] = segment
    else if (part.text !== segment) return undefined
  }
  return segments.length === pattern.length ? parameters : undefined
}

const RANK = { literal: 0, parameter: 1, greedy: 2 } as const

/** Orders patterns that match the same path: the one that is literal where the other is not comes first. */
export function compareSpecificity(left: PathPattern, right: PathPattern): number {
  for (const [at, part] of left.entries()) {
    const other = right[at]
    if (other === undefined) break
    const difference = RANK[part.kind] - RANK[other.kind]
    if (difference !== 0) return difference
  }
  return 0
}
