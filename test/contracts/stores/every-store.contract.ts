import { accountStoreContract } from './account-store.contract.ts'
import { changeLogContract } from './change-log.contract.ts'
import { customRoleStoreContract } from './custom-role-store.contract.ts'
import { directoryStoreContract } from './directory-store.contract.ts'
import { eventStoresContract } from './event-stores.contract.ts'
import { grantDocumentStoreContract } from './grant-document-store.contract.ts'
import { hintsContract } from './hints.contract.ts'
import { keyRingStoreContract } from './key-ring-store.contract.ts'
import { listingsContract } from './listings.contract.ts'
import { organizationStoreContract } from './organization-store.contract.ts'
import { projectionStoreContract } from './projection-store.contract.ts'
import { runStoreContract } from './run-store.contract.ts'
import { scimTokenStoreContract } from './scim-token-store.contract.ts'
import type { MakeWorld } from './world.ts'

/** The contract of every port that a database implements. */
export function storeContracts(makeWorld: MakeWorld): void {
  accountStoreContract(makeWorld)
  hintsContract(makeWorld)
  organizationStoreContract(makeWorld)
  customRoleStoreContract(makeWorld)
  grantDocumentStoreContract(makeWorld)
  keyRingStoreContract(makeWorld)
  changeLogContract(makeWorld)
  eventStoresContract(makeWorld)
  projectionStoreContract(makeWorld)
  directoryStoreContract(makeWorld)
  scimTokenStoreContract(makeWorld)
  listingsContract(makeWorld)
  runStoreContract(makeWorld)
}
