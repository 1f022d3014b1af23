import { fc, test } from '@fast-check/vitest'
import { catalogs } from '@rolecast/catalogs'
import { describe, expect, vi } from 'vitest'
import { askCedar, prepareCedar, toCedar } from './cedar.ts'
import { lockOf, randomTrials, realProduct, type Trial, trialsOn } from './compare.ts'

/** Generous: other test files share the machine, and a property is not wrong because it is slow. */
vi.setConfig({ testTimeout: 60_000 })

/** The first world on which the product and Cedar decide differently; `decided` counts the answers of both. */
function disagreement({ catalog, lock, worlds }: Trial, policySet: string, decided?: { allow: number; deny: number }) {
  const prepared = realProduct.prepare(catalog, lock)
  for (const world of worlds) {
    const cedar = askCedar(policySet, catalog, world)
    if (decided !== undefined) decided[cedar ? 'allow' : 'deny']++
    const { allowed } = realProduct.answer(prepared, world)
    if (allowed !== cedar) return { world, allowed, cedar }
  }
  return undefined
}

describe('the evaluation agrees with Cedar on policies generated from the catalog', () => {
  test('on random catalogs and accounts', () => {
    const decided = { allow: 0, deny: 0 }
    void fc.assert(
      fc.property(randomTrials, (trial) => {
        prepareCedar('random', toCedar(trial.catalog))
        expect(disagreement(trial, 'random', decided)).toBeUndefined()
      }),
      { numRuns: 100 },
    )
    expect(decided.allow).toBeGreaterThan(50)
    expect(decided.deny).toBeGreaterThan(100)
  })

  for (const compiled of Object.values(catalogs)) {
    const { application, catalog } = compiled
    test.prop([trialsOn(catalog, lockOf(compiled))], { numRuns: 10 })(`on ${application}`, (trial) => {
      prepareCedar(application, toCedar(catalog))
      expect(disagreement(trial, application)).toBeUndefined()
    })
  }

  test('and the comparison finds a policy set without its ceilings', () => {
    const forgetful = fc.property(randomTrials, (trial) => {
      const roles = Object.entries(trial.catalog.roles).map(([key, { ceiling: _, ...role }]) => [key, role])
      prepareCedar('forgetful', toCedar({ ...trial.catalog, roles: Object.fromEntries(roles) }))
      return disagreement(trial, 'forgetful') === undefined
    })
    expect(fc.check(forgetful, { seed: 1, numRuns: 500, endOnFailure: true }).failed).toBe(true)
  })
})
