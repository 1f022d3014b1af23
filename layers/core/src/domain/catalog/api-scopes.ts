import type { Catalog, GrantKey } from './catalog.ts'
import { splitGrantKey } from './grant-key.ts'

/** The API scopes that grant keys bring, ascending, each once. A qualified grant brings the scopes of its permission. */
export function apiScopesOf(catalog: Catalog, keys: Iterable<GrantKey>): readonly string[] {
  const scopes = new Set<string>()
  for (const key of keys) {
    const { permission } = splitGrantKey(key)
    const definition = Object.hasOwn(catalog.permissions, permission) ? catalog.permissions[permission] : undefined
    for (const scope of definition?.apiScopes ?? []) scopes.add(scope)
  }
  return [...scopes].sort()
}
