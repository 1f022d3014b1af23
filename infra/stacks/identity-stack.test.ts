import {
  accountItemKey,
  changeItemKey,
  customRoleItemKey,
  grantDocumentItemKey,
  keyRingItemKey,
  organizationItemKey,
} from '@rolecast/core/adapters/dynamodb/keys'
import { describe, expect, it } from 'vitest'
import { readConfig as readRotateKeysConfig } from '../../functions/rotate-keys/config.ts'
import { readConfig as readTokenConfig } from '../../functions/token/config.ts'
import { tableAccess } from '../constructs/table-grants.ts'
import { deployment, environmentOf, SynthesizedStage, statementsOf } from '../stage.fixture.ts'

const stage = new SynthesizedStage('prod')
const template = stage.template('identity')
const token = /^Token service/
const rotateKeys = /^Looks after the key ring/

/** Actions of a function on anything but its logs and traces, each with its condition. */
function grantsOf(description: RegExp) {
  return statementsOf(template, description)
    .map(({ Action, Condition, Resource }) => ({ actions: [Action].flat(), condition: Condition, resource: Resource }))
    .filter(({ actions }) => !/^(logs|xray):/.test(actions[0]))
}

describe('the functions of the identity stack', () => {
  it('run on Node 24 and arm64', () => {
    const lambdas = stage
      .resources('AWS::Lambda::Function', 'identity')
      .filter(({ Properties }) => Properties.Description)
    expect(lambdas.length).toBe(2)
    for (const { Properties } of lambdas) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] })
    }
  })

  it('log into groups that forget, those that the CDK brings along included', () => {
    for (const { Properties } of stage.resources('AWS::Lambda::Function')) {
      expect(Properties.LoggingConfig?.LogGroup).toBeDefined()
    }
    for (const { Properties } of stage.resources('AWS::Logs::LogGroup')) expect(Properties.RetentionInDays).toBe(180)
  })

  it('find settings they accept in their environment', () => {
    const config = readTokenConfig(environmentOf(template, token))
    expect(config).toMatchObject({ stage: 'prod', issuer: 'https://abc123.execute-api.eu-west-1.amazonaws.com' })
    expect(readRotateKeysConfig(environmentOf(template, rotateKeys))).toMatchObject({ stage: 'prod' })
  })

  it.each(['local', 'dev', 'staging'])('find settings they accept in %s, too', (name) => {
    const other = new SynthesizedStage(name).template('identity')
    expect(readTokenConfig(environmentOf(other, token)).stage).toBe(name)
    expect(readRotateKeysConfig(environmentOf(other, rotateKeys)).stage).toBe(name)
  })

  it('find settings they accept where the deployment is not configured: providers that never answer', () => {
    const bare = new SynthesizedStage('dev', { context: {} }).template('identity')
    expect(readTokenConfig(environmentOf(bare, token)).providers[0]?.issuer).toBe('https://provider.invalid')
  })

  it('find the ages and the algorithm of the deployment', () => {
    const ages = { tokenSeconds: 120, confirmedForSeconds: 10, staleIfErrorSeconds: 0, rotateAfterSeconds: 86_400 }
    const context = { 'rolecast:prod': { ...deployment, ages, signingAlgorithm: 'RS256' } }
    const own = new SynthesizedStage('prod', { context }).template('identity')
    const { rotateAfterSeconds, tokenSeconds, ...mint } = ages
    expect(readTokenConfig(environmentOf(own, token))).toMatchObject({ ...mint, tokenSeconds })
    const rotation = { rotateAfterSeconds, tokenSeconds, signingAlgorithm: 'RS256' }
    expect(readRotateKeysConfig(environmentOf(own, rotateKeys))).toMatchObject(rotation)
  })

  it('would refuse a setting they do not know: the checks above can fail', () => {
    const environment = { ...environmentOf(template, token), ROLECAST_UNKNOWN: 'x' }
    expect(() => readTokenConfig(environment)).toThrow(/ROLECAST_UNKNOWN/)
  })
})

