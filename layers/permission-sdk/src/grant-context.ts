import type { HeldGrant } from './held-grant.ts'

/**
 * What the authorizer hands to the product beside the request: scalars only, because a REST API carries nothing else
 * (and carries each as a string). No token, nothing to verify again.
 */
export interface GrantContext {
  readonly account: string
  readonly organization: string
  readonly application: string
  readonly client: string
  readonly scope?: string
  /** The permission claim as minted; exactly one of `prm` and `dfl`. */
  readonly prm?: string
  readonly dfl?: string
  /** The secured resources held custom roles name: a JSON list. */
  readonly gates?: string
  readonly defaultFull: boolean
  /** The permission of this route depends on the resource: the product must decide with its facts. */
  readonly qualified: boolean
  /** `<account version>.<organization revision>`. */
  readonly revision: string
  /** Epoch seconds. */
  readonly issuedAt: number
  readonly confirmedAt: number
  readonly expiresAt: number
}

/** Writes the context of an allowed request. On the path of every new token: built in place, without copies. */
export function writeGrantContext({ holder, grant, carried }: HeldGrant, qualified: boolean): GrantContext {
  const { prm, dfl, gts } = carried
  const context: { -readonly [Member in keyof GrantContext]: GrantContext[Member] } = {
    account: holder.account,
    organization: holder.organization,
    application: grant.application,
    client: holder.client,
    defaultFull: grant.kind === 'full',
    qualified,
    revision: `${holder.revision[0]}.${holder.revision[1]}`,
    issuedAt: holder.issuedAt,
    confirmedAt: holder.confirmedAt,
    expiresAt: holder.expiresAt,
  }
  if (prm !== undefined) context.prm = prm
  if (dfl !== undefined) context.dfl = dfl
  if (gts !== undefined) context.gates = JSON.stringify(gts)
  if (holder.scope !== undefined) context.scope = holder.scope
  return context
}
