/**
 * What a policy has to deny besides, as ends of its resources (`GET/flows/*`). A gateway may decode a segment before it
 * compares it, while a policy reads the request as it was sent: `GET/flows/1/%72uns` is `GET /flows/{flowId}/runs`, matches
 * an allowed `GET/flows/*` and escapes a denied `GET/flows/<any>/runs`. So where an allowed pattern reaches a denied one, nothing
 * that is encoded passes from the first literal on that the wildcard of the allowed pattern covers.
 */
export function encodedLiterals(allow: readonly string[], deny: readonly string[]): readonly string[] {
  const found = new Set<string>()
  for (const pattern of allow.map((each) => each.split('/'))) {
    const wildcard = pattern.indexOf('*')
    if (wildcard < 0) continue
    const head = pattern.slice(0, wildcard)
    for (const denied of deny.map((each) => each.split('/'))) {
      if (!head.every((segment, at) => denied[at] === segment || denied[at] === '*')) continue
      const literal = denied.findIndex((segment, at) => at >= wildcard && segment !== '*' && segment !== '')
      if (literal >= 0) found.add([...head, ...denied.slice(wildcard, literal), '*%*'].join('/'))
    }
  }
  return [...found]
}
