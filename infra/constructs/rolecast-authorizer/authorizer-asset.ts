import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'

/**
 * Writes what the authorizer of one application is deployed from: the bundle, the same for every application, and beside
 * it what deciding needs of the application's catalog. Equal input gives equal bytes.
 */
export function writeAuthorizerAsset(folder: string, bundle: string, catalog: CompiledCatalog): void {
  cpSync(bundle, folder, { recursive: true })
  writeFileSync(join(folder, 'catalog.json'), JSON.stringify(toDecisionCatalog(catalog)))
}
