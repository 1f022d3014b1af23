import type { Clock, KeyRing } from '../../application/ports.ts'
import type { ParkedEvent, WalkedPage } from '../../application/sync/ports.ts'
import type { CustomRole, Organization } from '../../domain/assignment/organization.ts'
import type { AccountKey, AccountRecord } from '../../domain/assignment/statement.ts'
import type { ChangeEntry } from '../../domain/freshness/change-entry.ts'
import type { Receipt, Run, Suspect } from '../../domain/reconcile/run.ts'

interface Programmed {
  readonly error: Error
  left: number
}

/**
 * What the memory stores share, as the table is shared by the real ones: one database per test. Every operation is
 * atomic, and what goes in or comes out is a copy.
 */
export class MemoryDatabase {
  readonly clock: Clock
  readonly accounts = new Map<string, AccountRecord>()
  readonly organizations = new Map<string, Organization>()
  readonly customRoles = new Map<string, CustomRole>()
  readonly grantDocuments = new Map<string, { readonly content: string; readonly expiresAt: number }>()
  readonly eventIds = new Map<string, { readonly digest: string; readonly expiresAt: number }>()
  readonly parked = new Map<string, ParkedEvent>()
  readonly runs = new Map<string, Run>()
  readonly runParts = {
    pages: new Map<string, WalkedPage>(),
    suspects: new Map<string, readonly Suspect[]>(),
    receipts: [] as Receipt[],
  }
  keyRing: KeyRing = { revision: 0, keys: [] }
  readonly changes: ChangeEntry[] = []
  /** The name of every operation in order; one that fails counts too. */
  readonly requests: string[] = []
  #programmed: Programmed[] = []

  constructor(clock: Clock = Date.now) {
    this.clock = clock
  }

  /** The next `times` operations (default: every one until `recover`) throw this error. */
  fail(error: Error, times = Number.POSITIVE_INFINITY): void {
    this.#programmed.push({ error, left: times })
  }

  recover(): void {
    this.#programmed = []
  }

  /** Counts a request, fails it when so programmed, and lets others run first, as a real request would. */
  async request(name: string): Promise<void> {
    this.requests.push(name)
    await Promise.resolve()
    const programmed = this.#programmed[0]
    if (programmed === undefined) return
    programmed.left -= 1
    if (programmed.left <= 0) this.#programmed.shift()
    throw programmed.error
  }
}

/** An injective name, whatever the identifiers hold. */
export function nameOf(...identifiers: readonly string[]): string {
  return JSON.stringify(identifiers)
}

export function nameOfAccount({ organization, account }: AccountKey): string {
  return nameOf(organization, account)
}
