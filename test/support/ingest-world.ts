import { MemoryIdentityAdmin } from '@rolecast/core/adapters/memory/identity-admin'
import { memoryStores } from '@rolecast/core/adapters/memory/stores'
import { PullQueue } from '@rolecast/core/application/pull-queue'
import type { ApplyEventDependencies } from '@rolecast/core/application/sync/apply-event'
import type { EventSource, HintedEvent, StatedEvent } from '@rolecast/core/domain/assignment/identity-event'
import type { Organization } from '@rolecast/core/domain/assignment/organization'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'

/** When events of these tests are received, epoch milliseconds. */
export const received = 1_793_000_000_000

export const ada: AccountStatement = {
  organization: 'acme',
  account: 'ada',
  version: 7,
  status: 'active',
  roles: [{ application: 'shop', role: 'clerk' }],
  occurredAt: received - 1_000,
}

const organization = (name: string, more: Partial<Organization> = {}): Organization => ({
  organization: name,
  title: name,
  issuer: 'https://login.example',
  applications: {},
  revision: 1,
  ...more,
})

/** Two organizations of the default identity admin and one of another; three sources of events. */
export function createIngest(statements: readonly AccountStatement[] = [ada]) {
  const time = { now: received }
  const clock = () => time.now
  const stores = memoryStores({ clock })
  for (const each of [
    organization('acme'),
    organization('globex'),
    organization('initech', { identityAdmin: 'okta' }),
  ]) {
    stores.database.organizations.set(JSON.stringify([each.organization]), each)
  }
  const identityAdmin = new MemoryIdentityAdmin({ statements })
  const sources: readonly EventSource[] = [
    { source: 'ix', tells: 'stated', identityAdmin: 'ix-admin', isDefault: true },
    { source: 'globex-bridge', tells: 'stated', identityAdmin: 'ix-admin', isDefault: true, organizations: ['globex'] },
    { source: 'hooks', tells: 'hinted' },
  ]
  const dependencies: ApplyEventDependencies = {
    ...stores,
    identityAdmin,
    pullDeadlineMs: 1_000,
    settling: new PullQueue(clock),
    clock,
    sources: new Map(sources.map((each) => [each.source, each])),
  }
  return { dependencies, identityAdmin, stores, database: stores.database, time }
}

export function stated(more: Partial<AccountStatement> = {}, told: Partial<StatedEvent> = {}): StatedEvent {
  const statement = { ...ada, ...more }
  const { version, account, occurredAt } = statement
  const digest = JSON.stringify(statement)
  return { kind: 'stated', source: 'ix', eventId: `${account}-${version}`, occurredAt, digest, statement, ...told }
}

export function hinted(told: Partial<HintedEvent> = {}): HintedEvent {
  const about = { organization: 'acme', account: 'ada', occurredAt: received - 10, ...told }
  return { kind: 'hinted', source: 'hooks', eventId: 'hint', digest: JSON.stringify(about), ...about }
}
