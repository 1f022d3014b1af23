import { describe, expect, it } from 'vitest'
import { type Finding, toReading } from './finding.ts'
import { scope } from './samples.fixture.ts'

const change = (parts: Partial<Extract<Finding, { kind: 'change' }>> = {}): Finding => ({
  kind: 'change',
  id: 'e1',
  at: 1_000,
  reason: 'kind.of.event',
  accounts: ['ann'],
  ...parts,
})

describe('a reading', () => {
  it('names each account once, with its latest event', () => {
    const { hints } = toReading(
      [change({ id: 'new', at: 2_000 }), change({ id: 'old' }), change({ accounts: ['bo'] })],
      scope,
    )
    expect(hints.map(({ account, eventId }) => [account, eventId])).toEqual([
      ['ann', 'new'],
      ['bo', 'e1'],
    ])
  })

  it('is about everybody as soon as one event is', () => {
    const { hints } = toReading([change(), change({ accounts: [], id: 'all' }), change({ accounts: ['bo'] })], scope)
    expect(hints).toEqual([
      {
        source: scope.source,
        organization: scope.organization,
        eventId: 'all',
        occurredAt: 1_000,
        reason: 'kind.of.event',
      },
    ])
  })

  it.each([[undefined], [''], [7], ['a b'], ['-a'], ['x'.repeat(129)], [{}]])(
    'is about everybody where %j is named',
    (account) => {
      expect(toReading([change({ accounts: ['ann', account] })], scope).hints[0]?.account).toBeUndefined()
    },
  )

  it.each<[unknown, number]>([
    ['1970-01-01T00:00:02Z', 2_000],
    [1_500.7, 1_500],
    [undefined, scope.receivedAt],
    ['yesterday', scope.receivedAt],
    [-1, scope.receivedAt],
    [Number.NaN, scope.receivedAt],
    [scope.receivedAt + 1, scope.receivedAt],
  ])('takes the time %j as %d', (at, occurredAt) => {
    expect(toReading([change({ at })], scope).hints[0]?.occurredAt).toBe(occurredAt)
  })

  it('spells what is no event id as a digest, the same for the same event', () => {
    const idOf = (parts: object) => toReading([change(parts)], scope).hints[0]?.eventId
    for (const id of [undefined, '', 'a b', 7]) expect(idOf({ id })).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{42}$/)
    expect(idOf({ id: 'a b' })).toBe(idOf({ id: 'a b', accounts: ['bo'] }))
    expect(idOf({ id: undefined })).not.toBe(idOf({ id: undefined, accounts: ['bo'] }))
  })

  it('counts what it ignores and names what it cannot read by its place', () => {
    const reading = toReading([{ kind: 'ignored' }, { kind: 'unreadable', reason: 'no type' }, change()], scope)
    expect(reading).toMatchObject({ ignored: 1, refused: [{ index: 1, reason: 'no type' }] })
    expect(reading.hints).toHaveLength(1)
  })
})
