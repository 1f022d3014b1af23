/**
 * A catalog says, for one application, which permissions exist, which predefined roles grant them, which rules its
 * assignments obey and which route asks for which permission. A product team adds an application by writing one.
 * The literal keys survive as types, so a misspelt permission, role or route does not compile.
 */

/** `flows.publish`, or with a qualifier `flow/design[draft]`: what a role grants and what a lock file numbers. */
export type GrantKey = string

export interface Section {
  readonly title: string
  readonly description: string
}

/**
 * Limits a permission to some resources. `equals`: the resource's attribute has this value. `account`: the attribute is
 * the account itself. `within`: the attribute is in a list the product supplies for the account under this name.
 */
export type Qualifier = { readonly title: string; readonly attribute: string } & (
  | { readonly equals: string }
  | { readonly account: true }
  | { readonly within: string }
)

/** Something an organization may have enabled or not; permissions name the one they depend on. */
export interface Feature {
  readonly title: string
  readonly description: string
}

export interface Permission<
  SectionKey extends string = string,
  QualifierKey extends string = string,
  FeatureKey extends string = string,
> {
  readonly title: string
  readonly description: string
  readonly section: SectionKey
  /** API scopes that holding the permission brings (many to many; shown, counted, never evaluated). */
  readonly apiScopes?: readonly string[]
  /** The permission exists only where the organization has this feature enabled. */
  readonly feature?: FeatureKey
  /** The qualified forms in which roles may grant the permission, beside the unqualified one. */
  readonly qualifiers?: readonly QualifierKey[]
  /** The permission is about resources that can be secured: then a held custom role must name the resource (an AND gate). */
  readonly gated?: true
}

/** `base`: cardinality rules apply to these together; `additional`: on top; `system`: predefined peers. */
export type RoleKind = 'base' | 'additional' | 'system'

export interface Role<
  RoleKey extends string = string,
  Grant extends string = GrantKey,
  PermissionKey extends string = string,
> {
  readonly title: string
  readonly description: string
  readonly kind: RoleKind
  /** System roles span organizations; organization roles act in one. */
  readonly level: 'system' | 'organization'
  readonly group?: string
  readonly includes?: readonly RoleKey[]
  readonly grants: readonly Grant[]
  /** A ceiling: whatever other roles grant, a holder does nothing outside these permissions. */
  readonly ceiling?: readonly PermissionKey[]
  readonly formerTitles?: readonly string[]
  /** Attributes besides permissions: seat use, capacity, restricted availability. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

export interface Cardinality {
  readonly min: number
  /** `null`: any number. */
  readonly max: number | null
}

/**
 * When what was given takes effect. What was taken away bites within the bound of the change feed, whatever the class; of
 * assignments, `immediately` means that every request is confirmed with the identity admin.
 */
export type EffectClass = 'next_access' | 'next_sign_in' | 'immediately'

export interface Policy {
  /** How many roles of kind `base` and `system` together one account holds. */
  readonly base: Cardinality
  /** How many roles of kind `additional` (and custom roles) one account holds. */
  readonly additional: Cardinality
  /** What an authoritative, complete, empty assignment means. `full_access` works only where the organization opted in. */
  readonly empty: 'no_access' | 'full_access' | 'forbidden'
  readonly assignmentTakesEffect: EffectClass
  readonly definitionTakesEffect: EffectClass
  /** `none`: no custom roles; `grants`: they add permissions; `gates`: they name secured resources and add nothing. */
  readonly customRoles: 'none' | 'grants' | 'gates'
  readonly customRoleDeletion: 'not_applicable' | 'holders_lose_it' | 'holders_fall_back_to_empty'
  /** What predefined roles grant is a default that an organization may change for itself (`withRoleChanges`). Absent: it is fixed. */
  readonly roleDefaults?: 'organization_may_change'
  /** Rights, in the central identity admin or in this catalog, that allow to assign and to define roles. */
  readonly mayAssign: string
  readonly mayDefine: string | null
}

export interface Conflict<Key extends string = string> {
  readonly between: readonly [Key, Key]
  readonly reason: string
}

export interface Route<PermissionKey extends string = string> {
  readonly permission: PermissionKey
  /** `strong`: the assignment is confirmed with the identity admin for this very request. */
  readonly freshness?: 'strong'
  /**
   * The product evaluates qualifiers and gates itself, with the resource at hand. Without it the authorizer refuses a
   * permission that is held only with a qualifier, or that is gated.
   */
  readonly productDecides?: true
}

export interface Catalog<
  PermissionKey extends string = string,
  RoleKey extends string = string,
  RouteKey extends string = string,
  Grant extends string = GrantKey,
  FeatureKey extends string = string,
> {
  readonly application: string
  readonly title: string
  readonly sections: Readonly<Record<string, Section>>
  readonly features: Readonly<Record<FeatureKey, Feature>>
  readonly qualifiers: Readonly<Record<string, Qualifier>>
  readonly permissions: Readonly<Record<PermissionKey, Permission>>
  readonly roles: Readonly<Record<RoleKey, Role<RoleKey, Grant, PermissionKey>>>
  readonly policy: Policy
  readonly conflicts: readonly Conflict[]
  /** Keys are `METHOD /path/{parameter}`, as API Gateway spells routes. */
  readonly routes: Readonly<Record<RouteKey, Route<PermissionKey>>>
}

/**
 * The lock file: the number of every grant key, append-only. The position in `numbers` IS the number. A retired entry
 * keeps its position for ever. `epochs[e - 1]` is how many numbers exist in epoch `e`; the last epoch is the current one.
 */
export interface CatalogLock {
  readonly application: string
  readonly epochs: readonly number[]
  readonly numbers: readonly { readonly key: GrantKey; readonly retired?: number }[]
}
