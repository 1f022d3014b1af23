import { describe, expect, it } from 'vitest'
import type { Invocation } from '../../infra/local/lambda/function-pool.ts'
import type { EventSourceMapping } from '../../infra/local/streams/event-source-mapping.ts'
import { processBatch } from '../../infra/local/streams/process-batch.ts'
import type { StreamRecord } from '../../infra/local/streams/stream-client.ts'

const records = (count: number) =>
  Array.from(
    { length: count },
    (_, at): StreamRecord => ({
      eventID: String(at + 1),
      eventName: at % 2 === 0 ? 'INSERT' : 'REMOVE',
      dynamodb: { SequenceNumber: String(at + 1), ApproximateCreationDateTime: 1_000 },
    }),
  )
const failed: Invocation = { outcome: 'failed', error: { errorType: 'Error', errorMessage: 'no' } }
const done = (payload: unknown = null): Invocation => ({ outcome: 'returned', payload })

async function run(
  answer: (batch: readonly string[], call: number) => Invocation,
  {
    settings = {},
    now = 1_000_000,
    count = 4,
  }: { settings?: Partial<EventSourceMapping>; now?: number; count?: number } = {},
) {
  const calls: string[] = []
  const discarded: string[] = []
  let pauses = 0
  const ids = (batch: readonly StreamRecord[]) => batch.map(({ eventID }) => eventID)
  await processBatch(records(count), {
    mapping: {
      id: 'm',
      table: 't',
      functionName: 'f',
      batchSize: 10,
      filters: [],
      bisect: false,
      partialFailures: false,
      retries: 2,
      maximumAge: Number.POSITIVE_INFINITY,
      startAtLatest: false,
      ...settings,
    },
    invoke: async (batch) => {
      calls.push(ids(batch).join(' '))
      return answer(ids(batch), calls.length)
    },
    discard: (batch) => discarded.push(ids(batch).join(' ')),
    pause: async () => {
      pauses += 1
    },
    now: () => now,
  })
  return { calls, discarded, pauses }
}

describe('a batch of stream records', () => {
  it('goes to the function as it is', async () => {
    expect(await run(() => done())).toEqual({ calls: ['1 2 3 4'], discarded: [], pauses: 0 })
  })
  it('is tried again, then given up', async () => {
    expect(await run(() => failed)).toEqual({
      calls: ['1 2 3 4', '1 2 3 4', '1 2 3 4'],
      discarded: ['1 2 3 4'],
      pauses: 2,
    })
  })
  it('is given up when it is too old', async () => {
    expect(await run(() => failed, { settings: { maximumAge: 60 }, now: 1_061_000 })).toMatchObject({
      calls: ['1 2 3 4'],
      discarded: ['1 2 3 4'],
    })
    expect((await run(() => failed, { settings: { maximumAge: 60 }, now: 1_059_000 })).calls).toHaveLength(3)
  })
  it('is cut in two until only the poison is given up', async () => {
    const { calls, discarded } = await run((batch) => (batch.includes('3') ? failed : done()), {
      settings: { bisect: true, retries: 1 },
    })
    expect(calls).toEqual(['1 2 3 4', '1 2', '3 4', '3', '3', '4'])
    expect(discarded).toEqual(['3'])
  })
  it('goes on from the first record that the function names', async () => {
    const answer = (_: readonly string[], call: number) =>
      call === 1 ? done({ batchItemFailures: [{ itemIdentifier: '4' }, { itemIdentifier: '2' }] }) : done()
    expect((await run(answer, { settings: { partialFailures: true } })).calls).toEqual(['1 2 3 4', '2 3 4'])
  })
  it('is all a failure when the function names a record that is not in it', async () => {
    const answer = (_: readonly string[], call: number) =>
      call === 1 ? done({ batchItemFailures: [{ itemIdentifier: '9' }] }) : done()
    expect((await run(answer, { settings: { partialFailures: true } })).calls).toEqual(['1 2 3 4', '1 2 3 4'])
  })
  it('is done, whatever the function names, without ReportBatchItemFailures', async () => {
    expect((await run(() => done({ batchItemFailures: [{ itemIdentifier: '2' }] }))).calls).toEqual(['1 2 3 4'])
  })
  it('holds only what a filter lets through', async () => {
    const filters = [{ eventName: ['REMOVE'] }]
    expect((await run(() => done(), { settings: { filters } })).calls).toEqual(['2 4'])
    expect((await run(() => done(), { settings: { filters: [{ eventName: ['MODIFY'] }] } })).calls).toEqual([])
  })
})
