import { sha256Fingerprint } from '@rolecast/core/adapters/fingerprints/sha256-fingerprint'
import { MemoryIdentityAdmin } from '@rolecast/core/adapters/memory/identity-admin'
import { memoryStores } from '@rolecast/core/adapters/memory/stores'
import type { IdentityAdmin } from '@rolecast/core/application/ports'
import { type Advanced, advanceRun } from '@rolecast/core/application/reconcile/advance-run'
import { KnownAccounts } from '@rolecast/core/application/reconcile/known-accounts'
import { startRun } from '@rolecast/core/application/reconcile/manage-runs'
import type { ReconcileDependencies } from '@rolecast/core/application/reconcile/step'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import { defaultBrake } from '@rolecast/core/domain/reconcile/brake'
import { hasEnded, type Receipt, type Run } from '@rolecast/core/domain/reconcile/run'

export const start = 1_750_000_000_000

export const organization = {
  organization: 'acme',
  title: 'Acme',
  issuer: 'https://login.acme.example',
  applications: { shop: { features: [], defaultFull: false } },
  revision: 0,
}

export function statement(account: string, roles: readonly string[] = ['clerk'], version = 1): AccountStatement {
  return {
    organization: 'acme',
    account,
    version,
    status: 'active',
    roles: roles.map((role) => ({ application: 'shop', role })),
    occurredAt: start - 1_000,
  }
}

export const hour = 3_600_000

/** One organization, its source and its stores in memory, and a clock that stands until it is moved. */
export async function reconcileWorld(
  options: {
    readonly statements?: readonly AccountStatement[]
    readonly pageSize?: number
    readonly source?: IdentityAdmin
  } = {},
) {
  let now = start
  let ids = 0
  const clock = () => now
  const { database, ...stores } = memoryStores({ clock })
  const source = new MemoryIdentityAdmin({ pageSize: options.pageSize ?? 3, statements: options.statements ?? [] })
  const dependencies: ReconcileDependencies = {
    ...stores,
    identityAdmin: options.source ?? source,
    known: new KnownAccounts(),
    fingerprint: sha256Fingerprint,
    clock,
    newId: () => {
      ids += 1
      return `id-${ids}`
    },
    rules: {
      pageDeadlineMs: 10_000,
      pullDeadlineMs: 5_000,
      leaseMs: 60_000,
      stepMs: 20_000,
      everyMs: 24 * hour,
      againMs: hour,
      hintedEveryMs: 300_000,
      brake: defaultBrake,
    },
  }
  await stores.organizations.putOrganization(organization)
  const world = {
    dependencies,
    source,
    stores,
    database,
    pass: (ms: number) => {
      now += ms
    },
    now: clock,
    /** As if every account of the source had been pulled just now. */
    async store(...statements: readonly AccountStatement[]) {
      for (const each of statements) await stores.accounts.applyStatement(each, { confirmedAt: now })
      now += 1
    },
    async record(account: string) {
      return (await stores.accounts.readAccountAndOrganization({ organization: 'acme', account })).account
    },
    run: async (): Promise<Run> => {
      const run = await stores.runs.readRun('acme')
      if (run === undefined) throw new Error('there is no run')
      return run
    },
    step: (): Promise<Advanced> => advanceRun(dependencies, 'acme'),
    async begin() {
      const begun = await startRun(dependencies, 'acme', { reason: 'requested' })
      if (begun.outcome !== 'done') throw new Error('a run is under way')
    },
    /** Makes steps, and lets time pass where the run waits, until it has ended or needs a person. */
    async goOn(): Promise<Run> {
      for (let steps = 0; steps < 5_000; steps += 1) {
        now += 1
        const { outcome } = await world.step()
        const run = await world.run()
        if (hasEnded(run) || run.state === 'braked') return run
        if (outcome !== 'advanced') now = Math.max(now, (run.wakeAt ?? now) + 1)
      }
      throw new Error('the run does not end')
    },
    async reconcile(): Promise<Receipt> {
      await world.begin()
      await world.goOn()
      return world.receipt()
    },
    async receipt(): Promise<Receipt> {
      const [receipt] = await stores.runs.listReceipts('acme', 1)
      if (receipt === undefined) throw new Error('there is no receipt')
      return receipt
    },
  }
  return world
}
