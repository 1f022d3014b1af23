import type { Plan } from './plan.ts'

/**
 * The shortest plan found that still fails: steps are left out in ever smaller groups, then clocks are set right, for as long as
 * `fails` says so. Bounded by `attempts` runs.
 */
export async function shrink(
  plan: Plan,
  fails: (plan: Plan) => Promise<boolean>,
  { attempts = 600 }: { readonly attempts?: number } = {},
): Promise<Plan> {
  let best = plan
  let left = attempts
  const tryPlan = async (candidate: Plan): Promise<boolean> => {
    left -= 1
    if (left < 0 || !(await fails(candidate))) return false
    best = candidate
    return true
  }
  for (
    let group = Math.ceil(plan.steps.length / 2);
    group >= 1 && left > 0;
    group = group === 1 ? 0 : Math.ceil(group / 2)
  ) {
    for (let from = 0; from < best.steps.length && left > 0; ) {
      const steps = [...best.steps.slice(0, from), ...best.steps.slice(from + group)]
      if (!(await tryPlan({ ...best, steps }))) from += group
    }
  }
  for (const [at, skew] of best.skews.entries()) {
    if (skew !== 0) await tryPlan({ ...best, skews: best.skews.map((each, index) => (index === at ? 0 : each)) })
  }
  return best
}
