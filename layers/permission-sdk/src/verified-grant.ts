import type { Refusal } from '@rolecast/core/domain/decision/refusal'
import { type Decision, type DecisionIndex, decide, type Facts } from '@rolecast/core/domain/grant/decide'
import type { Grant } from '@rolecast/core/domain/grant/grant'
import type { CarriedClaims, GrantHolder, HeldGrant } from './held-grant.ts'

/** What the product knows of the resource; the account is the grant's own. */
export type ResourceFacts = Omit<Facts, 'account'>

/** What an account may do in one application, known to be true: read from a verified token or an authorizer's context. */
export class VerifiedGrant<PermissionKey extends string = string> implements HeldGrant {
  readonly holder: GrantHolder
  readonly grant: Grant
  readonly carried: CarriedClaims
  readonly #index: DecisionIndex

  constructor(index: DecisionIndex, { holder, grant, carried }: HeldGrant) {
    this.#index = index
    this.holder = holder
    this.grant = grant
    this.carried = carried
  }

  get application(): string {
    return this.grant.application
  }
  /** The account: the identity provider's subject. */
  get subject(): string {
    return this.holder.account
  }
  get organization(): string {
    return this.holder.organization
  }
  /** Epoch seconds. */
  get expiresAt(): number {
    return this.holder.expiresAt
  }
  get revision(): readonly [account: number, organization: number] {
    return this.holder.revision
  }
  /** True where no role at all means full access, opted in by the organization. */
  get defaultFull(): boolean {
    return this.grant.kind === 'full'
  }
  /** The secured resources that held custom roles name. */
  get gates(): readonly string[] {
    return this.grant.gates
  }

  /** Whether the account may: the permission is held and, where it is qualified or gated, the facts say that it applies. */
  can(permission: PermissionKey, facts?: ResourceFacts): boolean {
    return this.explain(permission, facts).allowed
  }

  /** The same decision with its reason: the grant key that allowed it, or the refusal. */
  explain(permission: PermissionKey, facts?: ResourceFacts): Decision {
    return decide(this.#index, this.grant, permission, { ...facts, account: this.holder.account })
  }

  /** The refusal that stands in the way, or `undefined` where there is none: for an early return. */
  refusal(permission: PermissionKey, facts?: ResourceFacts): Refusal | undefined {
    const decision = this.explain(permission, facts)
    return decision.allowed ? undefined : decision.refusal
  }
}
