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
  const members = countMembers(value, deepest)
  if (Number.isNaN(members)) return undefined
  return isPlain(text, members) || repeatsNoName(text) ? { value } : undefined
}

/** Members of all objects of a value; not a number where it is nested more than `levels` deep. */
function countMembers(value: unknown, levels: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (levels === 0) return Number.NaN
  let count = 0
  if (Array.isArray(value)) {
    for (const each of value) if (typeof each === 'object') count += countMembers(each, levels - 1)
    return count
  }
  for (const name in value) {
    count++
    const member = (value as Record<string, unknown>)[name]
    if (typeof member === 'object') count += countMembers(member, levels - 1)
  }
  return count
}

/**
 * The usual case, quickly seen: a text without white space and escapes writes each member as `"name":`, so with as many `":`
 * as the parsed value has members, none was dropped as a repetition.
 */
function isPlain(text: string, members: number): boolean {
  if (text.includes('\\') || text.includes(' ') || text.includes('\n') || text.includes('\r') || text.includes('\t'))
    return false
  let count = 0
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) count++
  return count === members
}

/** A bracket, or a string with the colon behind it where it is a member name (no value stands before a colon). */
const tokens = /[{}[\]]|"[^"\\]*(?:\\.[^"\\]*)*"\s*:?/g

/** Walks a text that is known to be JSON. Names are compared decoded, so that an escape does not hide a repetition. */
function repeatsNoName(text: string): boolean {
  const open: Set<string>[] = []
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (token.endsWith(':')) {
      const members = open.at(-1)
      const name: string = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1))
      if (members?.has(name)) return false
      members?.add(name)
    }
  }
  return true
}
