import { identityAdmins, type SettingsOf, type SourceKind } from '@rolecast/core/adapters/environment/identity-admins'
import { Auth0 } from '@rolecast/core/adapters/identity-admins/auth0/auth0'
import { Keycloak } from '@rolecast/core/adapters/identity-admins/keycloak/keycloak'
import { Okta } from '@rolecast/core/adapters/identity-admins/okta/okta'
import { ScimSource } from '@rolecast/core/adapters/identity-admins/scim/scim-source'
import type { IdentityAdmin } from '@rolecast/core/application/ports'
import * as v from 'valibot'
import { startAuth0 } from '../../../infra/local/identity-admins/auth0.ts'
import { startKeycloak } from '../../../infra/local/identity-admins/keycloak.ts'
import { startOkta } from '../../../infra/local/identity-admins/okta.ts'
import { startScim } from '../../../infra/local/identity-admins/scim.ts'
import type { StandIn } from '../../../infra/local/identity-admins/stand-in.ts'
import type { SourceUser } from '../../../infra/local/identity-admins/truth.ts'
import type { RateLimit } from '../../../infra/local/ix-admin/rate-limit.ts'

/** A source and its adapter; `admin()` makes one that remembers nothing. */
export interface ThirdParty {
  readonly standIn: StandIn
  readonly admin: (secret?: string) => IdentityAdmin
}

export interface Described {
  readonly kind: string
  readonly validators: boolean
  /** What a user holds in this source to have the role. */
  readonly names: { readonly viewer: string; readonly publisher: string }
  start(users: readonly SourceUser[], rateLimit?: RateLimit): Promise<ThirdParty>
}

const roles = { viewer: 'customer-v2/flow_viewer', publisher: 'customer-v2/flow_publisher' }
const client = { clientId: 'rolecast', clientSecret: 's:e%c&r+e t' }
const token = 'a-token-that-must-not-be-seen'

/** As a deployment would give it: through the schema. */
function settingsOf<Kind extends SourceKind>(settings: { readonly kind: Kind } & Readonly<Record<string, unknown>>) {
  const [read] = v.parse(identityAdmins, [{ name: 'a-source', ...settings }])
  return read as SettingsOf<Kind>
}

function mappingOf(names: Described['names']): Readonly<Record<string, string>> {
  return { [names.viewer]: roles.viewer, [names.publisher]: roles.publisher }
}

const okta = (accounts: 'id' | 'login'): Described => {
  const names = { viewer: '00gviewer', publisher: '00gpublisher' }
  return {
    kind: `Okta, accounts by ${accounts}`,
    validators: false,
    names,
    start: async (users, rateLimit) => {
      const standIn = await startOkta({ port: 0, users, token, groupsPerPage: 1, ...(rateLimit && { rateLimit }) })
      const groups = mappingOf(names)
      const settings = settingsOf({ kind: 'okta', organization: 'acme', url: standIn.url, accounts, groups })
      return { standIn, admin: (secret = token) => new Okta(settings, { token: secret }) }
    },
  }
}

const auth0: Described = {
  kind: 'Auth0',
  validators: false,
  names: { viewer: 'rol_viewer', publisher: 'rol_publisher' },
  start: async (users, rateLimit) => {
    const standIn = await startAuth0({ port: 0, users, client, organization: 'org_1', ...(rateLimit && { rateLimit }) })
    const settings = settingsOf({
      kind: 'auth0',
      url: standIn.url,
      clientId: client.clientId,
      organizations: { acme: 'org_1' },
      roles: mappingOf(auth0.names),
    })
    return { standIn, admin: (secret = client.clientSecret) => new Auth0(settings, secret) }
  },
}

const keycloak: Described = {
  kind: 'Keycloak',
  validators: false,
  names: { viewer: '/customers/viewers', publisher: 'c1:publisher' },
  start: async (users, rateLimit) => {
    const standIn = await startKeycloak({ port: 0, users, client, realm: 'acme', ...(rateLimit && { rateLimit }) })
    const settings = settingsOf({
      kind: 'keycloak',
      organization: 'acme',
      url: standIn.url,
      realm: 'acme',
      clientId: client.clientId,
      realmRoles: { auditor: ['customer-v2/report_viewer'] },
      clientRoles: { c1: { publisher: roles.publisher } },
      groups: { '/customers/viewers': roles.viewer },
    })
    return { standIn, admin: (secret = client.clientSecret) => new Keycloak(settings, secret) }
  },
}

const scim = (
  accounts: 'id' | 'userName' | 'externalId',
  paging: 'index' | 'cursor',
  by: 'roles' | 'groups',
): Described => {
  const prefix = by === 'groups' ? 'group-' : ''
  const names = { viewer: `${prefix}viewer`, publisher: `${prefix}publisher` }
  return {
    kind: `SCIM, accounts by ${accounts}, pages by ${paging}, ${by}`,
    validators: accounts === 'id' && by === 'roles',
    names,
    start: async (users, rateLimit) => {
      const standIn = await startScim({ port: 0, users, token, ...(rateLimit && { rateLimit }) })
      const url = `${standIn.url}/scim/v2/`
      const settings = settingsOf({ kind: 'scim', organization: 'acme', url, accounts, paging, [by]: mappingOf(names) })
      return { standIn, admin: (secret = token) => new ScimSource(settings, { token: secret }) }
    },
  }
}

/** Every source but iX Admin, in every way it can be set up that changes how it is read. */
export const thirdParties: readonly Described[] = [
  okta('id'),
  okta('login'),
  auth0,
  keycloak,
  scim('id', 'index', 'roles'),
  scim('userName', 'cursor', 'groups'),
  scim('externalId', 'index', 'groups'),
]
