import type { GrantKey } from '../catalog/catalog.ts'
import type { RoleChanges } from '../catalog/role-changes.ts'

/** What an organization has decided for one application. */
export interface ApplicationSettings {
  readonly features: readonly string[]
  /** Opt-in to "no role means everything", for catalogs whose policy knows it. Marked in tokens, alarmed in operations. */
  readonly defaultFull: boolean
  /** What the organization has changed of the defaults of predefined roles, for catalogs whose policy knows it. */
  readonly roleChanges?: RoleChanges
}

export interface Organization {
  readonly organization: string
  readonly title: string
  /** The one issuer whose sign-ins are accepted for this organization. */
  readonly issuer: string
  /** Only these applications are served; absent means the organization does not use it. */
  readonly applications: Readonly<Record<string, ApplicationSettings>>
  /** The configured name of the source that says who has which role; absent: the default source. */
  readonly identityAdmin?: string
  /**
   * The youngest hint about the organization as a whole, epoch milliseconds by our clock: no account counts as confirmed
   * by a read that started at it or before.
   */
  readonly dirtySince?: number
  /** Rises with every change of the organization's settings or of one of its custom roles. */
  readonly revision: number
}

/** A role defined by an organization for one application. */
export interface CustomRole {
  readonly organization: string
  readonly application: string
  /** Without the prefix `custom:`. */
  readonly id: string
  readonly title: string
  readonly description: string
  /** Grant keys it adds (policy `grants`); always empty with policy `gates`. */
  readonly grants: readonly GrantKey[]
  /** Resources it names (policy `gates`); always empty with policy `grants`. */
  readonly gates: readonly string[]
  readonly revision: number
}
