import { describe, expect, it } from 'vitest'
import { readConfig as readHooks } from '../../../functions/hooks/config.ts'
import { readConfig as readIngest } from '../../../functions/ingest/config.ts'
import { readConfig as readPolls } from '../../../functions/poll-signals/config.ts'
import { InvalidDeployment, readDeployment } from '../../deployment.ts'
import { deployment, environmentOf, SynthesizedStage, statementsOf } from '../../stage.fixture.ts'

const stage = new SynthesizedStage('prod')
const { hooks } = deployment
const template = stage.template('sync')
const takesHooks = /^Takes events of identity providers/
const polls = /^Polls transmitters/

describe('hooks', () => {
  it('have a secret each, which outlives the stack where data does, and which only their function reads', () => {
    const secrets = stage
      .resources('AWS::SecretsManager::Secret', 'sync')
      .filter(({ Properties }) => Properties.Description.startsWith('What proves the sender'))
    expect(secrets).toHaveLength(4)
    for (const { DeletionPolicy, Properties } of secrets) {
      expect(DeletionPolicy).toBe('Retain')
      expect(Properties.GenerateSecretString).toMatchObject({ GenerateStringKey: 'secret' })
    }
    const read = (description: RegExp) =>
      statementsOf(template, description)
        .filter(({ Action }) => Action === 'secretsmanager:GetSecretValue')
        .flatMap(({ Resource }) => Resource)
    expect(read(takesHooks)).toHaveLength(3)
    expect(read(polls)).toHaveLength(1)
    for (const resource of [...read(takesHooks), ...read(polls)]) expect(resource).toHaveProperty('Ref')
  })

  it.each([
    ['the hooks', takesHooks],
    ['the polls', polls],
  ])('%s put nothing but hints onto the bus, and park what they cannot read', (_, description) => {
    const statements = statementsOf(template, description)
    const puts = statements.filter(({ Action }) => [Action].flat().some((each: string) => each.startsWith('events:')))
    expect(puts).toMatchObject([
      {
        Action: 'events:PutEvents',
        Condition: {
          'ForAllValues:StringEquals': { 'events:source': 'rolecast.hooks' },
          Null: { 'events:source': 'false' },
        },
      },
    ])
    const items = statements.filter(({ Action }) =>
      [Action].flat().some((each: string) => each.startsWith('dynamodb:')),
    )
    expect(items).toMatchObject([
      {
        Action: ['dynamodb:GetItem', 'dynamodb:PutItem'],
        Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['parked#*'] } },
      },
    ])
  })

  it('get settings that their functions start with', () => {
    expect(readHooks(environmentOf(template, takesHooks)).connections).toHaveLength(3)
    expect(readPolls(environmentOf(template, polls)).connections).toHaveLength(1)
    const { partnerEvents } = readIngest(environmentOf(template, /^Applies identity events/))
    expect(partnerEvents).toMatchObject([{ name: 'acme-bus' }])
  })

  it('are reached by GET and POST of a name alone, behind a throttle', () => {
    const routes = stage.resources('AWS::ApiGatewayV2::Route', 'sync').map(({ Properties }) => Properties.RouteKey)
    expect(routes.filter((key) => key.includes('hook')).sort()).toEqual(['GET /hooks/{name}', 'POST /hooks/{name}'])
    const [gateway] = stage.resources('AWS::ApiGatewayV2::Stage', 'sync')
    expect(gateway.Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0)
  })

  it('of partners come by a bus of the partner’s name into the ingest queue', () => {
    const [bus] = stage
      .resources('AWS::Events::EventBus', 'sync')
      .filter((each) => 'EventSourceName' in each.Properties)
    expect(bus.Properties.EventSourceName).toBe('aws.partner/okta.com/acme/rolecast')
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { source: ['aws.partner/okta.com/acme/rolecast'] },
    })
  })

  it('are not there where nobody delivers', () => {
    const context = { 'rolecast:dev': { ...deployment, hooks: [] } }
    const without = new SynthesizedStage('dev', { context })
    expect(without.resources('AWS::ApiGatewayV2::Api').map(({ Properties }) => Properties.Name)).not.toContain(
      'rolecast-dev-hooks',
    )
    expect(JSON.stringify(without.resources('AWS::SecretsManager::Secret'))).not.toContain('sender of the connection')
  })
})

describe('a deployment', () => {
  const read = (connections: unknown) => () => readDeployment('prod', { ...deployment, hooks: connections })

  it.each([
    ['of an unknown kind', [{ kind: 'ldap', name: 'a', organization: 'acme' }]],
    ['with an unknown member', [{ kind: 'okta', name: 'a', organization: 'acme', secret: 'x' }]],
    ['without an organization', [{ kind: 'okta', name: 'a' }]],
    ['without the other side’s organization', [{ kind: 'workos', name: 'a', organization: 'acme' }]],
    ['with keys over a plain connection', [{ ...hooks[2], jwksUri: 'http://idp.example.com' }]],
    ['with a name that is no path segment', [{ kind: 'okta', name: 'a/b', organization: 'acme' }]],
    ['of a partner by a name of ours', [{ ...hooks.at(-1), eventSource: 'rolecast.hooks' }]],
    ['that share a name', [hooks[0], hooks[0]]],
  ])('refuses connections %s', (_, connections) => {
    expect(read(connections)).toThrow(InvalidDeployment)
  })
})
