import type { OrganizationStore } from '@rolecast/core/application/ports'
import {
  type Managed,
  type RunManagement,
  releaseRun,
  startRun,
  stopRun,
} from '@rolecast/core/application/reconcile/manage-runs'
import type { ReconcileRules } from '@rolecast/core/application/reconcile/step'
import type { RunStore } from '@rolecast/core/application/sync/ports'
import { driftOf, hasEnded, type Receipt, type Run } from '@rolecast/core/domain/reconcile/run'
import { CannotBeDone } from './stage-command.ts'

export interface ReconcileCommands extends RunManagement {
  readonly runs: RunStore
  readonly organizations: Pick<OrganizationStore, 'readOrganization'>
  readonly say: (line: string) => void
  readonly wait: (ms: number) => Promise<void>
}

/** @throws {CannotBeDone} for an organization that does not exist, and while another run of it goes on. */
export async function start(
  commands: ReconcileCommands,
  organization: string,
  { by, wait }: { readonly by: string; readonly wait: boolean },
): Promise<Run> {
  if ((await commands.organizations.readOrganization(organization)) === undefined) {
    throw new CannotBeDone(`There is no organization ${organization}: npm run organization creates one.`)
  }
  const run = done(await startRun(commands, organization, { reason: 'requested', by }), 'a run of it is not over')
  commands.say(`${organization}: run ${run.run} begins`)
  return wait ? follow(commands, organization, run.run) : run
}

/** @throws {CannotBeDone} where that run is not waiting for a release. */
export async function release(
  commands: ReconcileCommands,
  organization: string,
  { run: name, by, wait }: { readonly run: string; readonly by: string; readonly wait: boolean },
): Promise<Run> {
  const run = done(await releaseRun(commands, organization, { run: name, by }), 'that run is not waiting for a release')
  commands.say(`${organization}: run ${run.run} is released by ${by}`)
  return wait ? follow(commands, organization, run.run) : run
}

/** @throws {CannotBeDone} where that run is over. */
export async function stop(
  commands: ReconcileCommands & { readonly rules: Pick<ReconcileRules, 'everyMs' | 'againMs'> },
  organization: string,
  name: string,
): Promise<void> {
  done(await stopRun(commands, organization, { run: name }), 'that run is not under way')
  commands.say(`${organization}: run ${name} is stopped; what it repaired stays`)
}

/** One line for each organization that has a run. */
export async function status({ runs, say, clock }: ReconcileCommands): Promise<void> {
  const listed = await runs.listRuns()
  if (listed.length === 0) say('no organization has been reconciled yet')
  for (const { organization } of [...listed].sort((one, other) => (one.organization < other.organization ? -1 : 1))) {
    const run = await runs.readRun(organization)
    if (run === undefined) continue
    say(describeRun(run, clock()))
    if (run.state === 'braked') {
      say(`  would take ${run.losing.assignments} roles from ${run.losing.accounts} of ${run.held.accounts} accounts:`)
      say(`  ${run.examples.join(', ')}${run.losing.accounts > run.examples.length ? ', …' : ''}`)
      say(`  npm run reconcile -- release ${organization} ${run.run}   or: stop ${organization} ${run.run}`)
    }
  }
}

export async function receipts({ runs, say }: ReconcileCommands, organization: string, limit: number): Promise<void> {
  const kept = await runs.listReceipts(organization, limit)
  if (kept.length === 0) say(`${organization} has no receipt yet`)
  for (const receipt of kept) say(describeReceipt(receipt))
}

/** Says how far the run is whenever that changes, until it has ended or needs a person. */
async function follow({ runs, say, wait, clock }: ReconcileCommands, organization: string, name: string): Promise<Run> {
  let said = ''
  for (;;) {
    const run = await runs.readRun(organization)
    if (run === undefined || run.run !== name) throw new CannotBeDone('another run has begun meanwhile: see status')
    const line = describeRun(run, clock())
    if (line !== said) say(line)
    said = line
    if (hasEnded(run) || run.state === 'braked') {
      if (hasEnded(run)) for (const receipt of await runs.listReceipts(organization, 1)) say(describeReceipt(receipt))
      else say(`  needs a person: npm run reconcile -- status`)
      return run
    }
    await wait(250)
  }
}

function describeRun(run: Run, now: number): string {
  const { organization, state, phase, code, walk, counts, wakeAt } = run
  const { found } = driftOf(counts)
  const parts = [
    `${organization}: ${state}${hasEnded(run) ? '' : `, ${phase}`}${code === undefined ? '' : ` (${code})`}`,
    `${walk.pages} pages`,
    `${walk.listed} accounts listed`,
    `${counts.created} new`,
    `drift ${found}, left ${counts.left}`,
  ]
  const waits = state === 'waiting' && wakeAt !== undefined ? [`again in ${seconds(wakeAt - now)}`] : []
  return [...parts, ...waits, `run ${run.run}`].join(' · ')
}

function describeReceipt(receipt: Receipt): string {
  const { organization, outcome, code, asOf, startedAt, finishedAt, compared, buckets, digest, counts } = receipt
  const { found, repaired } = driftOf(counts)
  const headline = outcome === 'zero_drift' ? `zero drift as of ${time(asOf)}` : `${outcome}${code ? ` (${code})` : ''}`
  const parts = [
    `${organization}: ${headline}`,
    `${compared} compared, ${counts.created} new`,
    `found ${found}, repaired ${repaired}, left ${counts.left}`,
    `buckets ${buckets.agreeing}/${buckets.all} ${digest}`,
    `${seconds(finishedAt - startedAt)}`,
  ]
  const released =
    receipt.release === undefined ? [] : [`released by ${receipt.release.by} at ${time(receipt.release.at)}`]
  return [...parts, ...released].join(' · ')
}

function done(managed: Managed, otherwise: string): Run {
  if (managed.outcome === 'done') return managed.run
  const { run } = managed
  throw new CannotBeDone(
    run === undefined ? 'the organization has no run' : `${otherwise}: run ${run.run} is ${run.state}`,
  )
}

const time = (at: number) => new Date(at).toISOString()
const seconds = (ms: number) => `${(Math.max(0, ms) / 1000).toFixed(1)} s`
