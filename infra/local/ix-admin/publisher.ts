import { createHash } from 'node:crypto'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import type { Faults } from './faults.ts'

/** An event as PutEvents takes it. */
export interface BusEntry {
  readonly Source: string
  readonly DetailType: string
  readonly Detail: string
}

export type PutEvent = (entry: BusEntry) => Promise<void>

/** The longest that a reordered event waits for one to go before it, milliseconds. */
const reorderMs = 3_000

/**
 * Puts `Account Stated` (events/account-stated) onto the bus for each change, one after the other, unless a fault of kind
 * `events` says otherwise. Like other sources it gives up what the bus does not take: reconciliation finds it.
 */
export class Publisher {
  readonly #faults: Faults
  readonly #report: (problem: string) => void
  readonly #timers = new Set<NodeJS.Timeout>()
  #put: PutEvent | undefined
  #last: Promise<void> = Promise.resolve()
  #overtaken: BusEntry[] = []

  constructor(faults: Faults, report: (problem: string) => void) {
    this.#faults = faults
    this.#report = report
  }

  /** From now on changes are published, by this. */
  publishTo(put: PutEvent): void {
    this.#put = put
  }

  publish(statement: AccountStatement): void {
    const entry = toEntry(statement)
    const { organization, account } = statement
    const fault = this.#faults.forEvents({ organization, account })
    switch (fault?.style) {
      case 'drop':
        return
      case 'delay':
        this.#later(entry, fault.delayMs)
        return
      case 'reorder':
        this.#overtaken.push(entry)
        this.#later(undefined, reorderMs)
        return
      case 'duplicate':
        this.#send(entry)
        this.#send(entry)
        return
      case undefined:
        this.#send(entry)
        this.#sendOvertaken()
    }
  }

  /** When everything published so far is with the bus; what is still delayed is forgotten. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#last
  }

  #later(entry: BusEntry | undefined, delayMs: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (entry !== undefined) this.#send(entry)
      else this.#sendOvertaken()
    }, delayMs)
    this.#timers.add(timer)
  }

  /** The latest first: the other way round than they happened. */
  #sendOvertaken(): void {
    for (const entry of this.#overtaken.splice(0).reverse()) this.#send(entry)
  }

  #send(entry: BusEntry): void {
    const put = this.#put
    if (put === undefined) return
    this.#last = this.#last
      .then(() => put(entry))
      .catch((error: unknown) => this.#report(`an event was not taken by the bus: ${String(error)}`))
  }
}

function toEntry({ organization, account, version, status, roles, occurredAt }: AccountStatement): BusEntry {
  const change = createHash('sha256')
    .update(JSON.stringify([organization, account, version]))
    .digest('base64url')
  const eventId = `ix-${change.slice(0, 22)}`
  return {
    Source: 'rolecast.ix-admin',
    DetailType: 'Account Stated',
    Detail: JSON.stringify({ eventId, organization, account, version, status, roles, occurredAt }),
  }
}
