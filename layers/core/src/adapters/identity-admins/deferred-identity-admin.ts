import type { IdentityAdmin, PageOutcome, PullFailure, PullOutcome } from '../../application/ports.ts'
import type { AccountKey } from '../../domain/assignment/statement.ts'

/** A source that refuses us is opened anew at most this often. */
const reopenAtMostEveryMs = 60_000

export interface DeferredIdentityAdminOptions {
  readonly open: () => Promise<IdentityAdmin>
  readonly onFailure: (error: unknown) => void
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/**
 * An identity admin that is opened by the first read, for what is slow to open (a secret has to be fetched) and often not
 * needed. Opening counts against the deadline of whoever waits for it. When it fails, `onFailure` is told, the read ends as
 * `unavailable`, and the next read tries again. When the source refuses us, our secret may have been replaced: it is opened
 * anew and asked once more.
 */
export class DeferredIdentityAdmin implements IdentityAdmin {
  readonly #options: DeferredIdentityAdminOptions
  #opened: { readonly admin: Promise<IdentityAdmin>; readonly at: number } | undefined

  constructor(options: DeferredIdentityAdminOptions) {
    this.#options = options
  }

  readAccount(key: AccountKey, options: { readonly etag?: string; readonly deadlineMs: number }): Promise<PullOutcome> {
    return this.#read(options.deadlineMs, (admin, deadlineMs) => admin.readAccount(key, { ...options, deadlineMs }))
  }

  listAccounts(
    organization: string,
    options: { readonly cursor?: string; readonly deadlineMs: number },
  ): Promise<PageOutcome> {
    return this.#read(options.deadlineMs, (admin, deadlineMs) =>
      admin.listAccounts(organization, { ...options, deadlineMs }),
    )
  }

  async #read<T extends { readonly outcome: string }>(
    deadlineMs: number,
    read: (admin: IdentityAdmin, deadlineMs: number) => Promise<T>,
  ): Promise<T | PullFailure> {
    const { clock } = this.#options
    const endsAt = clock() + deadlineMs
    const once = async (): Promise<T | PullFailure> => {
      const admin = await this.#openBefore(endsAt - clock())
      if ('outcome' in admin) return admin
      const left = endsAt - clock()
      return left <= 0 ? { outcome: 'timeout' } : read(admin, left)
    }
    const opened = this.#opened
    const outcome = await once()
    const mayReopen = opened !== undefined && clock() - opened.at >= reopenAtMostEveryMs && endsAt > clock()
    if (outcome.outcome !== 'refused' || !mayReopen) return outcome
    if (this.#opened === opened) this.#opened = undefined
    return once()
  }

  async #openBefore(deadlineMs: number): Promise<IdentityAdmin | PullFailure> {
    this.#opened ??= { admin: this.#options.open(), at: this.#options.clock() }
    const opened = this.#opened
    const admin = opened.admin.catch((error: unknown): PullFailure => {
      if (this.#opened === opened) {
        this.#opened = undefined
        this.#options.onFailure(error)
      }
      return { outcome: 'unavailable', cause: 'network' }
    })
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<PullFailure>((resolve) => {
      timer = setTimeout(() => resolve({ outcome: 'timeout' }), deadlineMs)
    })
    try {
      return await Promise.race([admin, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
