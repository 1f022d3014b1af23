import { longestParkedBytes, type ParkedEvent } from '@rolecast/core/application/sync/ports'
import { eventHorizonMs, eventIdRetentionMs, parkedForMs } from '@rolecast/core/domain/assignment/event-retention'
import { parkedId } from '@rolecast/core/domain/assignment/parked-id'
import { beforeEach, describe, expect, it } from 'vitest'
import { hostileIdentifiers } from './hostile-identifiers.ts'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

function parkedAt(receivedAt: number, name = 'message'): Omit<ParkedEvent, 'attempts' | 'truncated'> {
  const id = parkedId(receivedAt, name)
  return { id, refusal: { code: 'event_malformed' }, raw: `{"of":"${name}"}`, origin: 'queue', receivedAt }
}

/** What every EventIdStore and ParkedEventStore does. */
export function eventStoresContract(makeWorld: MakeWorld): void {
  let world: StoreWorld

  beforeEach(async () => {
    world = await makeWorld()
  })

  describe('EventIdStore', () => {
    const expiresAt = start / 1000 + 60
    const event = { source: 'rolecast.ix-admin', eventId: 'e1', digest: 'one' }

    it('tells a repetition from another content', async () => {
      expect(await world.eventIds.noteEventId(event, expiresAt)).toBe('first')
      expect(await world.eventIds.noteEventId(event, expiresAt)).toBe('same')
      expect(await world.eventIds.noteEventId({ ...event, digest: 'two' }, expiresAt)).toBe('other')
      expect(await world.eventIds.noteEventId(event, expiresAt)).toBe('same')
    })

    it('lets one of two contents through that come at once', async () => {
      const digests = ['one', 'two']
      const noted = await Promise.all(
        digests.map((digest) => world.eventIds.noteEventId({ ...event, digest }, expiresAt)),
      )
      expect(noted.toSorted()).toEqual(['first', 'other'])
    })

    it('keeps sources and identifiers apart', async () => {
      for (const name of hostileIdentifiers) {
        expect(await world.eventIds.noteEventId({ ...event, eventId: name }, expiresAt)).toBe('first')
        expect(await world.eventIds.noteEventId({ ...event, source: name }, expiresAt)).toBe('first')
      }
    })

    it('forgets after the time that was asked for, to the second', async () => {
      await world.eventIds.noteEventId(event, expiresAt)
      world.time.now = expiresAt * 1000 - 1
      expect(await world.eventIds.noteEventId({ ...event, digest: 'two' }, expiresAt + 60)).toBe('other')
      world.time.now = expiresAt * 1000
      expect(await world.eventIds.noteEventId({ ...event, digest: 'two' }, expiresAt + 60)).toBe('first')
    })

    it('remembers longer than any event is taken', () => {
      expect(eventIdRetentionMs).toBeGreaterThan(eventHorizonMs)
    })
  })

  describe('ParkedEventStore', () => {
    it('gives back what was parked, with its reason', async () => {
      const refusal = {
        code: 'event_future_dated',
        evidence: { aheadMs: 7, names: ['a'], of: 'b', late: false },
      } as const
      const event = { ...parkedAt(start), refusal }
      await world.parked.park(event)
      expect(await world.parked.readParked(event.id)).toEqual({ ...event, truncated: false, attempts: 1 })
    })

    it('counts deliveries of one message, with the reason of the last', async () => {
      const event = parkedAt(start)
      await world.parked.park(event)
      await Promise.all([world.parked.park(event), world.parked.park(event)])
      await world.parked.park({ ...event, refusal: { code: 'event_unsigned' } })
      const [parked, ...others] = await world.parked.listParked({ limit: 10 })
      expect(others).toEqual([])
      expect(parked).toMatchObject({ id: event.id, attempts: 4, refusal: { code: 'event_unsigned' } })
    })

    it('lists the youngest first, by pages, without the messages', async () => {
      const times = Array.from({ length: 25 }, (_, index) => start + index)
      for (const time of times) await world.parked.park(parkedAt(time, `m-${time}`))
      const listed: number[] = []
      for (let before: string | undefined; ; ) {
        const page = await world.parked.listParked({ limit: 10, ...(before !== undefined && { before }) })
        for (const event of page) expect(event).not.toHaveProperty('raw')
        listed.push(...page.map(({ receivedAt }) => receivedAt))
        before = page.at(-1)?.id
        if (before === undefined) break
      }
      expect(listed).toEqual(times.toReversed())
    })

    it('lists large events, too, each once', async () => {
      const times = Array.from({ length: 60 }, (_, index) => start + index)
      const raw = 'x'.repeat(200 * 1024)
      for (const time of times) {
        const event = parkedAt(time, `m-${time}`)
        await world.parked.park(time % 7 === 0 ? event : { ...event, raw })
      }
      const listed: number[] = []
      for (let before: string | undefined; ; ) {
        const page = await world.parked.listParked({ limit: 25, ...(before !== undefined && { before }) })
        listed.push(...page.map(({ receivedAt }) => receivedAt))
        before = page.at(-1)?.id
        if (before === undefined) break
      }
      expect(listed).toEqual(times.toReversed())
    })

    it('drops once', async () => {
      const event = parkedAt(start)
      await world.parked.park(event)
      expect(await world.parked.dropParked(event.id)).toBe('dropped')
      expect(await world.parked.dropParked(event.id)).toBe('absent')
      expect(await world.parked.readParked(event.id)).toBeUndefined()
    })

    it.each(['', 'x', '../..', `${start}`, '000000000000000'])('knows nothing of the name %j', async (id) => {
      expect(await world.parked.readParked(id)).toBeUndefined()
      expect(await world.parked.dropParked(id)).toBe('absent')
    })

    it('keeps events as large as a bus takes whole, and says where it had to cut', async () => {
      const whole = { ...parkedAt(start, 'whole'), raw: 'é'.repeat(128 * 1024) }
      const cut = { ...parkedAt(start, 'cut'), raw: 'é'.repeat(longestParkedBytes) }
      await world.parked.park(whole)
      await world.parked.park(cut)
      expect(await world.parked.readParked(whole.id)).toMatchObject({ raw: whole.raw, truncated: false })
      expect(await world.parked.readParked(cut.id)).toMatchObject({
        raw: 'é'.repeat(longestParkedBytes / 2),
        truncated: true,
      })
    })

    it('keeps them for the stated time', async () => {
      const event = parkedAt(start)
      await world.parked.park(event)
      world.time.now = start + parkedForMs - 1
      expect(await world.parked.listParked({ limit: 1 })).toHaveLength(1)
      world.time.now = start + parkedForMs
      expect(await world.parked.listParked({ limit: 1 })).toEqual([])
      expect(await world.parked.readParked(event.id)).toBeUndefined()
    })
  })
}
