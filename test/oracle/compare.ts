import type { Catalog, CatalogLock } from '@rolecast/core/domain/catalog/catalog'
import type { CompiledCatalog } from '@rolecast/core/domain/catalog/compiled-catalog'
import fc from 'fast-check'
import { arbitraryCatalog, arbitraryLock } from '../support/arbitraries/catalog.ts'
import { arbitraryWorld, type World } from '../support/arbitraries/world.ts'
import { judge, type Verdict } from './brute-force.ts'
import { type Answer, answer, type Prepared, prepare } from './product.ts'

/** A catalog with accounts to try on it: one catalog for several worlds, because compiling one costs more than asking. */
export interface Trial {
  readonly catalog: Catalog
  readonly lock: CatalogLock
  readonly worlds: readonly World[]
}

export const randomTrials: fc.Arbitrary<Trial> = arbitraryCatalog.chain((catalog) =>
  arbitraryLock(catalog).chain((lock) => trialsOn(catalog, lock)),
)

export function trialsOn(catalog: Catalog, lock: CatalogLock): fc.Arbitrary<Trial> {
  const worlds = fc.array(arbitraryWorld(catalog), { minLength: 12, maxLength: 12 })
  return worlds.map((all) => ({ catalog, lock, worlds: all }))
}

/** The lock file a catalog was compiled with, but for the names of what is retired. */
export function lockOf({ application, epochs, keys }: CompiledCatalog): CatalogLock {
  const numbers = keys.map((key, number) => (key === null ? { key: `retired.${number}`, retired: 1 } : { key }))
  return { application, epochs, numbers }
}

/** Clauses that a decision no longer tells from "not granted", because they were applied when the grant was made. */
const appliedAtMint: ReadonlySet<string> = new Set(['outside_ceiling', 'feature_disabled'])

/** What the product should answer, according to the oracle. */
function expected({ allowed, clause }: Verdict): Answer {
  return { allowed, clause, code: appliedAtMint.has(clause) ? 'not_granted' : clause }
}

export interface Counterexample {
  readonly world: World
  readonly expected: Answer
  readonly answered: Answer
}

/** The product under comparison: the real one, or one with a bug planted in it. */
export interface Product {
  readonly prepare: (catalog: Catalog, lock: CatalogLock) => Prepared
  readonly answer: (prepared: Prepared, world: World) => Answer
}

export const realProduct: Product = { prepare, answer }

/** Where product and oracle disagree, or `undefined`. `meet` hears every clause the oracle names. */
export function disagreement(
  product: Product,
  { catalog, lock, worlds }: Trial,
  meet: (clause: string) => void = () => {},
): Counterexample | undefined {
  const prepared = product.prepare(catalog, lock)
  for (const world of worlds) {
    const verdict = judge(catalog, world)
    meet(verdict.clause)
    const answered = product.answer(prepared, world)
    const wanted = expected(verdict)
    const same =
      answered.allowed === wanted.allowed && answered.code === wanted.code && answered.clause === wanted.clause
    if (!same) return { world, expected: wanted, answered }
  }
  return undefined
}
