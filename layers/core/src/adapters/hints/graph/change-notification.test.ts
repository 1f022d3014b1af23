import { describe, expect, it } from 'vitest'
import { asList, member } from '../foreign.ts'
import { testSamples } from '../samples.fixture.ts'
import { readGraphNotification } from './change-notification.ts'

const vera = '87d349ed-44d7-43e1-9a83-5f2406dee5bd'
const tenant = '84bd8158-6d4d-4958-8b9f-9d6445542f95'

describe('samples of Microsoft Graph', () => {
  const read = (payload: unknown) => asList(member(payload, 'value')).map((each) => readGraphNotification(each, tenant))
  testSamples('graph', read, {
    'user-updated': [vera],
    'group-members-changed': [vera, '1f3a11c7-5d6a-4b8e-9f51-0a2b3c4d5e6f'],
    'group-deleted': 'everybody',
    'lifecycle-missed': 'everybody',
    'lifecycle-reauthorizationrequired': 'everybody',
    'lifecycle-subscriptionremoved': 'everybody',
    'another-tenant': 'nobody',
  })
})

describe('a notification', () => {
  it.each([
    [`Users/${vera}`, [vera]],
    [`/users/${vera}`, [vera]],
    [`users('${vera}')`, [vera]],
    [`users('${vera}')/appRoleAssignments/1`, [vera]],
    ['users', ['from-resource-data']],
    ['servicePrincipals/1/appRoleAssignedTo', []],
    ['', []],
  ])('about %s concerns %j', (resource, accounts) => {
    const notification = { changeType: 'updated', resource, resourceData: { id: 'from-resource-data' } }
    expect(readGraphNotification(notification)).toMatchObject({ kind: 'change', accounts })
  })

  it.each([null, 'x', {}, { changeType: 1 }])('cannot be read from %j', (value) => {
    expect(readGraphNotification(value)).toMatchObject({ kind: 'unreadable' })
  })
})
