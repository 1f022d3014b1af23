import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openAssembly } from '../../infra/local/assembly/assembly.ts'
import { openFunctions } from '../../infra/local/lambda/functions.ts'
import { feedFunctions } from '../../infra/local/queues/feed-functions.ts'
import { Queue } from '../../infra/local/queues/queue.ts'
import { readQueueMappings } from '../../infra/local/queues/queue-mapping.ts'
import { openQueues } from '../../infra/local/queues/queues.ts'
import { SqsEventQueues } from '../../scripts/event-queues.ts'
import { startTestStack } from './fixtures/local-stack.ts'
import { arn, stageFolder, type TestStage } from './fixtures/stage-folder.ts'

/** Remembers every delivery; fails messages that say so, as a batch item or, with `throw`, as a whole. */
const TAKE = `
const deliveries = []
export const handler = async ({ Records, recall }) => {
  if (recall) return deliveries
  deliveries.push(Records.map(({ body, attributes }) => ({ ...JSON.parse(body), count: Number(attributes.ApproximateReceiveCount) })))
  if (Records.some(({ body }) => JSON.parse(body).throw)) throw new Error('refused')
  const failed = Records.filter(({ body }) => JSON.parse(body).fail)
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) }
}`

const fed = (mapping: object = {}): TestStage => ({
  functions: { Fn: { code: TAKE } },
  resources: {
    Dlq: { Type: 'AWS::SQS::Queue' },
    Queue: {
      Type: 'AWS::SQS::Queue',
      Properties: { RedrivePolicy: { deadLetterTargetArn: arn('Dlq'), maxReceiveCount: 3 } },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: arn('Queue'),
        FunctionName: { Ref: 'Fn' },
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ...mapping,
      },
    },
  },
})

/** Queues that feed their function with hardly a pause between tries. */
function startFeeding(stage: TestStage, dataFolder?: string) {
  const folder = stageFolder({ One: stage })
  onTestFinished(() => folder[Symbol.dispose]())
  const assembly = openAssembly({ outdir: folder.outdir, stage: folder.stage })
  const log = () => {}
  const functions = openFunctions(assembly, { endpoints: {}, log, concurrency: 1 })
  const queues = openQueues(assembly, dataFolder)
  const feeds = feedFunctions({ mappings: readQueueMappings(assembly), queues, functions, log, retryDelays: [5] })
  onTestFinished(async () => {
    await feeds.stop()
    await functions.close()
  })
  const deliveries = async () => {
    const answer = await functions.find('One-Fn').invoke({ recall: true })
    return answer.outcome === 'returned' ? (answer.payload as { n: number; count: number }[][]) : []
  }
  const send = (message: unknown) => queues.send('arn:aws:sqs:eu-west-1:000000000000:One-Queue', message)
  return { queues, feeds, deliveries, send }
}

const scratch = () => mkdtempSync(join(tmpdir(), 'queues-'))

describe('a queue that feeds a function', () => {
  it('hands messages over once where they are taken', async () => {
    const { queues, feeds, deliveries, send } = startFeeding(fed())
    for (const n of [1, 2, 3]) send({ n })
    await feeds.settled()
    const taken = (await deliveries()).flat()
    expect(taken.map(({ n }) => n).toSorted()).toEqual([1, 2, 3])
    expect(taken.every(({ count }) => count === 1)).toBe(true)
    expect(queues.messages('One-Queue')).toEqual([])
  })

  it('tries what failed again, alone, then gives it up to the dead letters', async () => {
    const { queues, feeds, deliveries, send } = startFeeding(fed())
    send({ n: 1, fail: true })
    send({ n: 2 })
    await feeds.settled()
    const counts = (await deliveries()).flat().reduce<Record<number, number>>((seen, { n }) => {
      seen[n] = (seen[n] ?? 0) + 1
      return seen
    }, {})
    expect(counts).toEqual({ 1: 3, 2: 1 })
    expect(queues.messages('One-Dlq')).toEqual([{ n: 1, fail: true }])
  })

  it('gives a whole batch again when the function breaks, or names a message that is none of it', async () => {
    const { queues, feeds, send } = startFeeding(fed())
    send({ n: 1, throw: true })
    await feeds.settled()
    expect(queues.messages('One-Dlq')).toEqual([{ n: 1, throw: true }])
  })

  it('takes named failures for nothing where the mapping does not ask for them', async () => {
    const { queues, feeds, deliveries, send } = startFeeding(fed({ FunctionResponseTypes: [] }))
    send({ n: 1, fail: true })
    await feeds.settled()
    expect((await deliveries()).flat()).toHaveLength(1)
    expect(queues.messages('One-Dlq')).toEqual([])
  })

  it('refuses at start to be fed from elsewhere', async () => {
    const EventSourceArn = 'arn:aws:kinesis:eu-west-1:000000000000:stream/s'
    await expect(startTestStack(fed({ EventSourceArn }))).rejects.toMatchObject({ code: 'resource_unsupported' })
    const foreign = 'arn:aws:sqs:eu-west-1:000000000000:elsewhere'
    await expect(startTestStack(fed({ EventSourceArn: foreign }))).rejects.toMatchObject({ code: 'reference_unknown' })
  })
})

