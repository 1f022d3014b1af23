import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { IdentityBus } from './identity-bus.ts'

function statementsFor(accounts: readonly string[]) {
  const stack = new Stack(new App({ analyticsReporting: false }), 'Stack')
  const archive = Duration.days(7)
  new IdentityBus(stack, 'Bus', {
    sources: ['rolecast.ix-admin'],
    ownSources: ['rolecast.hooks'],
    accounts,
    archive,
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::Events::EventBusPolicy'))
  return policies.map(({ Properties }) => Properties.Statement)
}

describe('the bus', () => {
  it('refuses every source that is not named, whoever puts it', () => {
    expect(statementsFor([])).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'events:PutEvents',
        Principal: expect.anything(),
        Condition: { 'ForAnyValue:StringNotEquals': { 'events:source': ['rolecast.ix-admin', 'rolecast.hooks'] } },
      }),
    )
  })

  it('refuses every account that is not named', () => {
    const [own] = [{ Ref: 'AWS::AccountId' }]
    for (const accounts of [[], ['222222222222']]) {
      const condition = { StringNotEquals: { 'aws:PrincipalAccount': [own, ...accounts] } }
      expect(statementsFor(accounts)).toContainEqual(expect.objectContaining({ Effect: 'Deny', Condition: condition }))
    }
  })

  it('lets only named accounts in', () => {
    const allowed = (accounts: readonly string[]) => statementsFor(accounts).filter(({ Effect }) => Effect === 'Allow')
    expect(allowed([])).toEqual([])
    expect(JSON.stringify(allowed(['222222222222']))).toContain(':iam::222222222222:root')
  })

  it('lets them put what they may say, and none of our own hints', () => {
    const [allowed] = statementsFor(['222222222222']).filter(({ Effect }) => Effect === 'Allow')
    expect(allowed.Condition).toEqual({ 'ForAllValues:StringEquals': { 'events:source': ['rolecast.ix-admin'] } })
  })
})
