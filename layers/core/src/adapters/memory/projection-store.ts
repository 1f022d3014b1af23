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
import type { Projected, Step } from '../../domain/projection/project.ts'
import { outboundEventId, timeOfEventId } from '../bus/outbound-event-id.ts'
import { type MemoryDatabase, nameOf } from './database.ts'

const day = 86_400_000
const defaultAuditDays = 400

/** The read views in memory, with the semantics of `DynamoProjectionStore`. */
export class MemoryProjectionStore implements ProjectionStore, Outbox, Views {
  readonly #database: MemoryDatabase
  readonly #projected = new Map<string, { readonly projected: Projected; readonly revision: number }>()
  /** Accounts by role. */
  readonly #members = new Map<string, Set<string>>()
  readonly #counts = new Map<string, Map<string, number>>()
  readonly #audit = new Map<string, AuditEntry>()
  readonly #outbox = new Map<string, PendingEvent>()

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async readProjected(item: Followed): Promise<StoredProjection> {
    await this.#database.request('readProjected')
    return structuredClone(this.#projected.get(nameOfItem(item)) ?? { projected: undefined, revision: 0 })
  }

  async writeStep(item: Followed, step: Step, revision: number): Promise<'written' | 'conflict'> {
    await this.#database.request('writeStep')
    const name = nameOfItem(item)
    if ((this.#projected.get(name)?.revision ?? 0) !== revision) return 'conflict'
    const { projected, audit, outbound } = structuredClone(step)
    this.#projected.set(name, { projected, revision: revision + 1 })
    for (const role of step.left) this.#move(item, role, -1)
    for (const role of step.joined) this.#move(item, role, 1)
    const { stream, sequence } = projected.position
    if (audit !== undefined) this.#audit.set(nameOf(name, stream, sequence), audit)
    if (outbound !== undefined) {
      const eventId = outboundEventId(item, projected.position, outbound.changedAt)
      this.#outbox.set(eventId, { eventId, event: outbound })
    }
    return 'written'
  }

  #move(item: Followed, { application, role }: RoleAssignment, by: 1 | -1): void {
    if (item.kind !== 'account') return
    const { organization, account } = item
    const name = nameOf(organization, application, role)
    const members = this.#members.get(name) ?? new Set()
    this.#members.set(name, members)
    if (by === 1) members.add(account)
    else members.delete(account)
    const counts = this.#counts.get(nameOf(organization, application)) ?? new Map<string, number>()
    this.#counts.set(nameOf(organization, application), counts)
    counts.set(role, (counts.get(role) ?? 0) + by)
  }

  /** The identifiers of what waits, in no order. */
  pendingIds(): readonly string[] {
    return [...this.#outbox.keys()]
  }

  async readPending(eventId: string): Promise<PendingEvent | undefined> {
    await this.#database.request('readPending')
    return structuredClone(this.#outbox.get(eventId))
  }

  async listPending({ since, limit }: { readonly since: number; readonly limit: number }) {
    await this.#database.request('listPending')
    const due = [...this.#outbox.values()].filter(({ eventId }) => timeOfEventId(eventId) <= since)
    return structuredClone(due.sort((one, other) => (one.eventId < other.eventId ? -1 : 1)).slice(0, limit))
  }

  async removePending(eventId: string): Promise<void> {
    await this.#database.request('removePending')
    this.#outbox.delete(eventId)
  }

  async listMembers(
    { organization, application, role }: { readonly organization: string } & RoleAssignment,
    { limit, after }: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly members: readonly Member[]; readonly next?: string }> {
    await this.#database.request('listMembers')
    const all = [...(this.#members.get(nameOf(organization, application, role)) ?? [])].sort()
    const rest = after === undefined ? all : all.filter((account) => account > after)
    const members = rest.slice(0, limit)
    const next = rest.length > limit ? members.at(-1) : undefined
    return { members: members.map((account) => ({ account })), ...(next !== undefined && { next }) }
  }

  async countMembers(organization: string, application: string): Promise<ReadonlyMap<string, number>> {
    await this.#database.request('countMembers')
    const counts = this.#counts.get(nameOf(organization, application)) ?? []
    return new Map([...counts].filter(([, count]) => count !== 0))
  }

  async listAudit(
    organization: string,
    { month, limit, after }: { readonly month: string; readonly limit: number; readonly after?: string },
  ): Promise<{ readonly entries: readonly AuditEntry[]; readonly next?: string }> {
    await this.#database.request('listAudit')
    const oldest = this.#database.clock() - defaultAuditDays * day
    const all = [...this.#audit]
      .filter(([, entry]) => entry.organization === organization && entry.at > oldest)
      .filter(([, { at }]) => new Date(at).toISOString().startsWith(month))
      .map(([name, entry]) => ({ key: keyOf(name, entry), entry }))
      .sort((one, other) => (one.key < other.key ? -1 : 1))
    const rest = after === undefined ? all : all.filter(({ key }) => key > after)
    const page = rest.slice(0, limit)
    const next = rest.length > limit ? page.at(-1)?.key : undefined
    return { entries: structuredClone(page.map(({ entry }) => entry)), ...(next !== undefined && { next }) }
  }
}

function nameOfItem(item: Followed): string {
  if (item.kind === 'account') return nameOf(item.kind, item.organization, item.account)
  if (item.kind === 'organization') return nameOf(item.kind, item.organization)
  return nameOf(item.kind, item.organization, item.application, item.id)
}

function keyOf(name: string, { at, position }: AuditEntry): string {
  return `${String(at).padStart(15, '0')}#${position.sequence.padStart(40, '0')}#${name}`
}
