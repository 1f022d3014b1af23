import type { DeployedConnection } from '@rolecast/core/adapters/environment/hook-connections'

type Kind = DeployedConnection['kind']

/** Connections whose events come on a bus of EventBridge. */
export function isPartner({ kind }: { readonly kind: Kind }): boolean {
  return kind === 'okta-partner' || kind === 'auth0-partner'
}

/** Connections whose events are fetched. */
export function isPolled({ kind }: { readonly kind: Kind }): boolean {
  return kind === 'ssf-poll'
}

/** Connections that deliver over HTTP. */
export function isHook(connection: { readonly kind: Kind }): boolean {
  return !isPartner(connection) && !isPolled(connection)
}
