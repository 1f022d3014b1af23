import { sha256Fingerprint } from '@rolecast/core/adapters/fingerprints/sha256-fingerprint'
import type { IdentityAdmin } from '@rolecast/core/application/ports'
import { advanceRun } from '@rolecast/core/application/reconcile/advance-run'
import { KnownAccounts } from '@rolecast/core/application/reconcile/known-accounts'
import { startRun } from '@rolecast/core/application/reconcile/manage-runs'
import type { ReconcileDependencies } from '@rolecast/core/application/reconcile/step'
import { hasEnded } from '@rolecast/core/domain/reconcile/run'
import type { Machine } from './machine.ts'
import type { OrganizationName } from './plan.ts'
import type { Table } from './table.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Invocations in a row; a run that needs more goes on with the next run asked for. */
const mostSteps = 200

/** Walks through a source to the end of the run, or until the machine dies; the next one takes the run up where it is. */
export async function reconcile(
  organization: OrganizationName,
  parts: {
    readonly time: VirtualTime
    readonly machine: Machine
    readonly table: Table
    readonly identityAdmin: IdentityAdmin
  },
): Promise<void> {
  const { time, machine, table, identityAdmin } = parts
  const { clock } = machine
  let names = 0
  const dependencies: ReconcileDependencies = {
    ...table.seenFrom(machine),
    listings: table.listings,
    identityAdmin,
    known: new KnownAccounts(),
    fingerprint: sha256Fingerprint,
    clock,
    newId: () => `${clock()}-${names++}`,
    rules: {
      pageDeadlineMs: 2_000,
      pullDeadlineMs: 2_000,
      leaseMs: 30_000,
      stepMs: 20_000,
      everyMs: 3_600_000,
      againMs: 60_000,
      hintedEveryMs: 60_000,
      brake: { share: 1, least: 1_000 },
    },
  }
  await startRun(dependencies, organization, { reason: 'requested' })
  for (let step = 0; step < mostSteps; step += 1) {
    const advanced = await advanceRun(dependencies, organization)
    if (advanced.outcome === 'advanced' && hasEnded(advanced.run)) return
    if (advanced.outcome !== 'advanced') await time.pass(5_000)
  }
}
