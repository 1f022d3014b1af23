import { describe, expect, it } from 'vitest'
import { type Finding, toReading } from './finding.ts'
import { scope as anyScope } from './samples.fixture.ts'

const scope = { ...anyScope, receivedAt: 10_000 }

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
    expect(hints.map(({ account, eventId }) => [account, eventId.split('~')[0]])).toEqual([
      ['ann', 'new'],
      ['bo', 'e1'],
    ])
  })

  it('is about everybody as soon as one event is', () => {
    const { hints } = toReading([change(), change({ accounts: [], id: 'all' }), change({ accounts: ['bo'] })], scope)
    const { source, organization } = scope
    const eventId = expect.stringMatching(/^all~/)
    expect(hints).toEqual([{ source, organization, eventId, occurredAt: 1_000, reason: 'kind.of.event' }])
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

  it('takes a time long past for none, for the bus refuses what is too old', () => {
    const { hints } = toReading([change()], anyScope)
    expect(hints[0]?.occurredAt).toBe(anyScope.receivedAt)
  })

  it.each([undefined, '', 'a b', 7, 'x'.repeat(101)])('names an event without its id, %j', (id) => {
    expect(toReading([change({ id })], scope).hints[0]?.eventId).toMatch(/^x~[A-Za-z0-9_-]{22}$/)
  })

  it('gives the same hint the same id, and no other one', () => {
    const idOf = (parts: object, of = scope) => toReading([change(parts)], of).hints[0]?.eventId
    expect(idOf({})).toBe(idOf({}))
    const others = [idOf({ accounts: ['bo'] }), idOf({ accounts: [] }), idOf({ at: 1_001 }), idOf({ id: 'e2' })]
    const elsewhere = [idOf({}, { ...scope, source: 'other' }), idOf({}, { ...scope, organization: 'globex' })]
    expect(new Set([idOf({}), ...others, ...elsewhere]).size).toBe(7)
  })

  it('counts what it ignores and names what it cannot read by its place', () => {
    const reading = toReading([{ kind: 'ignored' }, { kind: 'unreadable', reason: 'no type' }, change()], scope)
    expect(reading).toMatchObject({ ignored: 1, refused: [{ index: 1, reason: 'no type' }] })
    expect(reading.hints).toHaveLength(1)
  })
})
