import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import { describe, expect, it, vi } from 'vitest'
import { type FaultOrder, Faults } from './faults.ts'
import { type BusEntry, Publisher } from './publisher.ts'

const statement = (version: number): AccountStatement => ({
  organization: 'acme',
  account: 'ada',
  version,
  status: 'active',
  roles: [],
  occurredAt: 1,
})

function setUp(order?: FaultOrder) {
  vi.useFakeTimers()
  const faults = new Faults(() => 0)
  if (order !== undefined) expect(faults.take(order)).toBe(true)
  const put: BusEntry[] = []
  const problems: string[] = []
  const publisher = new Publisher(faults, (problem) => problems.push(problem))
  publisher.publishTo(async (entry) => void put.push(entry))
  const versions = async (afterMs = 0) => {
    await vi.advanceTimersByTimeAsync(afterMs)
    return put.map(({ Detail }) => JSON.parse(Detail).version)
  }
  return { publisher, faults, put, problems, versions }
}

describe('what iX Admin puts onto the bus', () => {
  it('is each change, in order, under a name of its own that stays the same', async () => {
    const { publisher, put, versions } = setUp()
    for (const version of [1, 2, 2]) publisher.publish(statement(version))
    expect(await versions()).toEqual([1, 2, 2])
    const [one, two, again] = put.map(({ Detail }) => JSON.parse(Detail).eventId)
    expect(again).toBe(two)
    expect(one).not.toBe(two)
  })

  it.each<[string, FaultOrder, number, number[]]>([
    ['nothing', { kind: 'events', style: 'drop' }, 60_000, []],
    ['everything twice', { kind: 'events', style: 'duplicate' }, 0, [1, 1, 2, 2]],
    ['nothing yet', { kind: 'events', style: 'delay', delayMs: 500 }, 499, []],
    ['everything late', { kind: 'events', style: 'delay', delayMs: 500 }, 500, [1, 2]],
    ['the last first', { kind: 'events', style: 'reorder' }, 3_000, [2, 1]],
    ['all of others', { kind: 'events', style: 'drop', account: 'bob' }, 0, [1, 2]],
  ])('is %s under a fault', async (_what, order, afterMs, expected) => {
    const { publisher, versions } = setUp(order)
    for (const version of [1, 2]) publisher.publish(statement(version))
    expect(await versions(afterMs)).toEqual(expected)
  })

  it('comes before what was held back, once the fault is over', async () => {
    const { publisher, faults, versions } = setUp({ kind: 'events', style: 'reorder' })
    publisher.publish(statement(1))
    faults.take({ kind: 'none' })
    publisher.publish(statement(2))
    expect(await versions()).toEqual([2, 1])
  })

  it('is given up where the bus does not take it, and the next goes on', async () => {
    const { publisher, problems, versions } = setUp()
    const put = vi.fn().mockRejectedValueOnce(new Error('refused'))
    publisher.publishTo(put)
    for (const version of [1, 2]) publisher.publish(statement(version))
    await versions()
    expect(put).toHaveBeenCalledTimes(2)
    expect(problems).toEqual([expect.stringContaining('refused')])
  })

  it('hits no reads', () => {
    const { faults } = setUp({ kind: 'events', style: 'drop' })
    expect(faults.for({ organization: 'acme', account: 'ada' })).toBeUndefined()
  })
})
