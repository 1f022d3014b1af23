import type { Catalog } from '@rolecast/core/domain/catalog/catalog'
import type { Finding } from './findings.ts'

export function checkRestPolicy(_catalog: Catalog): readonly Finding[] {
  return []
}
