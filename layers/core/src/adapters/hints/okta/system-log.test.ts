import { describe, expect, it } from 'vitest'
import { ignored } from '../finding.ts'
import { member } from '../foreign.ts'
import { testSamples } from '../samples.fixture.ts'
import { eventsOfHook, readOktaEvent } from './system-log.ts'

const vera = '00u4vera5AbCdEfGh6i7'
const otto = '00u5otto6JkLmNoPq7r8'

describe('samples of Okta', () => {
  const read = (payload: unknown) => {
    const events = eventsOfHook(payload) ?? [member(payload, 'detail') ?? payload]
    return events.map((event) => readOktaEvent(event))
  }
  testSamples('okta', read, {
    'membership-removed': [vera],
    'membership-added-group-first': [vera],
    'membership-without-target': 'everybody',
    'membership-failed': 'nobody',
    'privilege-granted': [vera],
    'application-assigned': [vera],
    deactivated: [otto],
    'admin-role-changed': 'everybody',
    'signed-in': 'nobody',
    'event-hook': [vera, otto],
    'log-stream': [vera],
  })
})

describe('an event of the System Log', () => {
  const event = { eventType: 'group.user_membership.remove', uuid: 'u1', published: '2026-10-25T20:26:40.123Z' }

  it('takes nobody but users from its targets, also where they are listed twice', () => {
    const target = [{ type: 'AppUser', id: 'a1' }, { type: 'User', id: 'u1' }, null, { type: 'User', id: 'u2' }]
    expect(readOktaEvent({ ...event, target })).toMatchObject({ accounts: ['u1', 'u2'] })
  })

  it('names users by their login where accounts are called so, and by nothing where Okta has none to tell', () => {
    const target = (alternateId: string) => [{ type: 'User', id: 'u1', alternateId }]
    expect(readOktaEvent({ ...event, target: target('v@a.example') }, 'login')).toMatchObject({
      accounts: ['v@a.example'],
    })
    expect(readOktaEvent({ ...event, target: target('unknown') }, 'login')).toMatchObject({ accounts: [undefined] })
  })

  it.each(['FAILURE', 'failure', 'SKIPPED', 'DENY'])('changes nothing with the result %s', (result) => {
    expect(readOktaEvent({ ...event, target: [], outcome: { result } })).toBe(ignored)
  })

  it.each([undefined, null, {}, { result: null }, { result: 'UNKNOWN' }])('counts with the outcome %j', (outcome) => {
    expect(readOktaEvent({ ...event, outcome })).toMatchObject({ kind: 'change', accounts: [] })
  })

  it.each([null, 'text', 7, [], {}, { eventType: 7 }])('cannot be read from %j', (value) => {
    expect(readOktaEvent(value)).toMatchObject({ kind: 'unreadable' })
  })
})
