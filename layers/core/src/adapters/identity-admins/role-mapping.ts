import type { RoleAssignment } from '../../domain/assignment/statement.ts'
import type { RoleMapping } from '../environment/identity-admins.ts'

/** The roles that some names of a source stand for, and how many of the names stand for nothing. */
export interface MappedRoles {
  /** Each once, in the order of application and role. */
  readonly roles: readonly RoleAssignment[]
  readonly unmapped: number
}

/** Reads names by a closed mapping: a name that it does not hold gives no role, whatever it looks like. */
export function mapRoles(
  named: readonly { readonly mapping: RoleMapping; readonly names: readonly string[] }[],
): MappedRoles {
  const found = new Set<string>()
  let unmapped = 0
  for (const { mapping, names } of named) {
    for (const name of new Set(names)) {
      const meant = Object.hasOwn(mapping, name) ? mapping[name] : undefined
      if (meant === undefined) unmapped += 1
      for (const each of [meant ?? []].flat()) found.add(each)
    }
  }
  return { roles: [...found].sort().map(toAssignment), unmapped }
}

function toAssignment(text: string): RoleAssignment {
  const slash = text.indexOf('/')
  return { application: text.slice(0, slash), role: text.slice(slash + 1) }
}
