/**
 * Parses JSON and refuses, with `undefined`, what is no JSON and what repeats a member name in one object: RFC 8259
 * section 4 leaves open which of the two counts, so two readers could take a different role from the same text.
 */
export function parseStrictJson(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return repeatsMember(text) ? undefined : { value }
  } catch {
    return undefined
  }
}

/** Walks a text that is known to be JSON. Names are compared decoded, so that an escape does not hide a repetition. */
function repeatsMember(text: string): boolean {
  const open: (Set<string> | undefined)[] = []
  let at = 0
  while (at < text.length) {
    const char = text[at]
    if (char === '{') open.push(new Set())
    else if (char === '[') open.push(undefined)
    else if (char === '}' || char === ']') open.pop()
    else if (char === '"') {
      const end = endOfString(text, at)
      const names = open.at(-1)
      if (names !== undefined && isName(text, end)) {
        const name: string = JSON.parse(text.slice(at, end))
        if (names.has(name)) return true
        names.add(name)
      }
      at = end
      continue
    }
    at += 1
  }
  return false
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function isName(text: string, end: number): boolean {
  let at = end
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1
  return text[at] === ':'
}
