import type { IdentityAdmin, PageOutcome, PullFailure, PullOutcome } from '../../application/ports.ts'
import type { AccountKey, AccountStatement } from '../../domain/assignment/statement.ts'

export type IdentityAdminCall =
  | { readonly call: 'readAccount'; readonly key: AccountKey; readonly etag?: string; readonly deadlineMs: number }
  | {
      readonly call: 'listAccounts'
      readonly organization: string
      readonly cursor?: string
      readonly deadlineMs: number
    }

interface Programmed {
  readonly outcome: PullFailure
  readonly account?: string
  left: number
}

/**
 * An identity admin in memory, for use-case tests. A read answers what was true when it was CALLED, however long it is
 * then delayed or held: the least favourable race. Programmed failures come before statements, oldest first.
 */
export class MemoryIdentityAdmin implements IdentityAdmin {
  /** Every call in order; `clearCalls` empties it. */
  readonly calls: IdentityAdminCall[] = []
  readonly #statements = new Map<string, AccountStatement>()
  readonly #pageSize: number
  #programmed: Programmed[] = []
  #delayMs = 0
  #gate: Promise<void> | undefined

  constructor(options: { readonly statements?: readonly AccountStatement[]; readonly pageSize?: number } = {}) {
    this.#pageSize = options.pageSize ?? 100
    for (const statement of options.statements ?? []) this.put(statement)
  }

  /** States an account as it is from now on. The caller chooses the version, so that conflicts can be played too. */
  put(statement: AccountStatement): void {
    this.#statements.set(nameOf(statement), statement)
  }

  /** Changes members of a stated account; the version rises by one. */
  change(
    key: AccountKey,
    change: Partial<Pick<AccountStatement, 'roles' | 'status' | 'occurredAt'>>,
  ): AccountStatement {
    const before = this.#statements.get(nameOf(key))
    if (before === undefined) throw new Error(`no statement was put for ${key.organization}/${key.account}`)
    const after = { ...before, ...change, version: before.version + 1 }
    this.put(after)
    return after
  }

  /** From now on the account is not found. */
  remove(key: AccountKey): void {
    this.#statements.delete(nameOf(key))
  }

  /** The next `times` calls (default: every one until `recover`) end in this failure; for one account or for all. */
  fail(outcome: PullFailure, options: { readonly account?: string; readonly times?: number } = {}): void {
    this.#programmed.push({
      outcome,
      ...(options.account === undefined ? {} : { account: options.account }),
      left: options.times ?? Number.POSITIVE_INFINITY,
    })
  }

  /** Forgets programmed failures and delays. */
  recover(): void {
    this.#programmed = []
    this.#delayMs = 0
  }

  /** Every later call takes this long (real or fake timers); one that exceeds its deadline ends in `timeout` then. */
  delay(ms: number): void {
    this.#delayMs = ms
  }

  /** Later calls wait until the returned function is called, or until their deadline. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#gate = promise
    return () => {
      this.#gate = undefined
      resolve()
    }
  }

  clearCalls(): void {
    this.calls.length = 0
  }

  readAccount(key: AccountKey, options: { readonly etag?: string; readonly deadlineMs: number }): Promise<PullOutcome> {
    this.calls.push({ call: 'readAccount', key, ...options })
    return this.#answer<PullOutcome>(options.deadlineMs, this.#failure(key.account) ?? this.#read(key, options.etag))
  }

  listAccounts(
    organization: string,
    options: { readonly cursor?: string; readonly deadlineMs: number },
  ): Promise<PageOutcome> {
    this.calls.push({ call: 'listAccounts', organization, ...options })
    return this.#answer<PageOutcome>(
      options.deadlineMs,
      this.#failure(undefined) ?? this.#page(organization, options.cursor),
    )
  }

  #failure(account: string | undefined): PullFailure | undefined {
    const found = this.#programmed.find(
      (each) => each.left > 0 && (each.account === undefined || each.account === account),
    )
    if (found === undefined) return undefined
    found.left -= 1
    return found.outcome
  }

  #read(key: AccountKey, etag: string | undefined): PullOutcome {
    const statement = this.#statements.get(nameOf(key))
    if (statement === undefined) return { outcome: 'not_found' }
    const current = `"${statement.version}"`
    return etag === current ? { outcome: 'unchanged' } : { outcome: 'statement', statement, etag: current }
  }

  #page(organization: string, cursor: string | undefined): PageOutcome {
    const all = [...this.#statements.values()]
      .filter((statement) => statement.organization === organization)
      .sort((a, b) => (a.account < b.account ? -1 : 1))
      .filter((statement) => cursor === undefined || statement.account > cursor)
    const statements = all.slice(0, this.#pageSize)
    const last = statements.at(-1)
    return all.length > statements.length && last !== undefined
      ? { outcome: 'page', statements, next: last.account }
      : { outcome: 'page', statements }
  }

  async #answer<T>(deadlineMs: number, outcome: T): Promise<T | { readonly outcome: 'timeout' }> {
    if (!(deadlineMs > 0)) return { outcome: 'timeout' }
    const ready = Promise.all([this.#gate, this.#delayMs > 0 ? pause(this.#delayMs) : undefined])
    if (this.#gate === undefined && this.#delayMs <= 0) return outcome
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<{ readonly outcome: 'timeout' }>((resolve) => {
      timer = setTimeout(() => resolve({ outcome: 'timeout' }), deadlineMs)
    })
    try {
      return await Promise.race([ready.then(() => outcome), late])
    } finally {
      clearTimeout(timer)
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

function nameOf(key: AccountKey): string {
  return JSON.stringify([key.organization, key.account])
}
