import { describe, expect, it } from 'vitest'
import { readConfig } from '../../functions/ingest/config.ts'
import { environmentOf, SynthesizedStage, statementsOf } from '../stage.fixture.ts'

const stages = ['dev', 'prod'].map((name) => [name, new SynthesizedStage(name)] as const)
const ingest = /^Applies identity events/

describe.each(stages)('identity events in %s', (name, stage) => {
  const template = stage.template('sync')
  const queues = stage.resources('AWS::SQS::Queue', 'sync')

  it('wait encrypted, for as long as there is, in queues that outlive a deployment where data does', () => {
    expect(queues.length).toBeGreaterThanOrEqual(2)
    for (const { Properties, DeletionPolicy } of queues) {
      expect(Properties).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 })
      expect(DeletionPolicy).toBe(name === 'prod' ? 'Retain' : 'Delete')
    }
  })

  it('are refused over a plain connection', () => {
    const denied = stage
      .resources('AWS::SQS::QueuePolicy', 'sync')
      .map(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter((statements) => statements.some(isPlainRefused))
    expect(denied.length).toBe(queues.length)
  })

  it('are put into the queue by the rule alone', () => {
    const allowed = stage
      .resources('AWS::SQS::QueuePolicy', 'sync')
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .filter(({ Effect }) => Effect === 'Allow')
    for (const { Principal, Action, Condition } of allowed) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' })
      expect([Action].flat()).not.toContain('sqs:*')
      expect(Condition.ArnEquals['aws:SourceArn']).toBeDefined()
    }
  })

  it('go to the dead letters after five deliveries, each with six times the time that the function has', () => {
    const [queue] = queues.filter(({ Properties }) => Properties.RedrivePolicy !== undefined)
    expect(queue.Properties.RedrivePolicy.maxReceiveCount).toBe(5)
    const [lambda] = stage
      .resources('AWS::Lambda::Function', 'sync')
      .filter(({ Properties }) => ingest.test(Properties.Description))
    expect(queue.Properties.VisibilityTimeout).toBe(lambda.Properties.Timeout * 6)
  })

  it('fail one by one, never as a batch', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    })
  })

  it('come with whatever type, from the named sources alone', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['rolecast.ix-admin', 'rolecast.hooks'] },
    })
  })

  it('meet a function that may take messages, touch its items and read one secret, and nothing else', () => {
    const actions = statementsOf(template, ingest).flatMap(({ Action }) => [Action].flat())
    expect(actions.filter((action) => !action.startsWith('xray:')).toSorted()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
    ])
    for (const { Action, Condition } of statementsOf(template, ingest)) {
      if (![Action].flat().some((action) => action.startsWith('dynamodb:'))) continue
      const keys: readonly string[] = Condition['ForAllValues:StringLike']['dynamodb:LeadingKeys']
      for (const foreign of ['keyring', 'roles#*', 'grant#*', '*']) expect(keys).not.toContain(foreign)
    }
  })

  it('meet a function that accepts its settings', () => {
    expect(readConfig(environmentOf(template, ingest)).eventSources).toEqual([{ source: 'rolecast.ix-admin' }])
  })
})

// biome-ignore lint/suspicious/noExplicitAny: a template has no static type
function isPlainRefused({ Effect, Condition }: any): boolean {
  return Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false'
}
