import type { AccountListing } from '../../domain/reconcile/account-listing.ts'
import { nothing, type Tally } from '../../domain/reconcile/brake.ts'
import { bucketCount } from '../../domain/reconcile/fingerprints.ts'
import type { Run } from '../../domain/reconcile/run.ts'
import type { Listings } from '../sync/ports.ts'

/** Organizations kept at the same time. */
const mostRuns = 2
/** Buckets read at the same time. */
const abreast = 4

/** What was stored of an organization when it was loaded, in about 150 bytes an account. */
export class Known {
  /** Those that count: what they hold could be taken away. */
  held: Tally = nothing
  /** Waiting for the source to confirm them after a hint. */
  readonly hinted: string[] = []
  readonly #said = new Map<string, string>()

  add({ account, version, digest, standing, assignments }: AccountListing): void {
    if (standing === 'hinted') this.hinted.push(account)
    if (standing === 'active') {
      this.held = { accounts: this.held.accounts + 1, assignments: this.held.assignments + assignments }
    }
    const counts = standing === 'active' || standing === 'inactive'
    this.#said.set(account, counts ? `${digest} ${version}` : '')
  }

  has(account: string): boolean {
    return this.#said.has(account)
  }

  /** Whether this very content is stored and counts. Without a version, any will do. */
  says(account: string, digest: string, version: number | undefined): boolean {
    const said = this.#said.get(account)
    return version === undefined ? said?.startsWith(`${digest} `) === true : said === `${digest} ${version}`
  }
}

/**
 * What is stored of the organization whose run is at work, kept in memory from page to page. It saves reads and decides nothing:
 * loaded when the walk began or later, it may only be too old, and whoever finds a difference reads the record.
 */
export class KnownAccounts {
  readonly #loaded = new Map<string, Promise<Known>>()

  load(listings: Listings, { organization, run, walk }: Run): Promise<Known> {
    const name = JSON.stringify([organization, run, walk.attempt])
    const found = this.#loaded.get(name)
    if (found !== undefined) return found
    const [oldest] = this.#loaded.keys()
    if (oldest !== undefined && this.#loaded.size >= mostRuns) this.#loaded.delete(oldest)
    const known = loadAll(listings, organization)
    this.#loaded.set(name, known)
    // Whoever waits for it hears of a failure; the next one loads anew.
    known.catch(() => this.#loaded.delete(name))
    return known
  }
}

async function loadAll(listings: Listings, organization: string): Promise<Known> {
  const known = new Known()
  for (let bucket = 0; bucket < bucketCount; bucket += abreast) {
    const several = Array.from({ length: abreast }, (_, index) => listings.listAccounts(organization, bucket + index))
    for (const listed of await Promise.all(several)) for (const account of listed) known.add(account)
  }
  return known
}
