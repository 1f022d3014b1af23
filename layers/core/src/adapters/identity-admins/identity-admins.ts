import type { IdentityAdmin, PageOutcome, PullOutcome, ReadOptions } from '../../application/ports.ts'
import type { AccountKey } from '../../domain/assignment/statement.ts'

/** What a read ends in that names a source we do not have. */
const noSuchSource = { outcome: 'refused', status: 404 } as const

/**
 * All sources behind one port: each read goes to the one that its options name, or to the first. A name that is not
 * configured is refused, and never falls back to another source: that one might know an account of the same name.
 */
export class IdentityAdmins implements IdentityAdmin {
  readonly #byName: ReadonlyMap<string, IdentityAdmin>
  readonly #first: string

  /** By name; the first is the default. @throws TypeError if there is none */
  constructor(byName: ReadonlyMap<string, IdentityAdmin>) {
    const [first] = byName.keys()
    if (first === undefined) throw new TypeError('There must be at least one identity admin')
    this.#byName = byName
    this.#first = first
  }

  async readAccount(key: AccountKey, options: ReadOptions & { readonly etag?: string }): Promise<PullOutcome> {
    const { source = this.#first, etag, deadlineMs } = options
    const admin = this.#byName.get(source)
    if (admin === undefined) return noSuchSource
    // Another source may use the same validator for something else, and an organization may change its source.
    const own = `${source} `
    const ownTag = etag?.startsWith(own) ? etag.slice(own.length) : undefined
    const read = await admin.readAccount(key, { deadlineMs, ...(ownTag !== undefined && { etag: ownTag }) })
    return read.outcome === 'statement' && read.etag !== undefined ? { ...read, etag: own + read.etag } : read
  }

  async listAccounts(organization: string, options: ReadOptions & { readonly cursor?: string }): Promise<PageOutcome> {
    const { source = this.#first, ...rest } = options
    return this.#byName.get(source)?.listAccounts(organization, rest) ?? noSuchSource
  }
}
