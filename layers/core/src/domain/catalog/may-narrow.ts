import type { RoleAssignment } from '../assignment/statement.ts'
import type { CompiledCatalog } from './compiled-catalog.ts'

/**
 * Whether holding one more role can take something away from an account: the role sets a ceiling; it is not known where
 * any role might; or it can break the rule how many roles one account may hold, which denies everything.
 */
export function mayNarrow(catalogs: ReadonlyMap<string, CompiledCatalog>): (added: RoleAssignment) => boolean {
  return ({ application, role }) => {
    const compiled = catalogs.get(application)
    if (compiled === undefined) return false
    const predefined = compiled.roles.get(role)
    const { base, additional } = compiled.catalog.policy
    const isBase = predefined !== undefined && predefined.definition.kind !== 'additional'
    if ((isBase ? base : additional).max !== null) return true
    return predefined === undefined ? compiled.hasCeilings : predefined.ceiling !== undefined
  }
}
