import * as v from 'valibot'
import type { Followed, PendingEvent } from '../../application/sync/projection-ports.ts'
import type { AuditCause, AuditEntry, AuditSubject } from '../../domain/projection/audit-entry.ts'
import type { Projected, Step } from '../../domain/projection/project.ts'
import { outboundEventId } from '../bus/outbound-event-id.ts'
import type { Item } from './conditions.ts'
import { auditItemKey, outboxItemKey, projectedItemKey } from './keys.ts'
import { count, moment, parseItem } from './parse-item.ts'

const position = v.object({ stream: v.string(), sequence: v.string() })
const roles = v.array(v.object({ application: v.string(), role: v.string() }))

const projectedItem = v.object({ kind: v.literal('projected'), position, roles, revision: count })

export function toProjectedItem(
  item: Followed,
  { position: { stream, sequence }, roles }: Projected,
  revision: number,
): Item {
  return {
    ...projectedItemKey(item),
    kind: 'projected',
    position: { stream, sequence },
    roles: roles.map(({ application, role }) => ({ application, role })),
    revision,
  }
}

export function fromProjectedItem(item: Item): { readonly projected: Projected; readonly revision: number } {
  const { kind: _, revision, ...projected } = parseItem(projectedItem, item, 'projected')
  return { projected, revision }
}

export const memberItem = v.object({ kind: v.literal('member'), account: v.string() })
export const countItem = v.object({
  kind: v.literal('count'),
  role: v.string(),
  count: v.pipe(v.number(), v.integer()),
})

const auditItem = v.object({
  kind: v.literal('audit'),
  organization: v.string(),
  subject: v.variant('kind', [
    v.object({ kind: v.literal('account'), account: v.string() }),
    v.object({ kind: v.literal('role'), application: v.string(), id: v.string() }),
    v.object({ kind: v.literal('organization') }),
  ]),
  change: v.picklist(['created', 'changed', 'deleted', 'withdrawn', 'reinstated']),
  at: moment,
  position,
  before: v.exactOptional(v.string()),
  after: v.exactOptional(v.string()),
  cause: v.variant('kind', [
    v.object({ kind: v.literal('statement'), version: count, occurredAt: moment, by: v.exactOptional(v.string()) }),
    v.object({ kind: v.picklist(['withdrawal', 'administration', 'repair']) }),
  ]),
  ttl: count,
})

export function toAuditItem(item: Followed, entry: AuditEntry, retentionSeconds: number): Item {
  const key = auditItemKey(item, { at: entry.at, sequence: entry.position.sequence })
  return { ...key, kind: 'audit', ...entry, ttl: Math.ceil(entry.at / 1000) + retentionSeconds }
}

export function fromAuditItem(item: Item): AuditEntry & { readonly ttl: number } {
  const { kind: _, ...entry } = parseItem(auditItem, item, 'audit entry')
  return entry satisfies { subject: AuditSubject; cause: AuditCause }
}

const shared = { organization: v.string(), mayRemove: v.boolean(), changedAt: moment }
const outboxItem = v.object({
  kind: v.literal('outbox'),
  eventId: v.string(),
  event: v.variant('type', [
    v.object({
      type: v.literal('Permissions Changed'),
      ...shared,
      account: v.string(),
      version: count,
      previousVersion: v.exactOptional(count),
      applications: v.array(v.string()),
      everyApplication: v.boolean(),
    }),
    v.object({
      type: v.literal('Role Changed'),
      ...shared,
      application: v.string(),
      role: v.string(),
      change: v.picklist(['created', 'changed', 'deleted']),
      revision: count,
    }),
  ]),
})

export function toOutboxItem(item: Followed, { projected, outbound }: Step): Item | undefined {
  if (outbound === undefined) return undefined
  const eventId = outboundEventId(item, projected.position, outbound.changedAt)
  return { ...outboxItemKey(eventId), kind: 'outbox', eventId, event: { ...outbound } }
}

export function fromOutboxItem(item: Item): PendingEvent {
  const { eventId, event } = parseItem(outboxItem, item, 'outbound event')
  return { eventId, event }
}
