import type { Catalog } from '@rolecast/core/domain/catalog/catalog'
import { type CfnResource, Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { type AuthorizerSettings, checkCache } from './check-cache.ts'
import type { Guard } from './check-routes.ts'
import type { Finding } from './findings.ts'
import type { GatewayAuthorizers } from './gateway-authorizers.ts'
import { propertiesOf } from './template-properties.ts'

/** One API under the protection of an authorizer. Both steps look at everything below `root` that belongs to the API. */
export interface Protection {
  /** Puts the authorizers before the routes that have none. Runs as an aspect, so that it sees routes added later. */
  attach(root: IConstruct): void
  /** Looks at what will really be deployed, escape hatches included. */
  check(root: IConstruct): readonly Finding[]
}

export interface ProtectionTerms {
  readonly catalog: Catalog
  /** Route keys that the team declared open to everyone. */
  readonly publicRoutes: ReadonlySet<string>
  readonly authorizers: GatewayAuthorizers
  /** How long a token lives, seconds. */
  readonly tokenSeconds: number
}

interface Guardable {
  authorizationType?: string
  authorizerId?: string
}

/**
 * Puts a route or method of the catalog behind its authorizer; answers the authorizer's id, or `undefined` where nothing
 * was done. Another authorization is left as it is: the check refuses it, so that nobody loses it unawares.
 */
export function attachAuthorizer(target: Guardable, key: string, terms: ProtectionTerms): string | undefined {
  const authorizerId = authorizerFor(key, terms)
  if (authorizerId === undefined || ![undefined, 'NONE'].includes(target.authorizationType)) return undefined
  target.authorizationType = 'CUSTOM'
  target.authorizerId = authorizerId
  return authorizerId
}

function authorizerFor(key: string, { catalog, publicRoutes, authorizers }: ProtectionTerms): string | undefined {
  const route = Object.hasOwn(catalog.routes, key) && !publicRoutes.has(key) ? catalog.routes[key] : undefined
  if (route === undefined) return undefined
  return ((route.freshness === 'strong' ? authorizers.strong : undefined) ?? authorizers.normal).ref
}

/** How a route or method is guarded in the template. */
export function guardOf(resource: CfnResource, { normal, strong }: GatewayAuthorizers): Guard {
  const { AuthorizationType: type, AuthorizerId: id } = propertiesOf(resource)
  if (type === undefined || type === 'NONE') return 'none'
  const resolve = (value: unknown) => JSON.stringify(Stack.of(resource).resolve(value))
  const mine = [normal, strong].find((authorizer) => authorizer && resolve(authorizer.ref) === resolve(id))
  if (type !== 'CUSTOM' || mine === undefined) return 'foreign'
  return cacheSecondsOf(mine) === 0 ? 'fresh' : 'cached'
}

/** Checks the caches of an API's authorizers. */
export function checkAuthorizers(
  gateway: AuthorizerSettings['gateway'],
  { authorizers, tokenSeconds }: ProtectionTerms,
): readonly Finding[] {
  return [authorizers.normal, authorizers.strong].flatMap((resource) => {
    if (resource === undefined) return []
    const { IdentitySource: sources = [] } = propertiesOf(resource)
    const identitySources = typeof sources === 'string' ? sources.split(',').map((source) => source.trim()) : sources
    const cacheSeconds = cacheSecondsOf(resource)
    return checkCache({ place: resource.node.path, gateway, cacheSeconds, identitySources, tokenSeconds })
  })
}

/** How long the gateway keeps the answers of an authorizer; REST APIs take 300 s where nothing is said. */
export function cacheSecondsOf(authorizer: CfnResource): number {
  return propertiesOf(authorizer).AuthorizerResultTtlInSeconds ?? 300
}
