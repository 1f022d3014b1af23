import type { EventBridgeClient, PutEventsCommand, PutEventsCommandOutput } from '@aws-sdk/client-eventbridge'
import { describe, expect, it } from 'vitest'
import { BusUnavailable } from '../../application/sync/ports.ts'
import type { Hint } from '../../domain/assignment/hint.ts'
import { EventBridgeHints } from './event-bridge-hints.ts'

const hint = (n: number, parts: Partial<Hint> = {}): Hint => ({
  source: 'acme-okta',
  eventId: `e${n}`,
  organization: 'acme',
  account: `account-${n}`,
  occurredAt: 1_000 + n,
  reason: 'group.user_membership.remove',
  ...parts,
})

/** Answers each put with what `keeps` says of its entries. */
function setUp(keeps: (put: number, entry: number) => boolean | 'throws' = () => true) {
  const puts: {
    source?: string | undefined
    type?: string | undefined
    bus?: string | undefined
    detail: unknown
  }[][] = []
  const send = async (command: PutEventsCommand): Promise<Partial<PutEventsCommandOutput>> => {
    const entries = command.input.Entries ?? []
    puts.push(
      entries.map(({ Source: source, DetailType: type, EventBusName: bus, Detail = '' }) => {
        return { source, type, bus, detail: JSON.parse(Detail) }
      }),
    )
    const results = entries.map((_, entry) => {
      const kept = keeps(puts.length - 1, entry)
      if (kept === 'throws') throw new TypeError('secret of a customer')
      return kept ? { EventId: `kept-${entry}` } : { ErrorCode: 'ThrottlingException' }
    })
    return { Entries: results, FailedEntryCount: results.filter((each) => 'ErrorCode' in each).length }
  }

  const client = { send } as Pick<EventBridgeClient, 'send'>
  return { puts, hints: new EventBridgeHints({ bus: 'identity', client }) }
}

describe('hints on the bus', () => {
  it('are `Account Hinted` of our own source, with the connection as origin', async () => {
    const { puts, hints } = setUp()
    await hints.publishHints([hint(1)])
    const { source: origin, ...rest } = hint(1)
    expect(puts).toEqual([
      [{ source: 'rolecast.hooks', type: 'Account Hinted', bus: 'identity', detail: { ...rest, origin } }],
    ])
  })

  it('about a whole organization name no account', async () => {
    const { puts, hints } = setUp()
    const { account: _, ...whole } = hint(1)
    await hints.publishHints([whole])
    expect(puts[0]?.[0]?.detail).not.toHaveProperty('account')
  })

  it('go in puts of at most ten', async () => {
    const { puts, hints } = setUp()
    await hints.publishHints(Array.from({ length: 23 }, (_, n) => hint(n)))
    expect(puts.map(({ length }) => length)).toEqual([10, 10, 3])
  })

  it('are put again where only some were kept, and only those', async () => {
    const { puts, hints } = setUp((put, entry) => put > 0 || entry !== 1)
    await hints.publishHints([hint(0), hint(1), hint(2)])
    expect(puts[1]?.map(({ detail }) => detail)).toMatchObject([{ eventId: 'e1' }])
  })

  it('that are not kept after three puts are nobody told arrived', async () => {
    const { puts, hints } = setUp(() => false)
    await expect(hints.publishHints([hint(0)])).rejects.toThrow(BusUnavailable)
    expect(puts).toHaveLength(3)
  })

  it('end as BusUnavailable that quotes nothing when the bus cannot be reached', async () => {
    const { hints } = setUp(() => 'throws')
    const error: unknown = await hints.publishHints([hint(0)]).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BusUnavailable)
    expect(String(error)).not.toContain('secret')
  })
})
