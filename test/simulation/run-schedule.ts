import type { AccountKey } from '@rolecast/core/domain/assignment/statement'
import { judge } from './oracle.ts'
import { type AccountName, type OrganizationName, organizations, type Plan, sourceKinds } from './plan.ts'
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

/** What no event told is found by reconciliation, in one of so many schedules: a run takes as long as the rest of it. */
const reconciledEvery = 5

/** Runs a plan to its end and judges every decision, and what is left in the table. */
export async function runPlan(plan: Plan): Promise<Report> {
  const world = new World(plan)
  await world.start()
  const lastStep = epochMs + (plan.steps.at(-1)?.at ?? 0)
  await world.time.runUntil(lastStep + 5_000)
  world.heal()
  await world.time.runUntil(lastStep + quietMs)
  const lost = organizations.flatMap((organization) => driftedAccounts(world, organization, world.wasTold))
  if (plan.seed % reconciledEvery === 0) {
    for (const organization of organizations) void world.reconcile(organization)
    await world.time.runUntil(lastStep + 2 * quietMs)
    lost.push(...organizations.flatMap((organization) => driftedAccounts(world, organization)))
  }
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
    lost,
    worstStalenessMs: Math.max(0, ...verdicts.map(({ verdict }) => verdict.stalenessMs)),
  }
}

/** Accounts of which the table still says, confirmed, what is no longer so. */
function driftedAccounts(
  world: World,
  organization: OrganizationName,
  among: (account: AccountKey) => boolean = () => true,
): readonly string[] {
  return world.table.confirmedRecords.flatMap((record) => {
    if (record.organization !== organization || !among(record)) return []
    const source = world.sources.get(record.organization as 'north')
    const last = source?.histories.get(record.account as AccountName)?.last
    if (source === undefined || last === undefined || saysTheSame(record, last.value)) return []
    const name = `${record.organization}/${record.account}`
    return [`${name} (${sourceKinds[source.organization]}): the table does not say what the source says`]
  })
}
