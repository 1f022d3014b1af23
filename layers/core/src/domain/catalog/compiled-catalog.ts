import type { PermissionSet } from '../grant/permission-set.ts'
import type { Catalog, GrantKey, Role } from './catalog.ts'

/** A predefined role in numbers. */
export interface CompiledRole {
  readonly definition: Role
  /** Numbers of everything the role grants, itself and through its inclusions. */
  readonly closure: PermissionSet
  /** Numbers a holder may use at most, in every qualified form; absent where the role sets no ceiling. */
  readonly ceiling?: PermissionSet
}

/** A catalog and its lock file put together: what translating roles into numbers needs. Made by `compileCatalog`. */
export interface CompiledCatalog<C extends Catalog = Catalog> {
  readonly application: string
  /** The current epoch: `epochs.length`. */
  readonly epoch: number
  /** How many numbers exist in the current epoch, retired ones included. */
  readonly size: number
  /** `epochs[e - 1]`: how many numbers exist in epoch `e`. */
  readonly epochs: readonly number[]
  /** Grant keys by number; `null` where retired. */
  readonly keys: readonly (GrantKey | null)[]
  /** Numbers of the grant keys that are not retired. */
  readonly numberOf: ReadonlyMap<GrantKey, number>
  /** Predefined roles by key. */
  readonly roles: ReadonlyMap<string, CompiledRole>
  /** Per feature, the numbers that exist only where it is enabled, in every qualified form. */
  readonly features: ReadonlyMap<string, PermissionSet>
  /** Every number that is not retired. */
  readonly active: PermissionSet
  /** True when any predefined role sets a ceiling: an unknown role then denies the whole assignment. */
  readonly hasCeilings: boolean
  readonly catalog: C
}
