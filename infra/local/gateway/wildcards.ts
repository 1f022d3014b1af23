const compiled = new Map<string, RegExp>()

/** IAM's wildcards: `*` is any run of characters, `/` included; `?` is any one character. */
export function matchesWildcards(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern)
  if (expression === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '[^]*')
      .replace(/\?/g, '[^]')
    expression = new RegExp(`^${source}$`)
    compiled.set(pattern, expression)
    // Policies are made per request: the memo must not grow with them.
    if (compiled.size > 5_000) compiled.clear()
  }
  return expression.test(text)
}
