import { describe, expect, it } from 'vitest'
import { REMEMBER, recall, startTestStack } from './fixtures/local-stack.ts'
import { arn, type TestStage } from './fixtures/stage-folder.ts'

const rule = (properties: object) => ({
  Type: 'AWS::Events::Rule',
  Properties: { EventBusName: { Ref: 'Bus' }, ...properties },
})
const bus = { Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'identity' } } }
const once = { more: {}, code: REMEMBER }
const toFn = [{ Id: 'T', Arn: arn('Fn') }]
const open = (stage: TestStage) => startTestStack({ functions: { Fn: once }, ...stage }, { concurrency: 1 })
const event = (more: object = {}) => ({
  Source: 'ix',
  DetailType: 'Changed',
  Detail: '{"a":1}',
  EventBusName: 'identity',
  ...more,
})

describe('the bus', () => {
  it('delivers an event to the targets of the rules that match it', async () => {
    const stack = await open({
      resources: {
        ...bus,
        Matching: rule({ EventPattern: { source: ['ix'], detail: { a: [1] } }, Targets: toFn }),
        Other: rule({ EventPattern: { source: ['other'] }, Targets: toFn }),
        Disabled: rule({ EventPattern: { source: ['ix'] }, State: 'DISABLED', Targets: toFn }),
        OnDefault: rule({ EventBusName: 'default', EventPattern: { source: ['ix'] }, Targets: toFn }),
      },
    })
    const answer = await stack.putEvents([event({ Resources: ['r'], Time: 1_700_000_000 })])
    expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] })
    await stack.settled()
    expect(await recall(stack, 'One-Fn')).toEqual([
      {
        version: '0',
        id: expect.any(String),
        source: 'ix',
        'detail-type': 'Changed',
        account: '000000000000',
        region: 'eu-west-1',
        time: '2023-11-14T22:13:20Z',
        resources: ['r'],
        detail: { a: 1 },
      },
    ])
  })
  it('gives targets another input where the rule says so', async () => {
    const targets = [
      { Id: 'A', Arn: arn('Fn'), Input: '{"fixed":true}' },
      { Id: 'B', Arn: arn('Fn'), InputPath: '$.detail' },
    ]
    const stack = await open({ resources: { ...bus, R: rule({ EventPattern: { source: ['ix'] }, Targets: targets }) } })
    await stack.putEvents([event()])
    await stack.settled()
    expect(await recall(stack, 'One-Fn')).toEqual(expect.arrayContaining([{ fixed: true }, { a: 1 }]))
  })
  it('answers PutEvents over HTTP, as SDKs ask', async () => {
    const stack = await open({ resources: { ...bus, R: rule({ EventPattern: { source: ['ix'] }, Targets: toFn }) } })
    const ask = async (target: string, body: string) => {
      const response = await fetch(stack.endpoints.services, {
        method: 'POST',
        headers: { 'x-amz-target': target },
        body,
      })
      return { status: response.status, body: (await response.json()) as unknown }
    }
    const request = JSON.stringify({ Entries: [event(), event({ Detail: '[]' }), event({ Source: undefined })] })
    expect(await ask('AWSEvents.PutEvents', request)).toEqual({
      status: 200,
      body: {
        FailedEntryCount: 2,
        Entries: [
          { EventId: expect.any(String) },
          { ErrorCode: 'MalformedDetail', ErrorMessage: expect.any(String) },
          { ErrorCode: 'InvalidArgument', ErrorMessage: expect.any(String) },
        ],
      },
    })
    expect(await ask('AWSEvents.ListRules', '{}')).toMatchObject({
      status: 400,
      body: { __type: 'UnknownOperationException' },
    })
    expect(await ask('AWSEvents.PutEvents', '{')).toMatchObject({
      status: 400,
      body: { __type: 'SerializationException' },
    })
  })
  it.each([
    ['no entries', []],
    ['more than ten entries', Array(11).fill(event())],
    ['more than 256 kB', [event({ Detail: JSON.stringify({ a: 'x'.repeat(256 * 1024) }) })]],
  ])('refuses a request with %s as a whole', async (_, entries) => {
    const stack = await open({ resources: bus })
    await expect(stack.putEvents(entries)).rejects.toMatchObject({ code: 'ValidationException' })
  })
  it('tries a failing function again, then puts the event into its queue', async () => {
    const stack = await startTestStack(
      {
        functions: { Fn: { code: REMEMBER, more: { DeadLetterConfig: { TargetArn: arn('Dlq') } } } },
        resources: {
          ...bus,
          Dlq: { Type: 'AWS::SQS::Queue' },
          R: rule({ EventPattern: { source: ['ix'] }, Targets: toFn }),
          Retries: {
            Type: 'AWS::Lambda::EventInvokeConfig',
            Properties: { FunctionName: { Ref: 'Fn' }, Qualifier: '$LATEST', MaximumRetryAttempts: 1 },
          },
        },
      },
      { concurrency: 1 },
    )
    await stack.putEvents([event({ Detail: '{"fail":true}' })])
    await stack.settled()
    expect(await recall(stack, 'One-Fn')).toHaveLength(2)
    expect(stack.queue('One-Dlq')).toEqual([
      expect.objectContaining({
        requestPayload: expect.objectContaining({ detail: { fail: true } }),
        responsePayload: expect.objectContaining({ errorMessage: 'refused' }),
      }),
    ])
  })
  it('delivers nothing without permission to invoke, but to the queue of the target', async () => {
    const stack = await open({
      functions: { Fn: { ...once, permissions: [] } },
      resources: {
        ...bus,
        Dlq: { Type: 'AWS::SQS::Queue' },
        R: rule({
          EventPattern: { source: ['ix'] },
          Targets: [{ Id: 'T', Arn: arn('Fn'), DeadLetterConfig: { Arn: arn('Dlq') } }],
        }),
      },
    })
    await stack.putEvents([event()])
    await stack.settled()
    expect(await recall(stack, 'One-Fn')).toEqual([])
    expect(stack.queue('One-Dlq')).toHaveLength(1)
    expect(stack.lines.join()).toContain('no AWS::Lambda::Permission for the rule')
  })
  it('refuses targets it does not know at start, by name', async () => {
    const targets = [{ Id: 'T', Arn: 'arn:aws:states:eu-west-1:0:stateMachine:x' }]
    const resources = { ...bus, R: rule({ EventPattern: { source: ['ix'] }, Targets: targets }) }
    await expect(open({ resources })).rejects.toMatchObject({
      code: 'resource_unsupported',
      message: expect.stringContaining('One/R'),
    })
  })
})

describe('schedules', () => {
  const stage: TestStage = {
    resources: {
      Hourly: rule({ EventBusName: undefined, ScheduleExpression: 'rate(1 hour)', Targets: toFn }),
      Nightly: {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'cron(0 3 * * ? *)',
          Target: { Arn: arn('Fn'), RoleArn: 'r', Input: '{"nightly":true}' },
        },
      },
    },
  }
  it('run when asked to', async () => {
    const stack = await open(stage)
    await stack.runSchedule('One-Hourly')
    await stack.runSchedule('One-Nightly')
    expect(await recall(stack, 'One-Fn')).toEqual([
      expect.objectContaining({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} }),
      { nightly: true },
    ])
  })
  it('are listed when another is asked for', async () => {
    const stack = await open(stage)
    await expect(stack.runSchedule('weekly')).rejects.toMatchObject({
      message: expect.stringContaining('One-Hourly, One-Nightly'),
    })
  })
})
