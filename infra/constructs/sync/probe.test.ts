import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../functions/probe/config.ts'
import { InvalidDeployment, readDeployment } from '../../deployment.ts'
import { appWith, deployment, environmentOf, SynthesizedStage, statementsOf } from '../../stage.fixture.ts'

const probe = {
  application: 'customer-v2',
  productUrl: 'https://product.example.com/flows',
  signIn: { tokenUrl: 'https://provider.example.com/token', clientId: 'probe' },
  role: { by: 'scim', url: 'https://scim.example.com/scim/v2', group: 'viewers', user: 'probe' },
}
const context = { 'rolecast:prod': { ...deployment, probe } }
const stage = new SynthesizedStage('prod', { context })
const template = stage.template('sync')
const measures = /^Measures how long/

describe('the probe', () => {
  it('is off unless it is configured', () => {
    const without = new SynthesizedStage('prod')
    const descriptions = without.resources('AWS::Lambda::Function', 'sync').map((each) => each.Properties.Description)
    expect(descriptions.some((each) => measures.test(each))).toBe(false)
  })

  it('may read its own secret and write its log, and nothing else', () => {
    const actions = statementsOf(template, measures).map(({ Action }) => [Action].flat())
    expect(actions).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
      ['secretsmanager:GetSecretValue'],
    ])
    const [secret] = statementsOf(template, measures)
      .filter(({ Action }) => Action === 'secretsmanager:GetSecretValue')
      .map(({ Resource }) => Resource.Ref)
    expect(template.findResources('AWS::SecretsManager::Secret')[secret]).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { Description: expect.stringContaining('the probe') },
    })
  })

  it('gets settings that it starts with, and no secret among them', () => {
    const config = readConfig(environmentOf(template, measures))
    expect(config).toMatchObject({ stage: 'prod', terms: { callers: 8 }, settings: { everyMinutes: 10 } })
  })

  it('runs on its schedule, one round at a time', () => {
    const rules = stage.resources('AWS::Events::Rule', 'sync').map(({ Properties }) => Properties)
    const rule = rules.find(({ Description }) => Description === 'A round of the probe')
    expect(rule).toMatchObject({
      ScheduleExpression: 'rate(10 minutes)',
      Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0 } }],
    })
    const [{ Properties }] = stage
      .resources('AWS::Lambda::Function', 'sync')
      .filter((each) => measures.test(each.Properties.Description))
    expect(Properties.Timeout).toBeLessThan(5 * 60)
  })

  it('raises an alarm on a broken promise, on failures, and where it is silent', () => {
    const alarms = stage
      .resources('AWS::CloudWatch::Alarm', 'operations')
      .map((each) => each.Properties)
      .filter(({ MetricName }) => ['RevokeToDeny', 'ProbeFailures'].includes(MetricName))
    expect(alarms).toEqual([
      expect.objectContaining({
        Namespace: 'Rolecast/prod',
        MetricName: 'RevokeToDeny',
        Statistic: 'Maximum',
        Threshold: 10_000,
        Period: 600,
      }),
      expect.objectContaining({ MetricName: 'ProbeFailures', Statistic: 'Sum', Threshold: 0 }),
      expect.objectContaining({ MetricName: 'RevokeToDeny', Statistic: 'SampleCount', TreatMissingData: 'breaching' }),
    ])
    for (const { AlarmActions } of alarms) expect(AlarmActions).toHaveLength(1)
  })

  it('passes what everything else has to pass', () => {
    expect(() => appWith('prod', { context, validate: true }).synth()).not.toThrow()
  })

  it.each([
    [{ ...probe, productUrl: 'http://product.example.com/flows' }, 'probe.productUrl'],
    [{ ...probe, everyMinutes: 4 }, 'probe.everyMinutes'],
    [{ ...probe, secret: 'x' }, 'probe.secret: is not a member'],
  ])('is refused before it is deployed with %j', (wrong, message) => {
    const read = () => readDeployment('prod', { ...deployment, probe: wrong })
    expect(read).toThrow(InvalidDeployment)
    expect(read).toThrow(message)
  })
})
