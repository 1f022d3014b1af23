import type { Clock } from '../../application/ports.ts'
import type { RoleAssignment } from '../../domain/assignment/statement.ts'
import { MemoryAccountStore } from './account-store.ts'
import { MemoryChangeLog } from './change-log.ts'
import { MemoryCustomRoleStore } from './custom-role-store.ts'
import { MemoryDatabase } from './database.ts'
import { MemoryDirectoryStore } from './directory-store.ts'
import { MemoryEventIdStore } from './event-id-store.ts'
import { MemoryGrantDocumentStore } from './grant-document-store.ts'
import { MemoryKeyRingStore } from './key-ring-store.ts'
import { MemoryListings } from './listings.ts'
import { MemoryNewAccounts } from './new-accounts.ts'
import { MemoryOrganizationStore } from './organization-store.ts'
import { MemoryParkedEventStore } from './parked-event-store.ts'
import { MemoryProjectionStore } from './projection-store.ts'
import { MemoryRunStore } from './run-store.ts'
import { MemoryScimTokenStore } from './scim-token-store.ts'

/** Every store over one database in memory, as the real ones share one table. */
export function memoryStores(
  options: { readonly clock?: Clock; readonly mayNarrow?: (added: RoleAssignment) => boolean } = {},
) {
  const database = new MemoryDatabase(options.clock)
  return {
    database,
    accounts: new MemoryAccountStore(database, options),
    organizations: new MemoryOrganizationStore(database),
    customRoles: new MemoryCustomRoleStore(database),
    grantDocuments: new MemoryGrantDocumentStore(database),
    changes: new MemoryChangeLog(database),
    directory: new MemoryDirectoryStore(database),
    scimTokens: new MemoryScimTokenStore(database),
    eventIds: new MemoryEventIdStore(database),
    parked: new MemoryParkedEventStore(database),
    listings: new MemoryListings(database),
    runs: new MemoryRunStore(database),
    newAccounts: new MemoryNewAccounts(database),
    keyRing: new MemoryKeyRingStore(database),
    views: new MemoryProjectionStore(database),
  }
}
