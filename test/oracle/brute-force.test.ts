import { fc, test } from '@fast-check/vitest'
import { catalogs } from '@rolecast/catalogs'
import { describe, expect, vi } from 'vitest'
import { disagreement, lockOf, randomTrials, realProduct, trialsOn } from './compare.ts'

/** Generous: other test files share the machine, and a property is not wrong because it is slow. */
vi.setConfig({ testTimeout: 60_000 })

/** Everything `judge` can answer. A run that misses one proves less than it seems to. */
const everyClause = [
  'allowed',
  'feature_disabled',
  'gate_unknown',
  'gated_resource',
  'inactive',
  'invalid_assignment',
  'not_granted',
  'outside_ceiling',
  'qualifier_not_met',
  'qualifier_unknown',
  'unknown_account',
  'unknown_assignment',
  'unknown_permission',
  'unknown_role',
]

describe('the evaluation agrees with the brute-force oracle', () => {
  test('on random catalogs and accounts, and meets every clause', () => {
    const met = new Set<string>()
    void fc.assert(
      fc.property(randomTrials, (trial) => {
        expect(disagreement(realProduct, trial, (clause) => met.add(clause))).toBeUndefined()
      }),
      { numRuns: 400 },
    )
    expect([...met].sort()).toEqual(everyClause)
  })

  for (const compiled of Object.values(catalogs)) {
    test.prop([trialsOn(compiled.catalog, lockOf(compiled))], { numRuns: 40 })(
      `on ${compiled.application}`,
      (trial) => {
        expect(disagreement(realProduct, trial)).toBeUndefined()
      },
    )
  }
})
