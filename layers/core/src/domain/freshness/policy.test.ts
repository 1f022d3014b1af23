import { describe, expect, it } from 'vitest'
import type { UnknownReason } from '../assignment/state.ts'
import type { AccountRecord } from '../assignment/statement.ts'
import { afterFailedPull, confirmationFloor, isConfirmedSince } from './policy.ts'

const limits = { confirmedForMs: 30_000, staleIfErrorMs: 900_000 }
const now = 1_800_000_000_000
const confirmed = (confirmedAt: number): AccountRecord => ({
  organization: 'acme',
  account: 'ann',
  version: 1,
  status: 'active',
  roles: [],
  occurredAt: 0,
  confirmedAt,
})

describe('the floor of a confirmation', () => {
  it.each([
    ['30 s without a wish', undefined, now - 30_000],
    ['the wish where it is stricter', 2_000, now - 2_000],
    ['30 s where the wish is laxer', 600_000, now - 30_000],
    ['the arrival of the request for 0', 0, now],
  ])('is %s', (_, assignmentMaxAgeMs, floor) => {
    const request = assignmentMaxAgeMs === undefined ? { arrivedAt: now } : { arrivedAt: now, assignmentMaxAgeMs }
    expect(confirmationFloor(request, limits)).toBe(floor)
  })

  it('is reached by a read that started at it, not by one that started before', () => {
    expect(isConfirmedSince(confirmed(now), now, now + 50)).toBe(true)
    expect(isConfirmedSince(confirmed(now - 1), now, now + 50)).toBe(false)
    expect(isConfirmedSince(undefined, 0, now)).toBe(false)
  })
})

describe('after a failed pull', () => {
  const ask = (reason: UnknownReason, confirmedAt: number, assignmentMaxAgeMs?: number) =>
    afterFailedPull(confirmed(confirmedAt), reason, {
      now,
      limits,
      ...(assignmentMaxAgeMs === undefined ? {} : { assignmentMaxAgeMs }),
    })

  it.each<UnknownReason>(['source_timeout', 'source_unavailable', 'source_garbage', 'source_partial', 'source_behind'])(
    'a record is used for 900 s when the source gave no answer (%s)',
    (reason) => {
      expect(ask(reason, now - 900_000)).toBe('stale')
      expect(ask(reason, now - 900_001)).toBe('unknown')
      expect(afterFailedPull(undefined, reason, { now, limits })).toBe('unknown')
    },
  )

  it.each<UnknownReason>(['not_found', 'source_refused_us', 'source_conflicts'])(
    'the source is believed at once when it said %s',
    (reason) => {
      expect(ask(reason, now - 1)).toBe('unknown')
      expect(ask(reason, now - 1, 0)).toBe('unknown')
    },
  )

  it('a request that asked for a young confirmation gets no old one', () => {
    expect(ask('source_timeout', now - 40_000, 2_000)).toBe('unconfirmed')
    expect(ask('source_timeout', now - 40_000, 0)).toBe('unconfirmed')
  })

  it('a request that asked for an age gets a record within it, and never one older than 900 s', () => {
    expect(ask('source_timeout', now - 60_000, 60_000)).toBe('stale')
    expect(ask('source_timeout', now - 60_001, 60_000)).toBe('unconfirmed')
    expect(ask('source_timeout', now - 900_001, 3_600_000)).toBe('unconfirmed')
  })
})
