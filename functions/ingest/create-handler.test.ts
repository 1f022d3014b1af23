import { EventBridgeReader } from '@rolecast/core/adapters/bus/event-bridge-reader'
import { StoreUnavailable } from '@rolecast/core/application/ports'
import type { SQSRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { ada, createIngest, received } from '../../test/support/ingest-world.ts'
import { createHandler } from './create-handler.ts'

function setUp() {
  const world = createIngest()
  const lines: Record<string, unknown>[] = []
  const handler = createHandler({
    ...world.dependencies,
    parked: world.stores.parked,
    reader: new EventBridgeReader(),
    deliveries: 5,
    write: (line) => lines.push(JSON.parse(line)),
  })
  return { ...world, handler, lines }
}

function record(messageId: string, body: unknown, count = 1): SQSRecord {
  return {
    messageId,
    receiptHandle: messageId,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: String(count),
      SentTimestamp: String(received),
      SenderId: 'x',
      ApproximateFirstReceiveTimestamp: String(received),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn',
    awsRegion: 'eu-west-1',
  }
}

const event = (more: object = {}) => ({
  source: 'ix',
  'detail-type': 'Account Stated',
  detail: { eventId: 'e1', ...ada, ...more },
})
const hint = {
  source: 'hooks',
  'detail-type': 'Account Hinted',
  detail: { eventId: 'h1', organization: 'acme', account: 'ada', occurredAt: received, origin: 'test' },
}

describe('the ingest function', () => {
  it('applies what is good and parks what is bad, each by itself', async () => {
    const { handler, database, lines } = setUp()
    const answer = await handler({
      Records: [
        record('1', 'poison'),
        record('2', event()),
        record('3', event({ account: 'bob', eventId: 'e2', until: 1 })),
      ],
    })
    expect(answer).toEqual({ batchItemFailures: [] })
    expect([...database.accounts.keys()]).toEqual(['["acme","ada"]'])
    expect([...database.parked.values()].map(({ raw }) => raw)).toContain('poison')
    expect(lines.at(-1)).toEqual({ level: 'INFO', event: 'ingested', parked: 2, applied: 1 })
  })

  it('gives back only what the infrastructure failed, and what the source did not answer', async () => {
    const { handler, database, identityAdmin } = setUp()
    database.fail(new StoreUnavailable('down'), 1)
    expect(await handler({ Records: [record('1', event())] })).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] })
    identityAdmin.fail({ outcome: 'timeout' })
    const answer = await handler({ Records: [record('1', event()), record('2', hint), record('3', 'poison')] })
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] })
  })

  it('gives poison back where it cannot be parked, so that it is not lost', async () => {
    const { handler, database } = setUp()
    database.fail(new StoreUnavailable('down'))
    expect(await handler({ Records: [record('1', 'poison')] })).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }],
    })
  })

  it('parks a hint that nobody could settle at its last delivery, instead of losing sight of it', async () => {
    const { handler, database, identityAdmin } = setUp()
    identityAdmin.fail({ outcome: 'timeout' })
    expect(await handler({ Records: [record('1', hint, 4)] })).toMatchObject({ batchItemFailures: [{}] })
    expect(await handler({ Records: [record('1', hint, 5)] })).toEqual({ batchItemFailures: [] })
    expect([...database.parked.values()]).toMatchObject([{ refusal: { code: 'event_unsettled' } }])
  })

  it('logs codes, and nothing that a message says', async () => {
    const { handler, lines } = setUp()
    const secret = 'do-not-log-me'
    await handler({
      Records: [
        record('1', event({ account: `${secret} ` })),
        record('2', secret),
        record('3', event({ [secret]: 1 })),
      ],
    })
    expect(lines.filter(({ event: name }) => name === 'parked').map(({ code }) => code)).toEqual(
      Array(3).fill('event_malformed'),
    )
    const foreign = [event({ organization: secret, eventId: 'e9' }), { ...event({ eventId: 'e8' }), source: secret }]
    await handler({ Records: foreign.map((each, index) => record(`f${index}`, each)) })
    expect(lines.filter(({ event: name }) => name === 'parked').map(({ code }) => code)).toEqual([
      ...Array(3).fill('event_malformed'),
      'unknown_organization',
      'event_foreign_source',
    ])
    expect(JSON.stringify(lines)).not.toContain(secret)
  })
})
