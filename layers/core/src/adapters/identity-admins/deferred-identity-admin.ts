import type { IdentityAdmin, PageOutcome, PullFailure, PullOutcome } from '../../application/ports.ts'
import type { AccountKey } from '../../domain/assignment/statement.ts'

/**
 * An identity admin that is opened by the first read, for what is slow to open (a secret has to be fetched) and often not
 * needed. Opening counts against the deadline of whoever waits for it. When it fails, `onFailure` is told, the read ends as
 * `unavailable`, and the next read tries again.
 */
export class DeferredIdentityAdmin implements IdentityAdmin {
  readonly #open: () => Promise<IdentityAdmin>
  readonly #onFailure: (error: unknown) => void
  readonly #clock: () => number
  #opened: Promise<IdentityAdmin> | undefined

  constructor(options: {
    readonly open: () => Promise<IdentityAdmin>
    readonly onFailure: (error: unknown) => void
    readonly clock: () => number
  }) {
    this.#open = options.open
    this.#onFailure = options.onFailure
    this.#clock = options.clock
  }

  readAccount(key: AccountKey, options: { readonly etag?: string; readonly deadlineMs: number }): Promise<PullOutcome> {
    return this.#within(options.deadlineMs, (admin, deadlineMs) => admin.readAccount(key, { ...options, deadlineMs }))
  }

  listAccounts(
    organization: string,
    options: { readonly cursor?: string; readonly deadlineMs: number },
  ): Promise<PageOutcome> {
    return this.#within(options.deadlineMs, (admin, deadlineMs) =>
      admin.listAccounts(organization, { ...options, deadlineMs }),
    )
  }

  async #within<T>(
    deadlineMs: number,
    read: (admin: IdentityAdmin, deadlineMs: number) => Promise<T>,
  ): Promise<T | PullFailure> {
    const startedAt = this.#clock()
    const admin = await this.#openBefore(deadlineMs)
    if ('outcome' in admin) return admin
    const left = deadlineMs - (this.#clock() - startedAt)
    return left <= 0 ? { outcome: 'timeout' } : read(admin, left)
  }

  async #openBefore(deadlineMs: number): Promise<IdentityAdmin | PullFailure> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<PullFailure>((resolve) => {
      timer = setTimeout(() => resolve({ outcome: 'timeout' }), deadlineMs)
    })
    this.#opened ??= this.#open()
    const opened = this.#opened.catch((error: unknown): PullFailure => {
      this.#opened = undefined
      this.#onFailure(error)
      return { outcome: 'unavailable', cause: 'network' }
    })
    try {
      return await Promise.race([opened, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
