/**
 * Parses JSON (RFC 8259); `undefined` for what is none, for what repeats a member name in one object (section 4 leaves open
 * which of the two counts, so two readers could take a different role from the same text), and for objects and lists
 * nested more than `deepest` deep.
 */
export function parseStrictJson(text: string, deepest = 100): { readonly value: unknown } | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  // What would be written back exactly as it was read repeats no name: the usual case, and quickly seen.
  const plain = hasFewBrackets(text, deepest) && JSON.stringify(value) === text
  return plain || isStrict(text, deepest) ? { value } : undefined
}

/** At most `most` opening brackets, wherever they stand: then nothing is nested deeper. */
function hasFewBrackets(text: string, most: number): boolean {
  let count = 0
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) if (++count > most) return false
  }
  return true
}

/** Walks a text that is known to be JSON. Names are compared decoded, so that an escape does not hide a repetition. */
function isStrict(text: string, deepest: number): boolean {
  const open: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '{' || character === '[') {
      if (open.push(character === '{' ? new Set() : undefined) > deepest) return false
    } else if (character === '}' || character === ']') {
      open.pop()
    } else if (character === '"') {
      const end = endOfString(text, at)
      const members = open.at(-1)
      if (members !== undefined && isMemberName(text, end)) {
        const name: string = JSON.parse(text.slice(at, end))
        if (members.has(name)) return false
        members.add(name)
      }
      at = end - 1
    }
  }
  return true
}

/** The position behind the closing quotation mark of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** A string is a member name where a colon follows it: values never stand before one. */
function isMemberName(text: string, end: number): boolean {
  let at = end
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return text[at] === ':'
}
