import { longestParkedBytes, type ParkedEvent, type ParkedEventStore } from '../../application/sync/ports.ts'
import { parkedForMs } from '../../domain/assignment/event-retention.ts'
import type { MemoryDatabase } from './database.ts'

/** Parked events in memory, with the semantics of `DynamoParkedEventStore`. */
export class MemoryParkedEventStore implements ParkedEventStore {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async park(event: Omit<ParkedEvent, 'attempts' | 'truncated'>): Promise<void> {
    await this.#database.request('park')
    const attempts = (this.#kept(event.id)?.attempts ?? 0) + 1
    const bytes = new TextEncoder().encode(event.raw)
    const truncated = bytes.length > longestParkedBytes
    const raw = truncated ? new TextDecoder().decode(bytes.subarray(0, longestParkedBytes)) : event.raw
    this.#database.parked.set(event.id, structuredClone({ ...event, raw, truncated, attempts }))
  }

  async listParked({ limit, before }: { readonly limit: number; readonly before?: string }) {
    await this.#database.request('listParked')
    return [...this.#database.parked.keys()]
      .filter((id) => before === undefined || id < before)
      .sort((one, other) => (one < other ? 1 : -1))
      .flatMap((id) => this.#kept(id) ?? [])
      .slice(0, limit)
      .map(({ raw: _, ...event }) => event)
  }

  async readParked(id: string): Promise<ParkedEvent | undefined> {
    await this.#database.request('readParked')
    return this.#kept(id)
  }

  async dropParked(id: string): Promise<'dropped' | 'absent'> {
    await this.#database.request('dropParked')
    return this.#database.parked.delete(id) ? 'dropped' : 'absent'
  }

  #kept(id: string): ParkedEvent | undefined {
    const event = this.#database.parked.get(id)
    const expired = event !== undefined && event.receivedAt + parkedForMs <= this.#database.clock()
    return expired ? undefined : structuredClone(event)
  }
}
