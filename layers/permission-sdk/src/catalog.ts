/** For product teams: define a catalog, put its lock file to it, and get what verifier, middleware and authorizer decide by. */
export type { Catalog, CatalogLock } from '@rolecast/core/domain/catalog/catalog'
export { compileCatalog, toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
export type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
export type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
export { defineCatalog, type PermissionKeyOf } from '@rolecast/core/domain/catalog/define'
export { readLock } from '@rolecast/core/domain/catalog/lock'
