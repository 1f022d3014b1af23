/** What the read views need from outside. Nothing that decides reads them. */
import type { AuditEntry } from '../../domain/projection/audit-entry.ts'
import type { ItemChange } from '../../domain/projection/item-change.ts'
import type { OutboundEvent } from '../../domain/projection/outbound-event.ts'
import type { Projected, Step } from '../../domain/projection/project.ts'

/** The item that a change is of. */
export type Followed =
  | Pick<ItemChange & { readonly kind: 'account' }, 'kind' | 'organization' | 'account'>
  | Pick<ItemChange & { readonly kind: 'role' }, 'kind' | 'organization' | 'application' | 'id'>
  | Pick<ItemChange & { readonly kind: 'organization' }, 'kind' | 'organization'>

/** The state of the views of one item, and the revision that guards it. */
export interface StoredProjection {
  readonly projected: Projected | undefined
  readonly revision: number
}

export interface ProjectionStore {
  readProjected(item: Followed): Promise<StoredProjection>
  /** All of the step or nothing. `conflict`: somebody wrote since `revision` was read. */
  writeStep(item: Followed, step: Step, revision: number): Promise<'written' | 'conflict'>
}

/** An event on its way out. */
export interface PendingEvent {
  /** The same for the same change, however often it is told: receivers know repetitions by it. 43 characters of base64url. */
  readonly eventId: string
  readonly event: OutboundEvent
}

export interface Outbox {
  /** Absent: it was published. */
  readPending(eventId: string): Promise<PendingEvent | undefined>
  /** What waits since this moment (epoch milliseconds) or longer, the oldest first in each of a few partitions. */
  listPending(options: { readonly since: number; readonly limit: number }): Promise<readonly PendingEvent[]>
  removePending(eventId: string): Promise<void>
}

export interface OutboundPublisher {
  /** Returns once the bus keeps every one of them. @throws BusUnavailable: some may have been kept. */
  publishEvents(events: readonly PendingEvent[]): Promise<void>
}

export interface Member {
  readonly account: string
}

/** What people are shown. A moment behind what is decided by, and never decided by. */
export interface Views {
  /** The accounts that hold a role themselves and are active, ascending by key. `next`: where the next page begins. */
  listMembers(
    role: { readonly organization: string; readonly application: string; readonly role: string },
    options: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly members: readonly Member[]; readonly next?: string }>
  /** How many members each role of an application has. */
  countMembers(organization: string, application: string): Promise<ReadonlyMap<string, number>>
  /** The entries of one month (UTC, `2026-11`), the oldest first. */
  listAudit(
    organization: string,
    options: { readonly month: string; readonly limit: number; readonly after?: string },
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly next?: string }>
}
