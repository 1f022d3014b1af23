import { describe, expect, it } from 'vitest'
import { ignored } from '../finding.ts'
import { member } from '../foreign.ts'
import { testSamples } from '../samples.fixture.ts'
import { readAuth0Delivery } from './delivery.ts'
import { readAuth0Event } from './events.ts'
import { readAuth0Log } from './log-stream.ts'

const organization = 'org_Ab12Cd34Ef56Gh78'
const vera = 'auth0|66f1c2a4b3d5e7f901234567'

describe('samples of Auth0', () => {
  testSamples('auth0', (payload) => readAuth0Delivery(member(payload, 'detail') ?? payload, organization), {
    'member-role-deleted': [vera],
    'member-role-assigned': [vera],
    'member-deleted': [vera],
    'member-of-another-organization': 'nobody',
    'group-member-added': [vera],
    'group-member-is-a-group': 'everybody',
    'group-role-deleted': 'everybody',
    'user-deleted': [vera],
    'test-event': 'nobody',
    'organization-connection-added': 'nobody',
    'from-events-api': [vera],
    'events-on-bus': [vera],
    'log-roles-removed': [vera],
    'log-member-roles-removed': [vera],
    'log-members-removed': [vera, 'auth0|66f1c2a4b3d5e7f901234568'],
    'log-role-given-to-users': [vera],
    'log-role-changed': 'everybody',
    'log-sign-in': 'nobody',
    'log-webhook': [vera],
    'log-on-bus': [vera],
  })
})

describe('an event', () => {
  it('that names no organization concerns the connected one', () => {
    const event = { type: 'organization.member.role.deleted', data: { object: { user: { user_id: vera } } } }
    expect(readAuth0Event(event, organization)).toMatchObject({ accounts: [vera] })
  })

  it('without a connected organization concerns any', () => {
    const object = { organization: { id: 'org_other' }, user: { user_id: vera } }
    expect(readAuth0Event({ type: 'organization.member.deleted', data: { object } })).toMatchObject({
      accounts: [vera],
    })
  })
})

describe('a call of the Management API', () => {
  const call = (method: string, path: unknown) =>
    readAuth0Log({ data: { type: 'sapi', details: { request: { method, path } } } }, organization)

  it.each([
    ['GET', '/api/v2/users/auth0%7C1/roles'],
    ['POST', '/api/v2/clients'],
    ['DELETE', '/api/v2/organizations/org_other/members/auth0%7C1/roles'],
    ['POST', '/api/v2/roles'],
  ])('%s %s changes nothing here', (method, path) => {
    expect(call(method, path)).toBe(ignored)
  })

  it.each<[string, unknown, readonly string[]]>([
    ['PATCH', '/api/v2/users/auth0%7C1', ['auth0|1']],
    ['DELETE', '/api/v2/users/auth0%7C1?force=true', ['auth0|1']],
    ['DELETE', '/api/v2/users/auth0%7G', ['auth0%7G']],
    ['DELETE', `/api/v2/organizations/${organization}`, []],
    ['DELETE', `/api/v2/organizations/${organization}/members`, []],
    ['DELETE', '/api/v2/roles/rol_1/permissions', []],
    ['PATCH', '/api/v2/resource-servers/rs_1', []],
    ['PATCH', undefined, []],
  ])('%s %s concerns %j', (method, path, accounts) => {
    expect(call(method, path)).toMatchObject({ kind: 'change', accounts })
  })
})
