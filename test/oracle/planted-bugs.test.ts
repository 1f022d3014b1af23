import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { disagreement, type Product, randomTrials } from './compare.ts'
import { plantedBugs, productWith } from './planted-bugs.ts'

/** Generous: other test files share the machine, and a property is not wrong because it is slow. */
vi.setConfig({ testTimeout: 60_000 })

/** Negative control of the oracle: the comparison that the real evaluation passes must fail for one with a bug in it. */
describe('the comparison finds a planted bug', () => {
  const isCaught = (product: Product): boolean =>
    fc.check(
      fc.property(randomTrials, (trial) => disagreement(product, trial) === undefined),
      // The seed is fixed: whether a bug is rare in random worlds must not decide whether this test passes.
      { seed: 20_261_122, numRuns: 2_000, endOnFailure: true },
    ).failed

  test.each(plantedBugs)('$mistake', async (bug) => {
    expect(isCaught(await productWith(bug))).toBe(true)
  })

  test('and finds nothing when the planted text changes nothing', async () => {
    const harmless = { mistake: 'none', file: 'grant/evaluate.ts', find: `case 'inactive':`, put: `case 'inactive' :` }
    expect(isCaught(await productWith(harmless))).toBe(false)
  })

  test('refuses to plant a bug that is not there to plant', async () => {
    const stale = { mistake: 'none', file: 'grant/evaluate.ts', find: 'text that is not there', put: '' }
    await expect(productWith(stale)).rejects.toThrow('does not hold exactly once')
  })
})
