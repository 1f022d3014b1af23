import * as v from 'valibot'
import type { Listings, OrganizationListing } from '../../application/sync/ports.ts'
import type { Organization } from '../../domain/assignment/organization.ts'
import type { AccountRecord } from '../../domain/assignment/statement.ts'
import { type AccountListing, listAccount } from '../../domain/reconcile/account-listing.ts'
import { bucketOf } from '../../domain/reconcile/fingerprints.ts'
import { sha256Fingerprint } from '../fingerprints/sha256-fingerprint.ts'
import type { Item } from './conditions.ts'
import { accountListPartition, organizationListPartition } from './keys.ts'
import { count, moment, parseItem } from './parse-item.ts'
import type { DynamoTable } from './table.ts'

const accountEntry = v.object({
  account: v.string(),
  version: count,
  digest: v.string(),
  standing: v.picklist(['active', 'inactive', 'hinted', 'withdrawn']),
  assignments: count,
})
const organizationEntry = v.object({ organization: v.string(), dirtySince: v.exactOptional(moment) })

/** The attributes by which an account's item appears in the index: `account` and `version` are its own. */
export function accountListAttributes(record: AccountRecord): Item {
  const { digest, standing, assignments } = listAccount(sha256Fingerprint, record)
  const lpk = accountListPartition(record.organization, bucketOf(sha256Fingerprint(record.account)))
  return { lpk, digest, standing, assignments }
}

/** The attribute by which an organization's item appears in the index: what it shows is the item's own. */
export function organizationListAttributes(_: Organization): Item {
  return { lpk: organizationListPartition() }
}

/** Listings from the index `lists`, which DynamoDB keeps from the items and which may be a moment behind them. */
export class DynamoListings implements Listings {
  readonly #table: DynamoTable

  constructor({ table }: { readonly table: DynamoTable }) {
    this.#table = table
  }

  async listOrganizations(): Promise<readonly OrganizationListing[]> {
    const items = await this.#table.queryList(organizationListPartition())
    return items.map((item) => parseItem(organizationEntry, item, 'organization in the index'))
  }

  async listAccounts(organization: string, bucket: number): Promise<readonly AccountListing[]> {
    const items = await this.#table.queryList(accountListPartition(organization, bucket))
    return items.map((item) => parseItem(accountEntry, item, 'account in the index'))
  }
}
