import type { GrantKey } from './catalog.ts'

/** What evaluating a qualifier needs (see `Qualifier`), without its title. */
export type QualifierRule = { readonly attribute: string } & (
  | { readonly equals: string }
  | { readonly account: true }
  | { readonly within: string }
)

/** Route flags of `DecisionCatalog.routes`, added up. */
export const routeFlags = { strong: 1, productDecides: 2 } as const

/**
 * What deciding needs of a catalog, as small plain JSON: the authorizer's `catalog.json` and the input of the SDK.
 * `PermissionKey` keeps the literal keys for the compiler only.
 */
export interface DecisionCatalog<PermissionKey extends string = string> {
  readonly application: string
  /** `epochs[e - 1]`: how many numbers exist in epoch `e`. The last epoch is the current one. */
  readonly epochs: readonly number[]
  /** Grant keys by number; `null` where retired. */
  readonly keys: readonly (GrantKey | null)[]
  readonly qualifiers: Readonly<Record<string, QualifierRule>>
  /** Permissions about resources that can be secured. */
  readonly gated: readonly PermissionKey[]
  /** Method, path as API Gateway spells it, permission, flags. */
  readonly routes: readonly (readonly [method: string, path: string, permission: PermissionKey, flags: number])[]
  /** True where the application's assignments take effect at the next sign-in: a deny is then not resolved again. */
  readonly nextSignIn?: boolean
}
