import type {
  Catalog,
  Conflict,
  Feature,
  GrantKey,
  Permission,
  Policy,
  Qualifier,
  Role,
  Route,
  Section,
} from './catalog.ts'

/** Methods a route may name. No `ANY`: a route says which act asks for which permission. */
export type RouteMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'

/** `GET /flows/{flowId}`: how a catalog spells a route. */
export type RouteKey = `${RouteMethod} /${string}`

/** The qualifiers of each permission; `unknown` stands for a permission without any. */
type QualifierTable = Readonly<Record<string, unknown>>

/** The grant keys of a table of permissions: every permission, and every one of its qualified forms. */
type GrantIn<Qualified extends QualifierTable> = {
  [Key in keyof Qualified & string]:
    | Key
    | (unknown extends Qualified[Key] ? never : Qualified[Key] extends string ? `${Key}[${Qualified[Key]}]` : never)
}[keyof Qualified & string]

/**
 * Defines a catalog. The keys survive as literal types, so a misspelt section, feature, qualifier, permission, role or
 * route method does not compile, here or where the catalog is used. Returns its argument unchanged; what types cannot
 * say (cycles, ambiguous routes, numbers) is for `checkCatalog`.
 */
export function defineCatalog<
  const SectionKey extends string,
  const FeatureKey extends string,
  const QualifierKey extends string,
  const Qualified extends QualifierTable,
  const RoleKey extends string,
  const RouteKeys extends RouteKey,
>(catalog: {
  readonly application: string
  readonly title: string
  readonly sections: { readonly [Key in SectionKey]: Section }
  readonly features: { readonly [Key in FeatureKey]: Feature }
  readonly qualifiers: { readonly [Key in QualifierKey]: Qualifier }
  readonly permissions: {
    readonly [Key in keyof Qualified]: Permission<
      NoInfer<SectionKey>,
      Qualified[Key] & NoInfer<QualifierKey>,
      NoInfer<FeatureKey>
    >
  }
  readonly roles: {
    readonly [Key in RoleKey]: Role<NoInfer<RoleKey>, GrantIn<NoInfer<Qualified>>, keyof NoInfer<Qualified> & string>
  }
  readonly policy: Policy
  readonly conflicts: readonly Conflict<GrantIn<NoInfer<Qualified>> | NoInfer<RoleKey>>[]
  readonly routes: { readonly [Key in RouteKeys]: Route<keyof NoInfer<Qualified> & string> }
}): Catalog<keyof Qualified & string, RoleKey, RouteKeys, GrantIn<Qualified>, FeatureKey> {
  return catalog
}

/** The permission keys of a catalog type, without qualified forms. */
export type PermissionKeyOf<C extends Catalog> = keyof C['permissions'] & string
/** The predefined role keys of a catalog type. */
export type RoleKeyOf<C extends Catalog> = keyof C['roles'] & string
/** The feature keys of a catalog type. */
export type FeatureKeyOf<C extends Catalog> = keyof C['features'] & string
/** The routes of a catalog type, each `METHOD /path`. */
export type RouteKeyOf<C extends Catalog> = keyof C['routes'] & string
/** The grant keys of a catalog type: what custom roles of the application may hold. */
export type GrantKeyOf<C extends Catalog> =
  C extends Catalog<string, string, string, infer Grant, string> ? Grant : GrantKey
