import { describe, expect, it } from 'vitest'
import { crashPlans } from './crash-plans.ts'
import { describePlan } from './describe-plan.ts'
import { promise } from './oracle.ts'
import { makePlan } from './plan.ts'
import { plantedBugs } from './planted-bugs.ts'
import { runPlan } from './run-schedule.ts'
import { simulate } from './simulation.ts'

const schedules = 20_000
const minutes = 60_000

it(`decides nothing wrongly and loses nothing in ${schedules} schedules`, { timeout: 8 * minutes }, async () => {
  const { failures, ...summary } = await simulate({ seed: 1, schedules })
  expect(failures.map(describePlan).join('\n')).toBe('')
  expect(summary).toMatchObject({ schedules, wrongDecisions: 0, lostChanges: 0 })
  expect(summary.decisions).toBeGreaterThan(schedules)
  expect(summary.worstStalenessMs).toBeLessThanOrEqual(promise.bound)
})

describe('a crash at any moment of any call', () => {
  it.each(crashPlans())('of %s loses nothing', { timeout: minutes }, async (_, plan) => {
    const { wrong, lost, decisions } = await runPlan(plan)
    expect([...wrong, ...lost]).toEqual([])
    expect(decisions).toBeGreaterThan(0)
  })
})

it('runs a schedule twice in the same way', async () => {
  for (const seed of [3, 14, 159]) expect(await runPlan(makePlan(seed))).toEqual(await runPlan(makePlan(seed)))
})

describe('a planted bug', () => {
  it.each(plantedBugs)('is found: $name', { timeout: 5 * minutes }, async (bug) => {
    const near = await simulate({ seed: bug.seed, schedules: 40, workers: 1, mostFailures: 1, bug })
    const { failures } =
      near.failures.length > 0 ? near : await simulate({ seed: 1, schedules: 16_000, mostFailures: 1, bug })
    expect(failures.length).toBeGreaterThan(0)
    expect(failures[0]?.plan.steps.length).toBeLessThanOrEqual(25)
  })

  it('that does not fit the code any more is an error', async () => {
    const bug = {
      name: 'x',
      seed: 1,
      consequence: '',
      file: 'application/pull-queue.ts',
      find: 'no such text',
      replace: '',
    }
    await expect(simulate({ seed: 1, schedules: 1, workers: 1, bug })).rejects.toThrow('stands there 0 times')
  })
})
