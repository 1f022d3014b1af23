import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import { compiledShop } from '@rolecast/core/domain/catalog/shop.fixture'
import { beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../../functions/authorizer/config.ts'
import { RolecastAuthorizer, type RolecastAuthorizerProps } from './index.ts'
import { bundle, Product } from './product.fixture.ts'

const issuer = 'https://identity.example.com'

let product: Product
beforeEach(() => {
  product = new Product()
})

/** The environment of the function, read as the function reads it. */
function configOf(more: Partial<RolecastAuthorizerProps> = {}) {
  const props = { catalog: compiledShop, issuer, bundle, ...more } as RolecastAuthorizerProps
  new RolecastAuthorizer(product.stack, 'Rolecast', props)
  const [environment] = product.propertiesOf('AWS::Lambda::Function').flatMap((lambda) => lambda.Environment ?? [])
  return readConfig(environment.Variables)
}

describe('the function of an authorizer', () => {
  it('is deployed from the bundle and the catalog', () => {
    product.authorizer()
    product.synth()
    const lambdas = Object.values(product.template().findResources('AWS::Lambda::Function'))
    const asset = lambdas.map(({ Metadata }) => Metadata?.['aws:asset:path']).find((path) => path !== undefined)
    const read = (file: string) => readFileSync(join(product.app.outdir, asset, file), 'utf8')
    expect(read('index.mjs')).toBe(readFileSync(join(bundle, 'index.mjs'), 'utf8'))
    expect(read('catalog.json')).toBe(JSON.stringify(toDecisionCatalog(compiledShop)))
  })

  it('may write its logs and nothing else', () => {
    product.authorizer()
    const policies = product.propertiesOf('AWS::IAM::Policy')
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    expect(statements.map(({ Action }) => Action)).toEqual([['logs:CreateLogStream', 'logs:PutLogEvents']])
  })

  it('reads the settings it is given', () => {
    expect(configOf()).toMatchObject({ issuer, tokenServiceUrl: `${issuer}/`, mode: 'token', resultCacheSeconds: 0 })
  })

  it('takes tokens of providers in transparent mode', () => {
    const providers = ['https://provider.example.com']
    const config = configOf({ providers, tokenServiceUrl: 'https://tokens.example.com', denyResolveSeconds: 5 })
    expect(config).toMatchObject({
      mode: 'transparent',
      providers,
      tokenServiceUrl: 'https://tokens.example.com/',
      denyResolveSeconds: 5,
    })
  })

  it('follows the change feed as closely as it is told to', () => {
    const freshness = { pollSeconds: 1, boundSeconds: 3, refuseWritesAfterSeconds: 30, refuseAllAfterSeconds: 120 }
    expect(configOf({ freshness }).freshnessMs).toEqual([1_000, 3_000, 30_000, 120_000])
  })

  it.each([{ pollSeconds: 0 }, { boundSeconds: 0.5 }, { boundSeconds: 31 }, { refuseAllAfterSeconds: 1000 }])(
    'refuses freshness settings that do not ascend: %j',
    (part) => {
      const freshness = { pollSeconds: 1, boundSeconds: 3, refuseWritesAfterSeconds: 30, refuseAllAfterSeconds: 120 }
      expect(() => configOf({ freshness: { ...freshness, ...part } })).toThrow('ascending')
    },
  )

  it('starts with the key set it was deployed with', () => {
    expect(configOf({ jwks: '{"keys":[]}' }).jwks).toEqual({ keys: [] })
  })

  it('counts how often the change feed could not be read', () => {
    product.authorizer()
    const [filter] = product.propertiesOf('AWS::Logs::MetricFilter')
    expect(filter).toMatchObject({
      FilterPattern: '{ $.event = "changes_unread" }',
      MetricTransformations: [{ MetricNamespace: 'Rolecast', MetricName: 'ChangesUnread', MetricValue: '1' }],
    })
  })

  it('says what to do when nothing is built', () => {
    const props = { catalog: compiledShop, issuer, bundle: '/nowhere' }
    expect(() => new RolecastAuthorizer(product.stack, 'Rolecast', props)).toThrow(/npm run build/)
  })
})