describe('least privilege', () => {
  it('lets the token function unwrap, in its own stage, and not wrap', () => {
    const kms = grantsOf(token).filter(({ actions }) => actions.some((action) => action.startsWith('kms:')))
    expect(kms).toMatchObject([
      { actions: ['kms:Decrypt'], condition: { StringEquals: { 'kms:EncryptionContext:stage': 'prod' } } },
    ])
  })

  it('lets the rotation wrap, in its own stage, and not unwrap', () => {
    const kms = grantsOf(rotateKeys).filter(({ actions }) => actions.some((action) => action.startsWith('kms:')))
    expect(kms).toMatchObject([
      { actions: ['kms:Encrypt'], condition: { StringEquals: { 'kms:EncryptionContext:stage': 'prod' } } },
    ])
  })

  it('grants nothing beyond items, keys and the one secret', () => {
    expect(grantsOf(token).flatMap(({ actions }) => actions)).toEqual([
      'dynamodb:BatchGetItem',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:PutItem',
      'kms:Decrypt',
      'secretsmanager:GetSecretValue',
    ])
    expect(grantsOf(rotateKeys).flatMap(({ actions }) => actions)).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'kms:Encrypt',
    ])
  })

  it('grants items by their partition keys', () => {
    for (const { actions, condition } of [...grantsOf(token), ...grantsOf(rotateKeys)]) {
      if (!actions.some((action) => action.startsWith('dynamodb:'))) continue
      expect(condition['ForAllValues:StringLike']['dynamodb:LeadingKeys']).not.toContain('*')
    }
  })

  it('has no statement without a resource, and no action by wildcard', () => {
    const statements = stage.statements()
    expect(statements.length).toBeGreaterThan(5)
    for (const { Action, Resource } of statements) {
      const actions: string[] = [Action].flat()
      for (const action of actions) expect(action).not.toContain('*')
      if (!actions.every((action) => action.startsWith('xray:'))) expect(Resource).not.toBe('*')
    }
  })
})

describe('the partition keys that are granted', () => {
  const items = {
    account: accountItemKey({ organization: 'acme', account: 'vera' }),
    organization: organizationItemKey('acme'),
    customRole: customRoleItemKey('acme', 'shop', 'night'),
    grant: grantDocumentItemKey('digest'),
    change: changeItemKey({ scope: 'key', kid: 'k1', revision: 1, at: 0 }),
    keyRing: keyRingItemKey(),
  }
  const may = (who: keyof typeof tableAccess, action: string) =>
    Object.entries(items)
      .filter(([, { pk }]) =>
        tableAccess[who].some(
          ({ actions, keys }) =>
            (actions as readonly string[]).includes(action) &&
            keys.some((key) => (key.endsWith('*') ? pk.startsWith(key.slice(0, -1)) : pk === key)),
        ),
      )
      .map(([name]) => name)

  it('let the token function read everything it needs and write no key, organization or role', () => {
    expect(may('token', 'dynamodb:GetItem')).toEqual(Object.keys(items))
    expect(may('token', 'dynamodb:PutItem')).toEqual(['account', 'grant', 'change'])
  })

  it('let the rotation see the key ring only', () => {
    expect(may('rotate-keys', 'dynamodb:GetItem')).toEqual(['keyRing'])
    expect(may('rotate-keys', 'dynamodb:PutItem')).toEqual(['change', 'keyRing'])
  })
})

describe('the API of the token service', () => {
  it('is throttled and logs every request, without headers or claims', () => {
    const [{ Properties }] = stage.resources('AWS::ApiGatewayV2::Stage', 'identity')
    expect(Properties.DefaultRouteSettings).toMatchObject({ ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 })
    expect(Properties.AccessLogSettings.Format).not.toMatch(/header|identity|claims|queryString|authorizer\.(?!error)/i)
  })

  it('may call the function for its routes, and for everything else', () => {
    const sources = stage.resources('AWS::Lambda::Permission', 'identity').map(({ Properties }) => Properties)
    const ends = sources.map(({ SourceArn }) => JSON.stringify(SourceArn)).filter((arn) => arn.includes('execute-api'))
    expect(ends.map((arn) => /"(\/[^"]+)"/.exec(arn)?.[1]).sort()).toEqual(['/*/*', '/*/*/*'])
  })

  it('answers under a domain of its own where one is given, and only there', () => {
    const domain = { name: 'identity.example.com', certificateArn: 'arn:aws:acm:eu-west-1:111111111111:certificate/1' }
    const context = { 'rolecast:prod': { ...deployment, domain } }
    const own = new SynthesizedStage('prod', { context }).template('identity')
    expect(readTokenConfig(environmentOf(own, token)).issuer).toBe('https://identity.example.com')
    own.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true })
  })
})

describe('signing keys', () => {
  it('exist before the first request, and are looked after every hour', () => {
    template.resourceCountIs('Custom::Trigger', 1)
    template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 hour)', State: 'ENABLED' })
  })
})
