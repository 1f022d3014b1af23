import { randomUUID } from 'node:crypto'
import { dynamoStores } from '@rolecast/core/adapters/dynamodb/stores'
import { memoryStores } from '@rolecast/core/adapters/memory/stores'
import type { DirectoryStore, ScimTokenStore } from '@rolecast/core/application/directory/ports'
import type {
  AccountStore,
  ChangeLog,
  CustomRoleStore,
  GrantDocumentStore,
  KeyRingStore,
  OrganizationStore,
} from '@rolecast/core/application/ports'
import type {
  EventIdStore,
  Listings,
  NewAccounts,
  ParkedEventStore,
  RunStore,
} from '@rolecast/core/application/sync/ports'
import type { Outbox, ProjectionStore, Views } from '@rolecast/core/application/sync/projection-ports'
import type { RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import { createTable, tableDefinition } from '../../../infra/local/emulators/dynamodb-table.ts'

/** Every store over one empty database, and the clock they read. */
export interface StoreWorld {
  readonly accounts: AccountStore
  readonly organizations: OrganizationStore
  readonly customRoles: CustomRoleStore
  readonly grantDocuments: GrantDocumentStore
  readonly keyRing: KeyRingStore
  readonly changes: ChangeLog
  readonly directory: DirectoryStore
  readonly scimTokens: ScimTokenStore
  readonly eventIds: EventIdStore
  readonly parked: ParkedEventStore
  readonly listings: Listings
  readonly runs: RunStore
  readonly newAccounts: NewAccounts
  readonly views: ProjectionStore & Outbox & Views
  readonly time: { now: number }
}

export type MakeWorld = (options?: { mayNarrow?: (added: RoleAssignment) => boolean }) => Promise<StoreWorld>

/** When the worlds begin, epoch milliseconds: in the middle of a minute, so far ahead that no database expires anything. */
export const start = 4_000_000_050_000

export const makeMemoryWorld: MakeWorld = async (options) => {
  const time = { now: start }
  return { ...memoryStores({ ...options, clock: () => time.now }), time }
}

/** A world over a table of its own; it says which, and names every request. */
export async function makeDynamoWorld(
  endpoint: string,
  options: Parameters<MakeWorld>[0] = {},
): Promise<StoreWorld & { readonly tableName: string; readonly requests: string[] }> {
  const time = { now: start }
  const tableName = `contract-${randomUUID()}`
  const requests: string[] = []
  await createTable(endpoint, tableDefinition(tableName))
  const onRequest = (operation: string) => void requests.push(operation)
  const stores = dynamoStores({ ...options, tableName, endpoint, onRequest, clock: () => time.now })
  return { ...stores, time, tableName, requests }
}
