import type { Clock } from '../../application/ports.ts'
import type {
  Followed,
  Member,
  Outbox,
  PendingEvent,
  ProjectionStore,
  StoredProjection,
  Views,
} from '../../application/sync/projection-ports.ts'
import type { RoleAssignment } from '../../domain/assignment/statement.ts'
import type { AuditEntry } from '../../domain/projection/audit-entry.ts'
import type { Step } from '../../domain/projection/project.ts'
import { timeOfEventId } from '../bus/outbound-event-id.ts'
import { ifRevision, type Write } from './conditions.ts'
import {
  auditPartition,
  countItemKey,
  countsPartition,
  memberItemKey,
  membersPartition,
  outboxItemKey,
  outboxPartitions,
  projectedItemKey,
} from './keys.ts'
import { parseItem } from './parse-item.ts'
import type { DynamoTable } from './table.ts'
import {
  countItem,
  fromAuditItem,
  fromOutboxItem,
  fromProjectedItem,
  memberItem,
  toAuditItem,
  toOutboxItem,
  toProjectedItem,
} from './view-items.ts'

/** How long audit entries are kept unless an operator says otherwise: a year and a month. Days. */
export const defaultAuditDays = 400

/** The read views: how far they are, what they show, and what waits to be told. */
export class DynamoProjectionStore implements ProjectionStore, Outbox, Views {
  readonly #table: DynamoTable
  readonly #clock: Clock
  readonly #auditSeconds: number

  constructor(options: { readonly table: DynamoTable; readonly clock: Clock; readonly auditDays?: number }) {
    this.#table = options.table
    this.#clock = options.clock
    this.#auditSeconds = (options.auditDays ?? defaultAuditDays) * 86_400
  }

  async readProjected(item: Followed): Promise<StoredProjection> {
    const stored = await this.#table.get(projectedItemKey(item))
    return stored === undefined ? { projected: undefined, revision: 0 } : fromProjectedItem(stored)
  }

  async writeStep(item: Followed, step: Step, revision: number): Promise<'written' | 'conflict'> {
    const outbox = toOutboxItem(item, step)
    const writes: Write[] = [
      { put: toProjectedItem(item, step.projected, revision + 1), condition: ifRevision(revision) },
      ...step.left.flatMap((role) => this.#membership(item, role, -1)),
      ...step.joined.flatMap((role) => this.#membership(item, role, 1)),
      ...(step.audit === undefined ? [] : [{ put: toAuditItem(item, step.audit, this.#auditSeconds) }]),
      ...(outbox === undefined ? [] : [{ put: outbox }]),
    ]
    const failed = await this.#table.transact(writes)
    return failed.length === 0 ? 'written' : 'conflict'
  }

  #membership(item: Followed, { application, role }: RoleAssignment, by: 1 | -1): readonly Write[] {
    if (item.kind !== 'account') return []
    const { organization, account } = item
    const key = memberItemKey(item, { application, role })
    const named = { organization, application, role }
    return [
      by === 1 ? { put: { ...key, kind: 'member', ...named, account } } : { remove: key },
      { tally: { ...countItemKey(item, { application, role }), kind: 'count', ...named }, by },
    ]
  }

  async readPending(eventId: string): Promise<PendingEvent | undefined> {
    const item = await this.#table.get(outboxItemKey(eventId))
    return item === undefined ? undefined : fromOutboxItem(item)
  }

  async listPending({ since, limit }: { readonly since: number; readonly limit: number }) {
    const pages = await Promise.all(outboxPartitions.map((pk) => this.#table.queryPage(pk, { limit })))
    return pages
      .flatMap(({ items }) => items.map(fromOutboxItem))
      .filter(({ eventId }) => timeOfEventId(eventId) <= since)
      .slice(0, limit)
  }

  async removePending(eventId: string): Promise<void> {
    await this.#table.transact([{ remove: outboxItemKey(eventId) }])
  }

  async listMembers(
    { organization, application, role }: { readonly organization: string } & RoleAssignment,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly members: readonly Member[]; readonly next?: string }> {
    const { items, next } = await this.#table.queryPage(membersPartition(organization, application, role), page)
    const members = items.map((item) => ({ account: parseItem(memberItem, item, 'member').account }))
    return { members, ...(next !== undefined && { next }) }
  }

  async countMembers(organization: string, application: string): Promise<ReadonlyMap<string, number>> {
    const items = await this.#table.query(countsPartition(organization, application))
    const counts = new Map<string, number>()
    for (const item of items) {
      const { role, count } = parseItem(countItem, item, 'count')
      counts.set(role, (counts.get(role) ?? 0) + count)
    }
    return new Map([...counts].filter(([, count]) => count !== 0))
  }

  async listAudit(
    organization: string,
    { month, ...page }: { readonly month: string; readonly limit: number; readonly after?: string },
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly next?: string }> {
    const { items, next } = await this.#table.queryPage(auditPartition(organization, month), page)
    const now = this.#clock() / 1000
    const entries = items
      .map(fromAuditItem)
      .filter(({ ttl }) => ttl > now)
      .map(({ ttl: _, ...entry }) => entry)
    return { entries, ...(next !== undefined && { next }) }
  }
}
