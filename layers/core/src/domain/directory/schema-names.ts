/** Schema URNs of the resources in the directory (RFC 7643 section 8), and our own extension of groups. */
export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const groupCoreSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const enterpriseUserSchema = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
/** `roles` of a group: what every member holds through it. */
export const groupSchema = 'urn:rolecast:scim:schemas:extension:1.0:Group'