describe('the file of a queue', () => {
  const settings = { name: 'q', arn: 'arn:aws:sqs:r:0:q', url: 'https://q', visibilityMs: 1_000 }

  it('brings back what was not deleted, how often it was handed over, and shows it at once', () => {
    const file = join(scratch(), 'q.jsonl')
    const before = new Queue(settings, file)
    const [one, two] = [before.send('1'), before.send('2')]
    before.receive({ most: 1 }, () => {})
    before.delete(two.id)
    const after = new Queue(settings, file)
    expect(after.messages).toMatchObject([{ id: one.id, body: '1', received: 1 }])
    expect(after.receive({ most: 10 }, () => {})).toMatchObject([{ id: one.id, received: 2 }])
  })

  it('lets go of the half line of a crash, and refuses what it never wrote', () => {
    const file = join(scratch(), 'q.jsonl')
    new Queue(settings, file).send('1')
    const whole = readFileSync(file, 'utf8')
    writeFileSync(file, `${whole}{"id":"x","bo`)
    expect(new Queue(settings, file).messages).toHaveLength(1)
    writeFileSync(file, `{"mine":true}\n${whole}`)
    expect(() => new Queue(settings, file)).toThrow('line 1')
  })

  it('is for its owner only', () => {
    const folder = scratch()
    const { send } = startFeeding(fed(), join(folder, 'queues'))
    send({ n: 1 })
    expect(readdirSync(join(folder, 'queues')).toSorted()).toEqual([
      'One-Dlq.messages.jsonl',
      'One-Queue.messages.jsonl',
    ])
  })

  it('hides what is handed over, until its time is up', () => {
    const queue = new Queue({ ...settings, visibilityMs: 0 }, undefined)
    queue.send('1')
    expect(queue.receive({ most: 1, visibilityMs: 10_000 }, () => {})).toHaveLength(1)
    expect(queue.receive({ most: 1 }, () => {})).toEqual([])
    queue.hide(queue.messages[0]?.id ?? '', -1)
    expect(queue.receive({ most: 1 }, () => {})).toHaveLength(1)
  })
})

describe('the policy of a bus', () => {
  const bus = (Statement: object): TestStage => ({
    resources: {
      Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'identity' } },
      Policy: {
        Type: 'AWS::Events::EventBusPolicy',
        Properties: { EventBusName: { Ref: 'Bus' }, StatementId: 's', Statement },
      },
    },
  })
  const denial = (Condition: object) => ({ Effect: 'Deny', Action: 'events:PutEvents', Principal: '*', Condition })
  const onlyNamed = denial({ 'ForAnyValue:StringNotEquals': { 'events:source': ['named'] } })
  const event = (Source: string, EventBusName = 'identity') => ({ Source, DetailType: 'T', Detail: '{}', EventBusName })

  it('refuses a request with any source that is not named', async () => {
    const stack = await startTestStack(bus(onlyNamed))
    await expect(stack.putEvents([event('named'), event('other')])).rejects.toMatchObject({
      code: 'AccessDeniedException',
    })
    expect(await stack.putEvents([event('named')])).toMatchObject({ FailedEntryCount: 0 })
    expect(await stack.putEvents([event('other', 'default')])).toMatchObject({ FailedEntryCount: 0 })
  })

  it('lets its own account in where only others are refused', async () => {
    const own = { Ref: 'AWS::AccountId' }
    const stack = await startTestStack(bus(denial({ StringNotEquals: { 'aws:PrincipalAccount': [own] } })))
    expect(await stack.putEvents([event('named')])).toMatchObject({ FailedEntryCount: 0 })
    const others = await startTestStack(bus(denial({ StringEquals: { 'aws:PrincipalAccount': own } })))
    await expect(others.putEvents([event('named')])).rejects.toMatchObject({ code: 'AccessDeniedException' })
  })

  it('says which statement it cannot hold here', async () => {
    const Condition = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }
    const stack = await startTestStack(bus(denial(Condition)))
    expect(stack.lines.join()).toContain('One/Policy: the statement has conditions that cannot be told')
    expect(await stack.putEvents([event('named')])).toMatchObject({ FailedEntryCount: 0 })
  })
})

describe('SQS on this machine', () => {
  it('answers its own client: what operators send, look at and redrive', async () => {
    const { resources } = fed()
    const { Mapping: _, ...queues } = resources ?? {}
    const stack = await startTestStack({ resources: queues })
    const url = (name: string) => `https://sqs.eu-west-1.amazonaws.com/000000000000/${name}`
    const terms = { endpoint: stack.endpoints.services, queue: url('One-Queue'), deadLetters: url('One-Dlq') }
    const toDeadLetters = new SqsEventQueues({ ...terms, queue: terms.deadLetters })
    await toDeadLetters.send('"given up"')
    await toDeadLetters.send('"too"')
    const client = new SqsEventQueues(terms)
    expect(await client.readDeadLetters()).toEqual({ count: 2, some: ['"given up"', '"too"'] })
    await client.redrive()
    expect(await client.readDeadLetters()).toEqual({ count: 0, some: [] })
    expect(stack.queue('One-Queue')).toEqual(['given up', 'too'])
    const nowhere = new SqsEventQueues({ ...terms, queue: url('nowhere') })
    await expect(nowhere.send('x')).rejects.toMatchObject({ name: 'QueueDoesNotExist' })
  })
})
