import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { AuditCause, AuditEntry } from '@rolecast/core/domain/projection/audit-entry'
import { changeRoles } from '../../infra/local/ix-admin/administrator.ts'
import type { Running } from '../../infra/local/running.ts'
import { start } from '../../scripts/reconcile-commands.ts'
import { orderFault, readProductQueue, readUntil, storesOf } from '../support/running-system.ts'
import type { Narrator } from './narrator.ts'

const viewer = { application: 'customer-v2', role: 'flow_viewer' }
const organization = 'globex'
const key = { organization, account: 'globex-probe-7' }

/** An event is lost, and reconciliation finds what nobody told. */
export async function tellDrift(running: Running, narrator: Narrator): Promise<void> {
  const { accounts, organizations, runs } = storesOf(running)
  const { ixAdmin } = running.urls
  const administrator = { url: ixAdmin, ...running.adminClient, actingAccount: 'globex-olga' }
  const rolesStored = async () =>
    ((await accounts.readAccountAndOrganization(key)).account?.roles ?? []).map(({ role }) => role).join()
  const commands = {
    runs,
    organizations,
    clock: Date.now,
    newId: randomUUID,
    say: (line: string) => narrator.say(line),
    wait: (ms: number) => pause(ms),
  }

  narrator.chapter('12  A lost event, found by reconciliation')
  await changeRoles(administrator, key, () => [viewer])
  await readUntil(rolesStored, (roles) => roles === 'flow_viewer')
  await orderFault(ixAdmin, { kind: 'events', style: 'drop', ...key })
  try {
    await changeRoles(administrator, key, () => [])
  } finally {
    await orderFault(ixAdmin, { kind: 'none' })
  }
  narrator.expect('a role is taken away and its event is lost: the table says', 'flow_viewer', await rolesStored())
  narrator.say(`npm run reconcile -- start ${organization}`)
  const run = await start(commands, organization, { by: 'the tour', wait: true })
  narrator.expect('the run', 'done', run.state)
  narrator.expect('accounts repaired, at least one', true, run.counts.repaired >= 1)
  narrator.expect('differences left', 0, run.counts.left)
  narrator.expect('the table says', '', await rolesStored())
  const [receipt] = await runs.listReceipts(organization, 1)
  narrator.expect('its receipt (npm run reconcile -- receipts globex)', 'zero_drift', receipt?.outcome)
  narrator.say(
    `zero drift as of ${new Date(receipt?.asOf ?? 0).toISOString()}: when the walk through iX Admin's list began`,
  )
}

/** What product teams and auditors see of a change. Nothing is decided by it. */
export async function tellViews(running: Running, narrator: Narrator, dataFolder: string): Promise<void> {
  const { views } = storesOf(running)
  const administrator = { url: running.urls.ixAdmin, ...running.adminClient, actingAccount: 'globex-olga' }
  narrator.chapter('13  What the product team and the auditors see')
  const version = await changeRoles(administrator, key, () => [viewer])
  const members = async () =>
    (await views.listMembers({ organization, ...viewer }, { limit: 100 })).members.some(
      ({ account }) => account === key.account,
    )
  narrator.expect(
    'probe-7 gets Flow Viewer: npm run views -- members globex customer-v2 flow_viewer names it',
    true,
    (await readUntil(members, (value) => value)).value,
  )
  const heard = await readUntil(
    () => readProductQueue(dataFolder).find(({ detail }) => isOf(detail, version)),
    (value) => value !== undefined,
  )
  narrator.expect("the product team's queue has", 'Permissions Changed', heard.value?.['detail-type'])
  narrator.say(JSON.stringify(heard.value?.detail))
  const month = new Date().toISOString().slice(0, 7)
  const ofKey = async () => {
    const found: AuditEntry[] = []
    for (let after: string | undefined; ; ) {
      const page = await views.listAudit(organization, { month, limit: 1_000, ...(after !== undefined && { after }) })
      found.push(...page.entries.filter(({ subject }) => subject.kind === 'account' && subject.account === key.account))
      after = page.next
      if (after === undefined) return found
    }
  }
  const audited = await readUntil(ofKey, (entries) => entries.some(({ cause }) => isStated(cause, version)))
  const last = audited.value.findLast(({ cause }) => isStated(cause, version))
  narrator.expect('the audit has the change (npm run views -- audit globex)', 'changed', last?.change)
  narrator.say(JSON.stringify(last))
}

function isOf(detail: object, version: number): boolean {
  return 'account' in detail && detail.account === key.account && 'version' in detail && detail.version === version
}

function isStated(cause: AuditCause, version: number): boolean {
  return cause.kind === 'statement' && cause.version === version
}
