import { memoryStores } from '@rolecast/core/adapters/memory/stores'
import { longestParkedBytes, type ParkedEvent } from '@rolecast/core/application/sync/ports'
import { parkedId } from '@rolecast/core/domain/assignment/parked-id'
import { describe, expect, it } from 'vitest'
import { dead, drop, list, redrive, replay, replayAll, show } from './parked-commands.ts'
import { CannotBeDone } from './stage-command.ts'

const now = 1_793_000_000_000

async function setUp(...events: Partial<ParkedEvent>[]) {
  const { parked } = memoryStores({ clock: () => now })
  const ids: string[] = []
  for (const [index, more] of events.entries()) {
    const receivedAt = now - 1_000 + index
    const id = parkedId(receivedAt, `m${index}`)
    const refusal = { code: 'event_malformed' } as const
    await parked.park({ id, refusal, raw: `raw ${index}`, origin: 'queue', receivedAt, ...more })
    ids.push(id)
  }
  const sent: string[] = []
  const said: string[] = []
  const waiting: string[] = []
  const commands = {
    parked,
    queues: {
      send: async (body: string) => void sent.push(body),
      readDeadLetters: async () => ({ count: waiting.length, some: waiting.slice(0, 10) }),
      redrive: async () => void sent.push(...waiting.splice(0)),
    },
    say: (line: string) => said.push(line),
  }
  const left = async () => (await parked.listParked({ limit: 1_000 })).map(({ id }) => id)
  return { commands, ids, sent, said, waiting, left }
}

describe('parked events', () => {
  it('are listed with time and code, the youngest first', async () => {
    const { commands, ids, said } = await setUp({}, { refusal: { code: 'event_unsigned' } })
    await list(commands, { limit: 10 })
    expect(said[0]).toMatch(new RegExp(`^${ids[1]} .*event_unsigned.*parked once`))
    expect(said[1]).toContain(ids[0])
    said.length = 0
    await list(commands, { limit: 10, code: 'event_unsigned' })
    expect(said.filter((line) => line.includes('parked once'))).toHaveLength(1)
  })

  it('are shown with the reason in words, its evidence, and the event itself', async () => {
    const refusal = { code: 'event_future_dated', evidence: { aheadMs: 60_000 } } as const
    const { commands, ids, said } = await setUp({ refusal })
    await show(commands, ids[0] ?? '')
    expect(said.join('\n')).toMatch(/future[\s\S]*Set the clock of the source right[\s\S]*aheadMs: 60000[\s\S]*raw 0/)
  })

  it('are shown without what a terminal would obey', async () => {
    const raw = '{"a":\u001b]0;owned\u0007\r\u009b2J,\n\t"b":1}'
    const { commands, ids, said, waiting } = await setUp({ raw })
    waiting.push(raw)
    await show(commands, ids[0] ?? '')
    await dead(commands)
    const shown = '{"a":\\u001b]0;owned\\u0007\\u000d\\u009b2J,\n\t"b":1}'
    expect(said.filter((line) => line.includes('owned'))).toEqual([shown, shown])
  })

  it('are put back as they came, and are then parked no more', async () => {
    const { commands, ids, sent, left } = await setUp({}, {})
    await replay(commands, [ids[0] ?? ''])
    expect(sent).toEqual(['raw 0'])
    expect(await left()).toEqual([ids[1]])
  })

  it('are put back by code, many at a time', async () => {
    const events = Array.from({ length: 230 }, (_, index) =>
      index % 2 === 0 ? {} : { refusal: { code: 'event_unknown_version' as const } },
    )
    const { commands, sent, left } = await setUp(...events)
    await replayAll(commands, 'event_unknown_version')
    expect(sent).toHaveLength(115)
    expect(sent[0]).toBe('raw 1')
    expect(await left()).toHaveLength(115)
  })

  it('are not put back, none of them, where one is kept in part or came over HTTP', async () => {
    for (const one of [{ raw: 'x'.repeat(longestParkedBytes + 1) }, { origin: 'hook' }] as const) {
      const { commands, ids, sent, left } = await setUp({}, one)
      await expect(replay(commands, ids)).rejects.toThrow(CannotBeDone)
      expect(sent).toEqual([])
      expect(await left()).toHaveLength(2)
    }
  })

  it('stay parked where the queue does not take them', async () => {
    const { commands, ids, left } = await setUp({})
    const queues = { ...commands.queues, send: () => Promise.reject(new Error('no queue')) }
    await expect(replay({ ...commands, queues }, ids)).rejects.toThrow('no queue')
    expect(await left()).toEqual(ids)
  })

  it('are dropped by name; a name that is none is told', async () => {
    const { commands, ids, left } = await setUp({})
    await drop(commands, ids)
    expect(await left()).toEqual([])
    for (const command of [drop(commands, ids), show(commands, 'x'), replay(commands, ids)]) {
      await expect(command).rejects.toThrow('is not parked; list shows what is')
    }
  })
})

describe('messages that were given up', () => {
  it('are shown, and put back when asked for', async () => {
    const { commands, sent, said, waiting } = await setUp()
    waiting.push('one', 'two')
    await dead(commands)
    expect(said.join()).toMatch(/About 2 given up.*one,two/)
    await redrive(commands)
    expect(sent).toEqual(['one', 'two'])
    await redrive(commands)
    expect(said.at(-1)).toContain('nothing to do')
  })
})
