import {
  accountItemKey,
  accountListPartition,
  changeItemKey,
  customRoleItemKey,
  grantDocumentItemKey,
  keyRingItemKey,
  organizationItemKey,
  organizationListPartition,
  receiptItemKey,
  runItemKey,
  runListPartition,
  suspectsItemKey,
} from '@rolecast/core/adapters/dynamodb/keys'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../functions/reconcile/config.ts'
import { readEvent } from '../../../functions/reconcile/events.ts'
import { environmentOf, SynthesizedStage, statementsOf } from '../../stage.fixture.ts'

const reconcile = /^Holds what is stored against its sources/
const stages = ['dev', 'prod'].map((name) => [name, new SynthesizedStage(name)] as const)

describe.each(stages)('reconciliation in %s', (_name, stage) => {
  const template = stage.template('sync')
  const statements = statementsOf(template, reconcile)
  const [mapping] = stage
    .resources('AWS::Lambda::EventSourceMapping', 'sync')
    .filter(({ Properties }) => Properties.StartingPosition === 'LATEST')

  it('is called by a run that wants its next step, one at a time, and by nothing else in the table', () => {
    expect(mapping.Properties).toMatchObject({ BatchSize: 1, FunctionResponseTypes: ['ReportBatchItemFailures'] })
    const filters = mapping.Properties.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) =>
      JSON.parse(Pattern),
    )
    expect(filters).toEqual([{ dynamodb: { NewImage: { kind: { S: ['run'] }, next: { S: ['now'] } } } }])
  })

  it('is woken every minute, in words that it knows', () => {
    const [rule] = stage
      .resources('AWS::Events::Rule', 'sync')
      .filter(({ Properties }) => Properties.Targets[0].Input?.includes('wake'))
    expect(rule.Properties.ScheduleExpression).toBe('rate(1 minute)')
    expect(readEvent(JSON.parse(rule.Properties.Targets[0].Input))).toEqual({ event: 'wake' })
  })

  it('may read its stream, work on its own items, ask the one index and read one secret, and nothing else', () => {
    const actions = statements.flatMap(({ Action }) => [Action].flat()).filter((action) => !action.startsWith('xray:'))
    expect([...new Set(actions)].toSorted()).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:DescribeStream',
      'dynamodb:GetItem',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
    ])
    for (const { Action, Resource } of statements) {
      if (![Action].flat().some((action) => action.startsWith('xray:'))) expect(Resource).not.toBe('*')
    }
  })

  it('writes accounts, their cutoffs and its runs, and neither organizations nor roles, keys or grants', () => {
    const run = { organization: 'acme', run: 'one', finishedAt: 1 }
    const mine = [
      accountItemKey({ organization: 'acme', account: 'ada' }),
      changeItemKey({ scope: 'account', organization: 'acme', account: 'ada', revision: 1, at: 1 }),
      runItemKey('acme'),
      receiptItemKey(run),
      suspectsItemKey(run, 0),
    ]
    const foreign = [
      organizationItemKey('acme'),
      customRoleItemKey('acme', 'shop', 'packer'),
      keyRingItemKey(),
      grantDocumentItemKey('d'),
    ]
    for (const { pk } of mine) expect(allowed(statements, 'dynamodb:PutItem', pk)).toBe(true)
    for (const { pk } of foreign) expect(allowed(statements, 'dynamodb:PutItem', pk)).toBe(false)
    for (const key of [accountListPartition('acme', 7), organizationListPartition(), runListPartition()]) {
      expect(allowed(statements, 'dynamodb:Query', key)).toBe(true)
    }
  })

  it('accepts its settings, and takes a run up only when nobody can be at work on it any more', () => {
    const [lambda] = stage
      .resources('AWS::Lambda::Function', 'sync')
      .filter(({ Properties }) => reconcile.test(Properties.Description))
    const config = readConfig(environmentOf(template, reconcile))
    expect(config.leaseMs).toBeGreaterThan(lambda.Properties.Timeout * 1000)
    expect(config.pageDeadlineMs).toBeLessThan(lambda.Properties.Timeout * 1000)
  })

  it.each(['DriftFound', 'RunsBraked', 'RunsFailed', 'OrganizationsOverdue'])('has an alarm on %s', (metric) => {
    const alarms = stage
      .resources('AWS::CloudWatch::Alarm')
      .filter(({ Properties }) => Properties.MetricName === metric)
    expect(alarms.length).toBe(1)
  })
})

// biome-ignore lint/suspicious/noExplicitAny: a template has no static type
function allowed(statements: any[], action: string, key: string): boolean {
  return statements.some(({ Action, Condition }) => {
    const patterns: readonly string[] = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? []
    const fits = patterns.some((pattern) =>
      pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern,
    )
    return [Action].flat().includes(action) && fits
  })
}
