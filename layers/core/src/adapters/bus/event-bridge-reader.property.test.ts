import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { answers } from '../../domain/decision/codes.ts'
import { EventBridgeReader } from './event-bridge-reader.ts'

const now = 1_762_000_000_000
const reader = new EventBridgeReader()

const detail = {
  eventId: 'e1',
  organization: 'acme',
  account: 'ada',
  version: 7,
  status: 'active',
  roles: [{ application: 'shop', role: 'clerk' }],
  occurredAt: now,
}

/** Whatever else a member may hold. */
const other = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(undefined, null, '', -1, 0, 1.5, 2 ** 53, '__proto__', [], {}, [null], { __proto__: null }),
)
const members = fc.constantFrom(...Object.keys(detail), 'jws', 'until', 'constructor')

const spoilt = fc
  .record({
    source: fc.oneof(fc.constant('ix'), fc.string()),
    type: fc.oneof(fc.constantFrom('Account Stated', 'Account Hinted', 'Account Stated v2'), fc.string()),
    changes: fc.array(fc.tuple(members, other), { maxLength: 3 }),
  })
  .map(({ source, type, changes }) =>
    JSON.stringify({ source, 'detail-type': type, detail: { ...detail, ...Object.fromEntries(changes) } }),
  )

describe('whatever is in the queue', () => {
  test.prop([fc.oneof(fc.string(), fc.json(), spoilt)], { numRuns: 2_000 })(
    'is an event by its contract, or refused with a code; it is never thrown about',
    async (raw) => {
      const [outcome, ...others] = await reader.readEvents(raw, now)
      expect(others).toEqual([])
      if (outcome?.ok === false) {
        expect(Object.keys(answers)).toContain(outcome.refusal.code)
        return
      }
      const event = outcome?.value
      if (event?.kind !== 'stated') return expect(event?.kind).toBe('hinted')
      const { version, status, roles } = event.statement
      expect(Number.isSafeInteger(version) && version > 0).toBe(true)
      expect(['active', 'inactive']).toContain(status)
      for (const role of roles) expect(Object.keys(role).toSorted()).toEqual(['application', 'role'])
    },
  )
})
