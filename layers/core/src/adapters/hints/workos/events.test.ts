import { describe, expect, it } from 'vitest'
import { testSamples } from '../samples.fixture.ts'
import { readWorkosEvent } from './events.ts'

const vera = 'user_01J8Z0VERA0000000000000000'

describe('samples of WorkOS', () => {
  testSamples('workos', (payload) => [readWorkosEvent(payload, 'org_01J8Z0ACME0000000000000000')], {
    'membership-updated': [vera],
    'membership-deleted': [vera],
    'membership-of-another-organization': 'nobody',
    'role-updated': 'everybody',
    'permission-deleted': 'everybody',
    'directory-user-left-group': 'everybody',
    'directory-user-deleted': 'everybody',
    'user-deleted': [vera],
    'session-created': 'nobody',
  })
})

it.each([null, [], 'x', {}, { event: {} }])('%j cannot be read', (value) => {
  expect(readWorkosEvent(value, 'org')).toMatchObject({ kind: 'unreadable' })
})
