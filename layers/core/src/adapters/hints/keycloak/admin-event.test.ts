import { describe, expect, it } from 'vitest'
import { ignored } from '../finding.ts'
import { testSamples } from '../samples.fixture.ts'
import { readKeycloakEvent } from './admin-event.ts'

const vera = '6a5b4c3d-0f1e-4d2c-9b8a-7f6e5d4c3b2a'

describe('samples of Keycloak', () => {
  testSamples('keycloak', (payload) => [readKeycloakEvent(payload, { realm: 'acme' })], {
    'realm-role-removed': [vera],
    'client-role-added-without-representation': [vera],
    'role-of-group-removed': 'everybody',
    'left-group': [vera],
    'user-disabled': [vera],
    'organization-member-removed': [vera],
    'role-composite-removed': 'everybody',
    'another-realm': 'nobody',
    failed: 'nobody',
    'flow-changed': 'nobody',
    'account-deleted-by-its-user': [vera],
    'signed-in': 'nobody',
  })
})

describe('an admin event', () => {
  const event = { resourceType: 'ORGANIZATION_MEMBERSHIP', operationType: 'DELETE' }

  it('of another organization of the realm is ignored', () => {
    const resourcePath = `organizations/55cc/members/${vera}`
    const read = (sourceOrganization: string) =>
      readKeycloakEvent({ ...event, resourcePath }, { realm: 'acme', sourceOrganization })
    expect(read('55cc')).toMatchObject({ accounts: [vera] })
    expect(read('66dd')).toBe(ignored)
  })

  it.each([undefined, '', 'organizations/55cc', 'unknown/1'])('with the path %j concerns everybody', (resourcePath) => {
    expect(readKeycloakEvent({ ...event, resourcePath }, { realm: 'acme' })).toMatchObject({ accounts: [undefined] })
  })

  it.each([null, [], 'x', {}, { resourceType: 3 }])('cannot be read from %j', (value) => {
    expect(readKeycloakEvent(value, { realm: 'acme' })).toMatchObject({ kind: 'unreadable' })
  })
})
