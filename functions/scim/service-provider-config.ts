import type { JsonObject } from '@rolecast/core/domain/scim/json'
import { pageSize } from './query.ts'

/** What one bulk request may hold (RFC 7644 section 3.7.4). Bytes: as large as any body. */
export const bulkLimits = { operations: 100, payload: 1_048_576 } as const

/** What the service provider does (RFC 7643 section 5, RFC 9865 section 4). */
export function serviceProviderConfig(baseUrl: string): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: bulkLimits.operations, maxPayloadSize: bulkLimits.payload },
    filter: { supported: true, maxResults: pageSize.most },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: pageSize.otherwise,
      maxPageSize: pageSize.most,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token of the organization',
        description: 'A token that the operators make for the organization, in the Authorization header',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  }
}
