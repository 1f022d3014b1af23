import { registerHooks } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { patchSource } from './patch-source.ts'
import type { Plan } from './plan.ts'
import type { PlantedBug } from './planted-bugs.ts'
import type { Failure, Partial } from './simulation.ts'

const { from, until, bug, most } = workerData as {
  readonly from: number
  readonly until: number
  readonly bug?: PlantedBug
  readonly most: number
}

if (bug !== undefined) registerHooks({ load: patchSource(bug) })
const { runPlan } = await import('./run-schedule.ts')
const { makePlan } = await import('./plan.ts')
const { shrink } = await import('./shrink.ts')

const everyMs = 1_000
const failed = async (plan: Plan) => {
  const { wrong, lost } = await runPlan(plan)
  return wrong.length + lost.length > 0
}
let part: Partial = { schedules: 0, decisions: 0, wrongDecisions: 0, lostChanges: 0, worstStalenessMs: 0, failures: [] }
let told = performance.now()
for (let seed = from; seed < until && part.failures.length < most; seed += 1) {
  const report = await runPlan(makePlan(seed))
  const failures: Failure[] = [...part.failures]
  if (report.wrong.length + report.lost.length > 0) {
    const plan = await shrink(makePlan(seed), failed)
    const shrunk = await runPlan(plan)
    failures.push({ seed, plan, reasons: [...shrunk.wrong, ...shrunk.lost] })
  }
  part = {
    schedules: part.schedules + 1,
    decisions: part.decisions + report.decisions,
    wrongDecisions: part.wrongDecisions + report.wrong.length,
    lostChanges: part.lostChanges + report.lost.length,
    worstStalenessMs: Math.max(part.worstStalenessMs, report.worstStalenessMs),
    failures,
  }
  if (performance.now() - told > everyMs) {
    told = performance.now()
    parentPort?.postMessage({ part, done: false })
  }
}
parentPort?.postMessage({ part, done: true })
