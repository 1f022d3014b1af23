import type { Listings, OrganizationListing } from '../../application/sync/ports.ts'
import { type AccountListing, listAccount } from '../../domain/reconcile/account-listing.ts'
import { bucketOf } from '../../domain/reconcile/fingerprints.ts'
import { sha256Fingerprint } from '../fingerprints/sha256-fingerprint.ts'
import type { MemoryDatabase } from './database.ts'

/** Listings of what is in memory, never behind. */
export class MemoryListings implements Listings {
  readonly #database: MemoryDatabase

  constructor(database: MemoryDatabase) {
    this.#database = database
  }

  async listOrganizations(): Promise<readonly OrganizationListing[]> {
    await this.#database.request('listOrganizations')
    return [...this.#database.organizations.values()].map(({ organization, dirtySince }) => ({
      organization,
      ...(dirtySince !== undefined && { dirtySince }),
    }))
  }

  async listAccounts(organization: string, bucket: number): Promise<readonly AccountListing[]> {
    await this.#database.request('listAccounts')
    return [...this.#database.accounts.values()]
      .filter(
        (record) => record.organization === organization && bucketOf(sha256Fingerprint(record.account)) === bucket,
      )
      .map((record) => listAccount(sha256Fingerprint, record))
  }
}
