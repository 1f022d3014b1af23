import type { Clock } from '../../application/ports.ts'
import type { RoleAssignment } from '../../domain/assignment/statement.ts'
import { DynamoAccountStore } from './account-store.ts'
import { DynamoChangeLog } from './change-log.ts'
import { DynamoCustomRoleStore } from './custom-role-store.ts'
import { DynamoDirectoryStore } from './directory-store.ts'
import { DynamoEventIdStore } from './event-id-store.ts'
import { DynamoGrantDocumentStore } from './grant-document-store.ts'
import { DynamoKeyRingStore } from './key-ring-store.ts'
import { DynamoListings } from './listings.ts'
import { DynamoNewAccounts } from './new-accounts.ts'
import { DynamoOrganizationStore } from './organization-store.ts'
import { DynamoParkedEventStore } from './parked-event-store.ts'
import { DynamoProjectionStore } from './projection-store.ts'
import { DynamoRunStore } from './run-store.ts'
import { DynamoScimTokenStore } from './scim-token-store.ts'
import { DynamoTable, type TableOptions } from './table.ts'

export interface StoreOptions extends TableOptions {
  readonly clock?: Clock
  /** See AccountStoreOptions. */
  readonly mayNarrow?: (added: RoleAssignment) => boolean
}

/** Every store over the one table and one client. */
export function dynamoStores(options: StoreOptions) {
  const shared = { table: new DynamoTable(options), clock: options.clock ?? Date.now }
  const { mayNarrow } = options
  return {
    accounts: new DynamoAccountStore({ ...shared, ...(mayNarrow !== undefined && { mayNarrow }) }),
    organizations: new DynamoOrganizationStore(shared),
    customRoles: new DynamoCustomRoleStore(shared),
    grantDocuments: new DynamoGrantDocumentStore(shared),
    keyRing: new DynamoKeyRingStore(shared),
    changes: new DynamoChangeLog(shared),
    directory: new DynamoDirectoryStore(shared),
    scimTokens: new DynamoScimTokenStore(shared),
    eventIds: new DynamoEventIdStore(shared),
    parked: new DynamoParkedEventStore(shared),
    listings: new DynamoListings(shared),
    runs: new DynamoRunStore(shared),
    newAccounts: new DynamoNewAccounts(shared),
    views: new DynamoProjectionStore(shared),
  }
}
