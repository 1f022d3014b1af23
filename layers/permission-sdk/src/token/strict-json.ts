/** Objects and lists may be nested this deep. */
export const deepest = 8

/**
 * Parses a JSON object (RFC 8259); `undefined` for anything else, for a member name that occurs twice in one object, and
 * for deeper nesting than `deepest`. What would be written back exactly as it was read has no duplicates: the usual case.
 */
export function parseObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const plain = hasFewBrackets(text) && JSON.stringify(value) === text
  return plain || isStrict(text) ? (value as Record<string, unknown>) : undefined
}

/** At most `deepest` opening brackets, wherever they stand: then nothing is nested deeper. */
function hasFewBrackets(text: string): boolean {
  let count = 0
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1))
      if (++count > deepest) return false
  }
  return true
}

/** Looks for duplicate members and depth in a text that is known to be JSON. */
function isStrict(text: string): boolean {
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
