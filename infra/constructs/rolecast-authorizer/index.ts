/** What product teams use in their own CDK app. */

export { compileCatalog } from '@rolecast/core/domain/catalog/compile'
export { defineCatalog } from '@rolecast/core/domain/catalog/define'
export { readLock } from '@rolecast/core/domain/catalog/lock'
export { addHttpRoutes, addRestRoutes } from './add-catalog-routes.ts'
export type { FreshnessSettings } from './authorizer-function.ts'
export {
  type OwnFunction,
  type ProtectOptions,
  RolecastAuthorizer,
  type RolecastAuthorizerProps,
  type SharedFunction,
} from './rolecast-authorizer.ts'
