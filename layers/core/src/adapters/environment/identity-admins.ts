import * as v from 'valibot'
import { secureUrl } from './secure-url.ts'
import { text } from './settings.ts'

const assignment = v.pipe(
  v.string(),
  v.regex(
    /^[a-z][a-z0-9-]{0,63}\/(custom:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be an application and a role of it, as in "customer-v2/flow_viewer"',
  ),
)

/** What a name of the source (a group, a role) means here: `application/role`, one or several. Nothing else means anything. */
export const roleMapping = v.record(
  v.pipe(v.string(), v.nonEmpty(), v.maxLength(512)),
  v.union([assignment, v.pipe(v.array(assignment), v.nonEmpty())]),
)

export type RoleMapping = v.InferOutput<typeof roleMapping>

/** `identityAdmin` of an organization names its source by this. */
const name = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'))
const organization = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._~@|:+-]{0,127}$/, 'is no organization'))

/** Whatever speaks our own contract (events/identity-admin): one source for all its organizations. */
const ixAdmin = v.strictObject({
  kind: v.literal('ix-admin'),
  name,
  url: secureUrl,
  tokenUrl: v.optional(secureUrl),
  clientId: text,
})

/** An Okta org, which is one organization here. */
const okta = v.strictObject({
  kind: v.literal('okta'),
  name,
  organization,
  url: secureUrl,
  /** What the organization's tokens have as `sub`: the user's id or the login. */
  accounts: v.optional(v.picklist(['id', 'login']), 'id'),
  /** A service app that signs with a private key; without it the secret is an API token. */
  client: v.optional(v.strictObject({ clientId: text, keyId: text })),
  /** By group id, because names can be given twice. */
  groups: roleMapping,
})

/** An Auth0 tenant, whose organizations are organizations here; the account is the `user_id`. */
const auth0 = v.strictObject({
  kind: v.literal('auth0'),
  name,
  url: secureUrl,
  clientId: text,
  /** Of the Management API, where the tenant is reached by a domain of its own: `https://<tenant>.auth0.com/api/v2/`. */
  audience: v.optional(v.pipe(v.string(), v.url())),
  /** Our organization: the `org_…` of Auth0. */
  organizations: v.record(organization, v.pipe(v.string(), v.regex(/^org_[A-Za-z0-9]{1,64}$/, 'must be an org_…'))),
  /** By role id (`rol_…`). */
  roles: roleMapping,
})

/** A realm of Keycloak, which is one organization here; the account is the user's id. */
const keycloak = v.strictObject({
  kind: v.literal('keycloak'),
  name,
  organization,
  /** Where Keycloak is, without the realm. */
  url: secureUrl,
  realm: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be the name of a realm')),
  clientId: text,
  realmRoles: v.optional(roleMapping, {}),
  /** By the client's internal id (a UUID), then by role name. */
  clientRoles: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,64}$/, "must be the client's id, not its clientId")),
      roleMapping,
    ),
    {},
  ),
  /** By path, as in `/sales/editors`. */
  groups: v.optional(roleMapping, {}),
})

/** A SCIM 2.0 service provider (RFC 7644), which is one organization here. */
const scim = v.strictObject({
  kind: v.literal('scim'),
  name,
  organization,
  /** What `/Users` is added to. */
  url: secureUrl,
  /** What the organization's tokens have as `sub`. */
  accounts: v.optional(v.picklist(['id', 'userName', 'externalId']), 'id'),
  /** How `/Users` is paged: by `startIndex` (RFC 7644 3.4.2.4) or by `cursor` (RFC 9865). */
  paging: v.optional(v.picklist(['index', 'cursor']), 'index'),
  /** For client credentials; without it the secret is a bearer token. */
  client: v.optional(v.strictObject({ tokenUrl: secureUrl, clientId: text, scope: v.optional(text) })),
  /** By `roles[].value`. */
  roles: v.optional(roleMapping, {}),
  /** By `groups[].value`. */
  groups: v.optional(roleMapping, {}),
})

/** Our own directory in the table, filled by SCIM and by hand. */
const directory = v.strictObject({ kind: v.literal('directory'), name })

const source = v.variant('kind', [ixAdmin, okta, auth0, keycloak, scim, directory])

/** The sources of a stage. The first is that of every organization that names none. */
export const identityAdmins = v.pipe(
  v.array(source),
  v.nonEmpty('must name a source'),
  v.check((all) => new Set(all.map((each) => each.name)).size === all.length, 'names a source twice'),
)

/** The settings of every function that asks identity admins; spread them into its own. */
export const identityAdminSettings = {
  ROLECAST_IDENTITY_ADMINS: v.pipe(v.string(), v.parseJson(undefined, 'is not JSON'), identityAdmins),
  /**
   * Where their secrets are: an object by source name, each `{"clientSecret":"…"}`, `{"token":"…"}` or `{"privateKey":"…"}`. A plain
   * `{"clientSecret":"…"}` is that of the first source.
   */
  ROLECAST_IDENTITY_ADMINS_SECRET: text,
}

export type SourceSettings = v.InferOutput<typeof source>
export type SourceKind = SourceSettings['kind']
export type SettingsOf<Kind extends SourceKind> = Extract<SourceSettings, { kind: Kind }>
export type IdentityAdminsInput = v.InferInput<typeof identityAdmins>
