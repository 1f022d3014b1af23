import { describe, expect, it } from 'vitest'
import { testSamples } from '../samples.fixture.ts'
import { readSecurityEvent } from './security-event.ts'
import { accountOf } from './subject.ts'

const names = { issuer: 'https://idp.example/', accounts: 'iss_sub' } as const

describe('samples of security events', () => {
  testSamples('ssf', (payload) => [readSecurityEvent(payload, names)], {
    'session-revoked': ['acme-vera'],
    'session-revoked-of-a-session': 'everybody',
    'token-claims-change': ['acme-vera'],
    'token-claims-change-of-a-token': 'everybody',
    'credential-change': ['acme-vera'],
    'assurance-level-change': ['acme-vera'],
    'account-disabled': ['acme-vera'],
    'account-purged': ['acme-vera'],
    'device-compliance-change': 'nobody',
    verification: 'nobody',
    'stream-paused': 'everybody',
    'stream-enabled': 'nobody',
  })
})

describe('a security event', () => {
  it('happened at its event_timestamp, in seconds, else when the token was made', () => {
    const type = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'
    const claims = (event: object) => ({ jti: 'j', iat: 100, events: { [type]: event } })
    expect(readSecurityEvent(claims({ event_timestamp: 50 }), names)).toMatchObject({ at: 50_000 })
    expect(readSecurityEvent(claims({}), names)).toMatchObject({ at: 100_000 })
  })

  it.each([null, 'x', {}, { events: {} }, { events: [] }])('cannot be read from %j', (value) => {
    expect(readSecurityEvent(value, names)).toMatchObject({ kind: 'unreadable' })
  })
})

describe('a subject identifier (RFC 9493)', () => {
  const issSub = { format: 'iss_sub', iss: names.issuer, sub: 'vera' }

  it.each([
    [{ ...issSub, iss: 'https://other.example/' }],
    [{ format: 'opaque', id: 'vera' }],
    [{ format: 'email', email: 'vera' }],
    [{ format: 'account', uri: 'acct:vera@acme.example' }],
    [{ format: 'aliases', identifiers: [{ format: 'aliases', identifiers: [issSub] }] }],
    [{ format: 'complex', device: issSub }],
    [{ sub: 'vera' }],
    [undefined],
  ])('%j names no account', (subject) => {
    expect(accountOf(subject, names)).toBeUndefined()
  })

  it('names one by what the connection says accounts are called', () => {
    expect(accountOf({ format: 'opaque', id: 'vera' }, { ...names, accounts: 'opaque' })).toBe('vera')
    expect(accountOf({ format: 'email', email: 'v@a.example' }, { ...names, accounts: 'email' })).toBe('v@a.example')
  })
})
