import { judge } from './oracle.ts'
import { type AccountName, makePlan, type OrganizationName, organizations, type Plan, sourceKinds } from './plan.ts'
import { saysTheSame } from './table.ts'
import { epochMs } from './virtual-time.ts'
import { World } from './world.ts'

export interface Report {
  readonly decisions: number
  readonly allowed: number
  readonly wrong: readonly string[]
  readonly lost: readonly string[]
  readonly worstStalenessMs: number
}

/** After the last step everything works, for so long that every message has arrived (milliseconds). */
const quietMs = 240_000

export const runSeed = (seed: number): Promise<Report> => runPlan(makePlan(seed))

/** Runs a plan to its end and judges every decision, and what is left in the table. */
export async function runPlan(plan: Plan): Promise<Report> {
  const world = new World(plan)
  await world.start()
  const lastStep = epochMs + (plan.steps.at(-1)?.at ?? 0)
  await world.time.runUntil(lastStep + 5_000)
  world.heal()
  await world.time.runUntil(lastStep + quietMs)
  for (const organization of organizations) {
    if (plan.seed % 8 === 0 || driftedAccounts(world, organization).length > 0) void world.reconcile(organization)
  }
  await world.time.runUntil(lastStep + 2 * quietMs)
  const verdicts = world.decisions.map((decision) => ({ decision, verdict: judge(decision) }))
  const wrong = verdicts.flatMap(({ decision, verdict }) => {
    if (verdict.wrong === undefined) return []
    const { organization, account, permission, startedAt } = decision
    return [`${startedAt - epochMs} ms: ${organization}/${account} ${permission}: ${verdict.wrong}`]
  })
  return {
    decisions: verdicts.length,
    allowed: world.decisions.filter(({ code }) => code === undefined).length,
    wrong: [...wrong, ...world.table.faults],
    lost: organizations.flatMap((organization) => driftedAccounts(world, organization)),
    worstStalenessMs: Math.max(0, ...verdicts.map(({ verdict }) => verdict.stalenessMs)),
  }
}

/** Accounts of which the table still says, confirmed, what is no longer so. */
function driftedAccounts(world: World, organization: OrganizationName): readonly string[] {
  return world.table.records.flatMap((record) => {
    if (record.organization !== organization) return []
    const source = world.sources.get(record.organization as 'north')
    const last = source?.histories.get(record.account as AccountName)?.last
    if (source === undefined || last === undefined || saysTheSame(record, last.value)) return []
    const name = `${record.organization}/${record.account}`
    return [`${name} (${sourceKinds[source.organization]}): the table does not say what the source says`]
  })
}
