/** The version of a resource as an entity tag: weak, because names of groups show in users without changing them. */
export function entityTag(revision: number): string {
  return `W/"${revision}"`
}

/**
 * Whether a list of entity tags (`If-Match`, `If-None-Match`) names this revision. Weak ones count, as in the examples of RFC
 * 7644 section 3.14.
 */
export function namesRevision(header: string, revision: number): boolean {
  if (header.trim() === '*') return true
  return header.split(',').some((each) => {
    const tag = each.trim()
    return (tag.startsWith('W/') ? tag.slice(2) : tag) === `"${revision}"`
  })
}
