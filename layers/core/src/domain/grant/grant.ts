import type { PermissionSet } from './permission-set.ts'

/** What an account may do in one application, after translation: the value a token carries. */
export interface Grant {
  readonly application: string
  /** The catalog epoch whose numbers `permissions` uses. */
  readonly epoch: number
  /** `full`: the application's default-full access (no role means everything), opted in by the organization. */
  readonly kind: 'roles' | 'full'
  /** Numbers of grant keys, after ceilings and features. With kind `full`: every permission whose feature is enabled. */
  readonly permissions: PermissionSet
  /** Resources that the held custom roles name, ascending, without duplicates. Only for catalogs with `customRoles: 'gates'`. */
  readonly gates: readonly string[]
}
