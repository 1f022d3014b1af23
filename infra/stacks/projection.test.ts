import {
  accountItemKey,
  auditItemKey,
  changeItemKey,
  countItemKey,
  customRoleItemKey,
  grantDocumentItemKey,
  keyRingItemKey,
  memberItemKey,
  organizationItemKey,
  outboxItemKey,
  projectedItemKey,
} from '@rolecast/core/adapters/dynamodb/keys'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../functions/project/config.ts'
import { tableAccess } from '../constructs/table-grants.ts'
import { deployment, environmentOf, SynthesizedStage, statementsOf } from '../stage.fixture.ts'

const project = /^Follows the table/
const stages = ['dev', 'prod'].map((name) => [name, new SynthesizedStage(name)] as const)

describe.each(stages)('the projection in %s', (name, stage) => {
  const template = stage.template('sync')
  const [mapping] = stage
    .resources('AWS::Lambda::EventSourceMapping', 'sync')
    .filter(({ Properties }) => Properties.StartingPosition !== undefined)

  it('follows the stream from its beginning, record by record, and gives up to a queue before the record is gone', () => {
    expect(mapping.Properties).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: expect.anything() } },
    })
    expect(mapping.Properties.MaximumRecordAgeInSeconds).toBeLessThan(86_400)
    expect(mapping.Properties.MaximumRetryAttempts).toBeGreaterThan(0)
  })

  it('is called for the items it follows and for new events in the outbox, and not for its own views', () => {
    const filters = mapping.Properties.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) =>
      JSON.parse(Pattern),
    )
    const prefixes = filters.flatMap(({ dynamodb }: { dynamodb: { Keys: { pk: { S: { prefix: string }[] } } } }) =>
      dynamodb.Keys.pk.S.map(({ prefix }) => prefix),
    )
    expect(prefixes).toEqual(['account#', 'organization#', 'roles#', 'outbox#'])
    expect(filters[1].eventName).toEqual(['INSERT'])
    const followed = [
      accountItemKey({ organization: 'acme', account: 'ada' }),
      organizationItemKey('acme'),
      customRoleItemKey('acme', 'shop', 'packer'),
      outboxItemKey('1'),
    ]
    for (const { pk } of followed) expect(prefixes.some((prefix: string) => pk.startsWith(prefix))).toBe(true)
  })

  it('may read the stream, work on its own items and put events of one source, and nothing else', () => {
    const statements = statementsOf(template, project)
    const actions = statements.flatMap(({ Action }) => [Action].flat()).filter((action) => !action.startsWith('xray:'))
    expect([...new Set(actions)].toSorted()).toEqual([
      'dynamodb:DeleteItem',
      'dynamodb:DescribeStream',
      'dynamodb:GetItem',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'events:PutEvents',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:SendMessage',
    ])
    const [put] = statements.filter(({ Action }) => [Action].flat().includes('events:PutEvents'))
    expect(put.Condition).toEqual({
      'ForAllValues:StringEquals': { 'events:source': 'rolecast.permissions' },
      Null: { 'events:source': 'false' },
    })
    for (const { Action, Resource } of statements) {
      if (![Action].flat().some((action) => action.startsWith('xray:'))) expect(Resource).not.toBe('*')
    }
  })

  it('alone may put events onto the bus for product teams', () => {
    const denials = stage
      .resources('AWS::Events::EventBusPolicy', 'sync')
      .map(({ Properties }) => Properties.Statement)
      .filter(({ Effect }) => Effect === 'Deny')
    expect(denials).toMatchObject([
      {
        Action: 'events:PutEvents',
        Principal: { AWS: '*' },
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': expect.anything() } },
      },
    ])
  })

  it('keeps its bus and its queue where data is kept', () => {
    const policy = name === 'prod' ? 'Retain' : 'Delete'
    for (const { DeletionPolicy } of stage.resources('AWS::Events::EventBus', 'sync')) {
      expect(DeletionPolicy).toBe(policy)
    }
  })

  it('accepts its settings', () => {
    expect(readConfig(environmentOf(template, project))).toMatchObject({ auditDays: 400 })
  })

  it('is watched: behind, given up, unreadable, untold', () => {
    const descriptions = stage
      .resources('AWS::CloudWatch::Alarm', 'operations')
      .map(({ Properties }) => Properties.AlarmDescription)
    for (const words of ['minutes behind', 'given up: rebuild', 'is damaged', 'does not take events']) {
      expect(
        descriptions.some((description) => description.includes(words)),
        words,
      ).toBe(true)
    }
  })
})

describe('product teams in other accounts', () => {
  it('may set rules of their own where they are named, and put no events', () => {
    const context = { 'rolecast:prod': { ...deployment, subscriberAccounts: ['222222222222'] } }
    const stage = new SynthesizedStage('prod', { context })
    const allowed = stage
      .resources('AWS::Events::EventBusPolicy', 'sync')
      .map(({ Properties }) => Properties.Statement)
      .filter(({ Effect }) => Effect === 'Allow')
    expect(allowed).toHaveLength(1)
    expect(allowed[0].Condition).toEqual({ StringEqualsIfExists: { 'events:creatorAccount': '222222222222' } })
    expect(allowed[0].Action).not.toContain('events:PutEvents')
  })
})

describe('the partition keys that the projection is granted', () => {
  const ada = { organization: 'acme', account: 'ada' }
  const followed = { kind: 'account', ...ada } as const
  const items = {
    projected: projectedItemKey(followed),
    member: memberItemKey(ada, { application: 'shop', role: 'clerk' }),
    count: countItemKey(ada, { application: 'shop', role: 'clerk' }),
    audit: auditItemKey(followed, { at: 0, sequence: '1' }),
    outbox: outboxItemKey('1'),
    account: accountItemKey(ada),
    organization: organizationItemKey('acme'),
    role: customRoleItemKey('acme', 'shop', 'packer'),
    grant: grantDocumentItemKey('digest'),
    change: changeItemKey({ scope: 'organization', organization: 'acme', revision: 1, at: 0 }),
    keyRing: keyRingItemKey(),
  }
  const may = (action: string) =>
    Object.entries(items)
      .filter(([, { pk }]) =>
        tableAccess.project.some(
          ({ actions, keys }) =>
            (actions as readonly string[]).includes(action) && keys.some((key) => pk.startsWith(key.slice(0, -1))),
        ),
      )
      .map(([kind]) => kind)

  it('are those of the views: it neither reads nor writes what anything is decided by', () => {
    expect(may('dynamodb:GetItem')).toEqual(['projected', 'outbox'])
    for (const action of ['PutItem', 'UpdateItem', 'DeleteItem']) {
      expect(may(`dynamodb:${action}`)).toEqual(['projected', 'member', 'count', 'audit', 'outbox'])
    }
    expect(may('dynamodb:Query')).toEqual(['outbox'])
  })
})
