const LINK = /<([^<>]*)>((?:\s*;\s*[a-z]+\*?=(?:"[^"]*"|[^",;\s]+))*)/gi
const PARAMETER = /;\s*([a-z]+\*?)=(?:"([^"]*)"|([^",;\s]+))/gi

/**
 * The target of the one link whose relation is `next` (RFC 8288), as far as sources write it: `<target>; rel="next"`, several
 * in one header. `undefined` without one, `ambiguous` with several.
 */
export function nextLink(headers: Headers): string | undefined | 'ambiguous' {
  const links = [...(headers.get('link') ?? '').matchAll(LINK)]
  const next = links.filter(([, , parameters]) => relationsIn(parameters ?? '').includes('next'))
  return next.length > 1 ? 'ambiguous' : next[0]?.[1]
}

function relationsIn(parameters: string): readonly string[] {
  const rel = [...parameters.matchAll(PARAMETER)].find(([, name]) => name?.toLowerCase() === 'rel')
  return (rel?.[2] ?? rel?.[3] ?? '').toLowerCase().split(/\s+/)
}
