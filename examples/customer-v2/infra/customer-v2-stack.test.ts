import { catalogs } from '@rolecast/catalogs'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../../functions/authorizer/config.ts'
import { environmentOf, fakeDist, statementsOf } from '../../../infra/stage.fixture.ts'
import { CustomerV2Stack, type CustomerV2StackProps } from './customer-v2-stack.ts'

const issuer = 'https://identity.example.com'
const authorizer = /^Decides at the gateway/
const product = /^Flows, reports/

function synthesize(more: Partial<CustomerV2StackProps> = {}): Template {
  const app = new App({ analyticsReporting: false })
  const stack = new CustomerV2Stack(app, 'customer-v2', {
    env: { account: '333333333333', region: 'eu-west-1' },
    stage: 'example',
    issuer,
    tokenServiceUrl: issuer,
    resultCacheSeconds: 0,
    size: { memoryMb: 512, timeoutSeconds: 10 },
    authorizerSize: { memoryMb: 1024, timeoutSeconds: 9 },
    defaults: { logRetention: RetentionDays.ONE_MONTH, keepLogs: false, tracing: false },
    dist: fakeDist,
    ...more,
  })
  app.synth()
  return Template.fromStack(stack)
}

let template: Template
beforeAll(() => {
  template = synthesize()
})

// biome-ignore lint/suspicious/noExplicitAny: a template has no static type
const propertiesOf = (type: string): any[] =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties)

describe('the product of a team', () => {
  it('has every route of its catalog behind Rolecast, at both kinds of API', () => {
    const count = Object.keys(catalogs['customer-v2'].catalog.routes).length
    for (const type of ['AWS::ApiGatewayV2::Route', 'AWS::ApiGateway::Method']) {
      const routes = propertiesOf(type)
      expect(routes.length).toBe(count)
      for (const { AuthorizationType } of routes) expect(AuthorizationType).toBe('CUSTOM')
    }
  })

  it('has an authorizer that accepts its settings and may write its logs only', () => {
    expect(readConfig(environmentOf(template, authorizer))).toMatchObject({ issuer, resultCacheSeconds: 0 })
    const actions = statementsOf(template, authorizer).flatMap(({ Action }) => Action)
    expect(actions).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents'])
  })

  it('may work on its own table, and has the permission SDK as a layer', () => {
    const actions = statementsOf(template, product).flatMap(({ Action }) => Action)
    expect(actions.filter((action: string) => action.startsWith('dynamodb:'))).toContain('dynamodb:PutItem')
    expect(actions.filter((action: string) => /kms|secretsmanager|\*/.test(action))).toEqual([])
    expect(propertiesOf('AWS::Lambda::Function').filter(({ Layers }) => Layers?.length === 1).length).toBe(1)
  })

  it('lets each API call the product by one permission, and each API call the authorizer by one', () => {
    template.resourceCountIs('AWS::Lambda::Permission', 4)
  })

  it('needs nothing of the identity team but two addresses', () => {
    expect(JSON.stringify(template.toJSON())).not.toContain('ImportValue')
  })

  it('does not synthesize with a cache that outlives tokens', () => {
    expect(() => synthesize({ resultCacheSeconds: 600 })).toThrow(/cache_outlives_token/)
  })
})
