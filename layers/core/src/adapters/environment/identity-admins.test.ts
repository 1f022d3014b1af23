import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { identityAdminSettings } from './identity-admins.ts'
import { InvalidConfig, readSettings } from './settings.ts'

const ixAdmin = { kind: 'ix-admin', name: 'ix-admin', url: 'https://admin.example', clientId: 'rolecast' }
const okta = {
  kind: 'okta',
  name: 'okta-globex',
  organization: 'globex',
  url: 'https://globex.okta.com',
  groups: { g1: 'a/b' },
}
const auth0 = {
  kind: 'auth0',
  name: 'auth0',
  url: 'https://acme.auth0.com',
  clientId: 'c',
  organizations: { acme: 'org_1' },
  roles: { rol_1: ['customer-v2/flow_viewer', 'interact/custom:desk'] },
}
const keycloak = {
  kind: 'keycloak',
  name: 'kc',
  organization: 'a',
  url: 'https://id.example',
  realm: 'a',
  clientId: 'c',
}
const scim = { kind: 'scim', name: 'scim', organization: 'a', url: 'https://scim.example/v2' }
const directory = { kind: 'directory', name: 'directory' }

function read(admins: unknown) {
  const env = { ROLECAST_IDENTITY_ADMINS: JSON.stringify(admins), ROLECAST_IDENTITY_ADMINS_SECRET: 'arn' }
  return readSettings('a function', v.strictObject(identityAdminSettings), env).ROLECAST_IDENTITY_ADMINS
}

describe('the settings of identity admins', () => {
  it('name one of each kind, with defaults', () => {
    expect(read([ixAdmin, okta, auth0, keycloak, scim, directory])).toEqual([
      ixAdmin,
      { ...okta, accounts: 'id' },
      auth0,
      { ...keycloak, realmRoles: {}, clientRoles: {}, groups: {} },
      { ...scim, accounts: 'id', paging: 'index', roles: {}, groups: {} },
      directory,
    ])
  })

  it.each<[string, unknown, string]>([
    ['none', [], 'must name a source'],
    ['an object', ixAdmin, 'must be Array'],
    ['a name twice', [ixAdmin, { ...okta, name: 'ix-admin' }], 'names a source twice'],
    ['an unknown kind', [{ ...ixAdmin, kind: 'ldap' }], '0.kind'],
    ['a name with a space', [{ ...ixAdmin, name: 'ix admin' }], '0.name: must be lower-case'],
    ['a secret', [{ ...ixAdmin, clientSecret: 'hush' }], '0.clientSecret: is not a setting'],
    ['an address without TLS', [{ ...ixAdmin, url: 'http://admin.example' }], '0.url: must be an https URL'],
    ['credentials in an address', [{ ...ixAdmin, url: 'https://a:hush@admin.example' }], '0.url: must be an https URL'],
    ['a mapping to no application', [{ ...okta, groups: { g1: 'flow_viewer' } }], 'must be an application and a role'],
    ['a mapping to any role', [{ ...okta, groups: { g1: 'customer-v2/*' } }], 'must be an application and a role'],
    ['a mapping to nothing', [{ ...okta, groups: { g1: [] } }], '0.groups.g1'],
    ['no mapping at all', [{ ...okta, groups: undefined }], '0.groups: is missing'],
    ['an organization of Auth0 by its name', [{ ...auth0, organizations: { acme: 'acme' } }], 'must be an org_…'],
    ['a realm with a path', [{ ...keycloak, realm: '../master' }], '0.realm: must be the name of a realm'],
    ['a client with a path', [{ ...keycloak, clientRoles: { '../x': {} } }], "must be the client's id"],
    ['paging of another kind', [{ ...scim, paging: 'offset' }], '0.paging'],
  ])('refuse %s', (_, admins, message) => {
    expect(() => read(admins)).toThrow(InvalidConfig)
    expect(() => read(admins)).toThrow(message)
    expect(() => read(admins)).not.toThrow('hush')
  })
})
