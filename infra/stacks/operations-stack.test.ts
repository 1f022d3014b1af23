import { describe, expect, it } from 'vitest'
import { deployment, SynthesizedStage } from '../stage.fixture.ts'

const stage = new SynthesizedStage('prod')
const alarms = stage.resources('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties)
const namesOf = (metric: string) => alarms.filter(({ MetricName }) => MetricName === metric)

describe('operations', () => {
  const functions = ['identity', 'sync']
    .flatMap((stack) => stage.resources('AWS::Lambda::Function', stack))
    .filter(({ Properties }) => Properties.Handler === 'index.handler')

  it.each(['Errors', 'Throttles', 'Duration'])('alarms on %s of every function', (metric) => {
    expect(functions.length).toBeGreaterThan(2)
    expect(namesOf(metric).length).toBe(functions.length)
  })

  it.each(['5xx', 'ThrottledRequests', 'TokenServiceFailures', 'DefaultFullTokens', 'ParkedEvents'])(
    'alarms on %s',
    (metric) => {
      expect(namesOf(metric).length).toBe(1)
    },
  )

  it('alarms on messages that nobody could handle', () => {
    const waiting = namesOf('ApproximateNumberOfMessagesVisible')
    expect(waiting.length).toBeGreaterThanOrEqual(2)
    for (const { Threshold } of waiting) expect(Threshold).toBe(0)
  })

  it('sends every alarm, and its end, to the one topic', () => {
    for (const { AlarmActions, OKActions, AlarmDescription } of alarms) {
      expect(AlarmActions.length).toBe(1)
      expect(OKActions).toEqual(AlarmActions)
      expect(AlarmDescription.length).toBeGreaterThan(20)
    }
  })

  it('takes no data for trouble only where silence is the trouble: keys and sources that nobody looks after', () => {
    const missing = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching')
    expect(missing.map(({ MetricName }) => MetricName)).toEqual(['Invocations', 'Invocations'])
  })

  it('warns of a function before its timeout', () => {
    const [token, rotate] = namesOf('Duration').map(({ Threshold }) => Threshold)
    expect([token, rotate]).toEqual([8_000, 24_000])
  })

  it('counts what the token function logs about default-full access', () => {
    stage.template('operations').hasResourceProperties('AWS::Logs::MetricFilter', {
      FilterPattern: '{ ($.event = "minted") && ($.kind = "full") }',
    })
  })

  it('mails whoever the deployment names', () => {
    const context = { 'rolecast:prod': { ...deployment, alarmEmail: 'operators@example.com' } }
    const subscriptions = new SynthesizedStage('prod', { context }).resources('AWS::SNS::Subscription')
    expect(subscriptions).toMatchObject([{ Properties: { Protocol: 'email', Endpoint: 'operators@example.com' } }])
    expect(stage.resources('AWS::SNS::Subscription')).toEqual([])
  })
})
