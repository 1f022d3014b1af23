/**
 * Reconciles so many accounts against a table, in a process of its own so that its memory can be told: nothing stored, then
 * nothing changed, then one account in a thousand changed. Prints one JSON document.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { sha256Fingerprint } from '@rolecast/core/adapters/fingerprints/sha256-fingerprint'
import { type IdentityAdmin, StoreUnavailable } from '@rolecast/core/application/ports'
import { advanceRun } from '@rolecast/core/application/reconcile/advance-run'
import { KnownAccounts } from '@rolecast/core/application/reconcile/known-accounts'
import { startRun } from '@rolecast/core/application/reconcile/manage-runs'
import type { ReconcileDependencies } from '@rolecast/core/application/reconcile/step'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import { defaultBrake } from '@rolecast/core/domain/reconcile/brake'
import { driftOf, hasEnded } from '@rolecast/core/domain/reconcile/run'

const [, , endpoint = '', tableName = '', count = '0'] = process.argv
const accounts = Number(count)
const organization = 'acme'
const pageSize = 200
const roles = ['flow-viewer', 'flow-editor', 'flow-publisher', 'organization-admin']
const calls = { pages: 0, single: 0 }
let changed = 0

/** Account n of a source that keeps nothing: so only reconciliation's memory is told. */
function stated(index: number): AccountStatement {
  const isChanged = index % 1_000 < changed
  const held = roles.filter((_, role) => (index * 7 + role * 3) % 5 < 2 !== (isChanged && role === 1))
  return {
    organization,
    account: `account-${String(index).padStart(9, '0')}`,
    version: isChanged ? 2 : 1,
    status: 'active',
    roles: held.map((role) => ({ application: 'customer-v2', role })),
    occurredAt: 1_750_000_000_000,
  }
}

const source: IdentityAdmin = {
  async readAccount({ account }) {
    calls.single += 1
    return { outcome: 'statement', statement: stated(Number(account.slice('account-'.length))) }
  },
  async listAccounts(_, { cursor = '0' }) {
    calls.pages += 1
    const from = Number(cursor)
    const statements = Array.from({ length: Math.min(pageSize, accounts - from) }, (__, index) => stated(from + index))
    const next = from + pageSize
    return next < accounts ? { outcome: 'page', statements, next: String(next) } : { outcome: 'page', statements }
  },
}

const requests: Record<string, number> = {}
const stores = dynamoStores({
  tableName,
  endpoint,
  onRequest: (name) => {
    requests[name] = (requests[name] ?? 0) + 1
  },
})
/** Writes about accounts, whatever they are made with. */
let accountWrites = 0
const counted = <Name extends 'applyStatement' | 'applyUnversioned' | 'confirmUnchanged' | 'withdrawConfirmation'>(
  name: Name,
) =>
  ((...question: unknown[]) => {
    accountWrites += 1
    const method = stores.accounts[name] as (...given: unknown[]) => unknown
    return method.apply(stores.accounts, question)
  }) as (typeof stores.accounts)[Name]
const dependencies: ReconcileDependencies = {
  organizations: stores.organizations,
  listings: stores.listings,
  runs: stores.runs,
  accounts: {
    readAccountAndOrganization: (key) => stores.accounts.readAccountAndOrganization(key),
    readAccounts: (keys) => stores.accounts.readAccounts(keys),
    markDirty: (...question) => stores.accounts.markDirty(...question),
    applyStatement: counted('applyStatement'),
    applyUnversioned: counted('applyUnversioned'),
    confirmUnchanged: counted('confirmUnchanged'),
    withdrawConfirmation: counted('withdrawConfirmation'),
  },
  newAccounts: {
    createAccounts: async (statements, confirmedAt) => {
      accountWrites += statements.length
      return stores.newAccounts.createAccounts(statements, confirmedAt)
    },
  },
  identityAdmin: source,
  known: new KnownAccounts(),
  fingerprint: sha256Fingerprint,
  clock: Date.now,
  newId: randomUUID,
  rules: {
    pageDeadlineMs: 10_000,
    pullDeadlineMs: 5_000,
    leaseMs: 5_000,
    stepMs: 20_000,
    everyMs: 3_600_000,
    againMs: 3_600_000,
    hintedEveryMs: 300_000,
    brake: defaultBrake,
  },
}

/** One step. A table that is too slow once ends it; it is made again when its lease has ended, as the schedule sees to. */
async function step(): ReturnType<typeof advanceRun> {
  try {
    return await advanceRun(dependencies, organization)
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    await wait(dependencies.rules.leaseMs)
    return step()
  }
}

async function reconcile(name: string) {
  for (const each of Object.keys(requests)) delete requests[each]
  Object.assign(calls, { pages: 0, single: 0 })
  accountWrites = 0
  const began = performance.now()
  await startRun(dependencies, organization, { reason: 'requested' })
  for (let steps = 0; ; steps += 1) {
    const advanced = await step()
    if (advanced.outcome !== 'advanced') throw new Error(`the run stands still: ${JSON.stringify(advanced)}`)
    if (steps % 50 === 0) process.stderr.write(`\r  reconcile, ${name}: ${advanced.run.walk.listed} of ${accounts} `)
    if (!hasEnded(advanced.run)) continue
    if (advanced.receipt?.outcome !== 'zero_drift') throw new Error(`no zero drift: ${JSON.stringify(advanced.run)}`)
    const seconds = (performance.now() - began) / 1000
    return {
      accountsPerSecond: Math.round(accounts / seconds),
      seconds: Number(seconds.toFixed(1)),
      sourcePages: calls.pages,
      sourceReads: calls.single,
      accountWrites,
      drift: driftOf(advanced.receipt.counts).found,
      requests: { ...requests },
    }
  }
}

await stores.organizations.putOrganization({
  organization,
  title: 'Acme',
  issuer: 'https://login.acme.example',
  applications: {},
  revision: 0,
})
const memoryBefore = process.memoryUsage().rss
const first = await reconcile('first run')
const second = await reconcile('second run')
changed = 1
const third = await reconcile('one in a thousand changed')
process.stderr.write('\n')
const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)
const memory = { peakMb: megabytes(process.resourceUsage().maxRSS * 1024), beforeMb: megabytes(memoryBefore) }
console.log(JSON.stringify({ accounts, ...memory, first, second, third }))
