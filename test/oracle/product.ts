import { deriveState } from '@rolecast/core/domain/assignment/derive-state'
import type { Catalog, CatalogLock } from '@rolecast/core/domain/catalog/catalog'
import { compileCatalog, toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import { readGrantClaims, writeGrantClaims } from '@rolecast/core/domain/claims/grant-claims'
import { type DecisionIndex, decide, indexCatalog } from '@rolecast/core/domain/grant/decide'
import { evaluate } from '@rolecast/core/domain/grant/evaluate'
import { explain } from '@rolecast/core/domain/grant/explain'
import type { World } from '../support/arbitraries/world.ts'

/** What the product answers for a world: its decision and the clause its explanation names. */
export interface Answer {
  readonly allowed: boolean
  readonly code: string
  readonly clause: string
}

/** A catalog with its lock file, put together once. */
export interface Prepared {
  readonly compiled: CompiledCatalog
  readonly index: DecisionIndex
}

export function prepare(catalog: Catalog, lock: CatalogLock): Prepared {
  const compiled = compileCatalog(catalog, lock)
  return { compiled, index: indexCatalog(toDecisionCatalog(compiled)) }
}

/** The product's whole way: record, state, grant, claims of a token, grant again, decision; and the explanation. */
export function answer({ compiled, index }: Prepared, world: World): Answer {
  const { record, settings, customRoles, now, maxAgeMs, permission, facts, failure } = world
  const { application, catalog } = compiled
  const state = deriveState(record, {
    application,
    settings,
    policy: catalog.policy,
    now,
    maxAgeMs,
    ...(failure === undefined ? {} : { failure }),
  })
  const explained = explain({ compiled, index, state, customRoles, settings }, permission, facts)
  const clause = explained.allowed ? 'allowed' : explained.refusal.code
  const minted = evaluate(compiled, state, { customRoles, settings })
  if (!minted.ok) return { allowed: false, code: minted.refusal.code, clause }
  const read = readGrantClaims(writeGrantClaims(minted.value, compiled.size), application, compiled.epochs)
  if (!read.ok || !('grant' in read.value)) return { allowed: false, code: 'unreadable', clause }
  const decision = decide(index, read.value.grant, permission, facts)
  if (decision.allowed !== explained.allowed) return { allowed: decision.allowed, code: 'explained_otherwise', clause }
  return { allowed: decision.allowed, code: decision.allowed ? 'allowed' : decision.refusal.code, clause }
}
