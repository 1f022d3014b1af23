import type { AccountStore, IdentityAdmin, OrganizationStore } from '@rolecast/core/application/ports'
import { PullQueue } from '@rolecast/core/application/pull-queue'
import { applyEvent } from '@rolecast/core/application/sync/apply-event'
import type { EventIdStore } from '@rolecast/core/application/sync/ports'
import type { Settled } from '@rolecast/core/application/sync/settle-account'
import type { EventSource, IdentityEvent } from '@rolecast/core/domain/assignment/identity-event'
import type { Machine } from './machine.ts'

export const eventSources = { stated: 'rolecast.ix-admin', hinted: 'rolecast.hooks' } as const

const sources: ReadonlyMap<string, EventSource> = new Map<string, EventSource>([
  [eventSources.stated, { source: eventSources.stated, tells: 'stated', identityAdmin: 'ix-admin', isDefault: true }],
  [eventSources.hinted, { source: eventSources.hinted, tells: 'hinted' }],
])

export interface IngestParts {
  readonly machine: Machine
  readonly stores: {
    readonly accounts: AccountStore
    readonly organizations: OrganizationStore
    readonly eventIds: EventIdStore
  }
  readonly identityAdmin: IdentityAdmin
  /** All sources here are sound: that one of their events is refused is wrong in itself. */
  readonly onRefused: (code: string) => void
}

/** True when the message is done with; false, or never, when it has to come again. */
export async function ingest(event: IdentityEvent, receivedAt: number, parts: IngestParts): Promise<boolean> {
  const { machine, stores, identityAdmin } = parts
  const { clock } = machine
  const settling = new PullQueue<Settled>(clock)
  const dependencies = { ...stores, identityAdmin, pullDeadlineMs: 2_000, clock, sources, settling }
  const applied = await applyEvent(dependencies, event, receivedAt)
  if (!applied.ok) {
    parts.onRefused(applied.refusal.code)
    return true
  }
  return applied.value.outcome !== 'unsettled'
}
