/**
 * The target of the one link whose relation is `next` (RFC 8288), as far as sources write it: `<target>; rel="next"`, several
 * in one header. `undefined` without one, `ambiguous` with several.
 */
export function nextLink(headers: Headers): string | undefined | 'ambiguous' {
  const links = [...(headers.get('link') ?? '').matchAll(/<([^<>]*)>((?:\s*;\s*[a-z]+\*?=(?:"[^"]*"|[^",;\s]+))*)/gi)]
  const next = links.filter(([, , parameters]) => /;\s*rel="?(?:[^"]*\s)?next(?:\s[^"]*)?"?/i.test(parameters ?? ''))
  return next.length > 1 ? 'ambiguous' : next[0]?.[1]
}
