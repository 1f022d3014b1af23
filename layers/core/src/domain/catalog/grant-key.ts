import type { Catalog, GrantKey } from './catalog.ts'

/** A grant key taken apart: `flow/design[draft]` is permission `flow/design` with qualifier `draft`. */
export interface GrantKeyParts {
  readonly permission: string
  readonly qualifier?: string
}

/** Takes a grant key apart. A key without a closing bracket at its end has no qualifier. */
export function splitGrantKey(key: GrantKey): GrantKeyParts {
  const open = key.indexOf('[')
  if (open < 0 || !key.endsWith(']')) return { permission: key }
  return { permission: key.slice(0, open), qualifier: key.slice(open + 1, -1) }
}

/** Every form in which roles may grant a permission: the unqualified one first, then its qualified forms. */
export function formsOf(catalog: Catalog, permission: string): readonly GrantKey[] {
  const qualifiers = catalog.permissions[permission]?.qualifiers ?? []
  return [permission, ...qualifiers.map((qualifier) => `${permission}[${qualifier}]`)]
}

/** Every grant key of a catalog, section by section, so that a section's numbers lie next to each other. */
export function grantKeysOf(catalog: Catalog): readonly GrantKey[] {
  const sections = Object.keys(catalog.sections)
  const permissions = Object.entries(catalog.permissions)
  const known = sections.flatMap((section) => permissions.filter(([, permission]) => permission.section === section))
  const unknown = permissions.filter(([, permission]) => !sections.includes(permission.section))
  return [...known, ...unknown].flatMap(([key]) => formsOf(catalog, key))
}
