/** Everything a first allowed request of an HTTP API does not need: loaded when it is needed, so a cold start is short. */
export { GrantDocuments } from '@rolecast/permission-sdk/parts/grant-documents'
export { createAsking } from './ask.ts'
export { routeByPath } from './catch-all.ts'
export { createDenyLog } from './deny-log.ts'
export { createRestAuthorizer } from './rest.ts'
export { connectTokenService } from './token-service.ts'
