import { shop } from '@rolecast/core/domain/catalog/shop.fixture'
import { Match } from 'aws-cdk-lib/assertions'
import { CfnAuthorizer, CfnMethod, CfnResource, Cors, MockIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway'
import { beforeEach, describe, expect, it } from 'vitest'
import { addRestRoutes } from './index.ts'
import { Product } from './product.fixture.ts'

let product: Product
beforeEach(() => {
  product = new Product()
})

/** A resource and a method of it, written without the constructs that know their path. */
function writeRaw(api: RestApi, paths: readonly string[], httpMethod: string): CfnMethod {
  const { restApiId } = api
  let parent = api.restApiRootResourceId
  for (const part of paths) {
    parent = new CfnResource(product.stack, `Raw${part}`, { restApiId, parentId: parent, pathPart: part }).ref
  }
  return new CfnMethod(product.stack, 'RawMethod', { restApiId, resourceId: parent, httpMethod })
}

describe('a protected REST API', () => {
  it('has every method behind an authorizer that reads the token and nothing else', () => {
    product.restApi()
    const methods = product.propertiesOf('AWS::ApiGateway::Method')
    expect(methods.length).toBe(Object.keys(shop.routes).length)
    for (const method of methods) expect(method.AuthorizationType).toBe('CUSTOM')
    product.template().allResourcesProperties('AWS::ApiGateway::Authorizer', {
      Type: 'TOKEN',
      IdentitySource: 'method.request.header.Authorization',
    })
  })

  it('has strong methods behind the authorizer without a cache', () => {
    product.restApi()
    const authorizers = product.template().findResources('AWS::ApiGateway::Authorizer')
    const ttls = product
      .propertiesOf('AWS::ApiGateway::Method')
      .map(({ AuthorizerId }) => authorizers[AuthorizerId.Ref]?.['Properties'].AuthorizerResultTtlInSeconds)
    const wanted = Object.values(shop.routes).map((route) => ('freshness' in route ? 0 : 60))
    expect(ttls.sort()).toEqual(wanted.sort())
  })

  it.each([
    ['Bearer eyJh.eyJz.c2ln', true],
    ['bearer eyJh.eyJz.c2ln', true],
    ['Bearer eyJh.eyJz', false],
    ['Basic dXNlcjpwYXNz', false],
    ['eyJh.eyJz.c2ln', false],
    ['Bearer eyJh.eyJz.c2ln, Bearer eyJh.eyJz.c2ln', false],
  ])('answers 401 without calling the function unless the header looks like a token: %s, %s', (header, taken) => {
    product.restApi()
    const [authorizer] = product.propertiesOf('AWS::ApiGateway::Authorizer')
    expect(new RegExp(authorizer.IdentityValidationExpression).test(header)).toBe(taken)
  })

  it('is deployed anew when its authorizers change, and only then', () => {
    const deploymentWith = (cacheSeconds: number) => {
      product = new Product()
      product.restApi(cacheSeconds)
      return Object.keys(product.template().findResources('AWS::ApiGateway::Deployment'))
    }
    expect(deploymentWith(60)).not.toEqual(deploymentWith(0))
    expect(deploymentWith(60)).toEqual(deploymentWith(60))
  })

  it('says why it refused, and challenges', () => {
    product.restApi()
    product.template().hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: 'UNAUTHORIZED',
      ResponseParameters: { 'gatewayresponse.header.WWW-Authenticate': `'Bearer realm="shop"'` },
    })
    product.template().hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType: 'ACCESS_DENIED',
      ResponseTemplates: { 'application/json': Match.stringLikeRegexp('\\$context\\.authorizer\\.code') },
    })
  })

  it('leaves its gateway responses alone where it has some of its own', () => {
    product.authorizer().protect(product.openRestApi(), { explainRefusals: false })
    product.synth()
    product.template().resourceCountIs('AWS::ApiGateway::GatewayResponse', 0)
  })

  it('answers the preflight of browsers by itself', () => {
    const api = new RestApi(product.stack, 'Rest', { defaultCorsPreflightOptions: { allowOrigins: Cors.ALL_ORIGINS } })
    addRestRoutes(api, shop, product.behindRest)
    product.authorizer().protect(api)
    expect(product.synth).not.toThrow()
  })

  it('may be imported by its id', () => {
    const api = RestApi.fromRestApiAttributes(product.stack, 'Rest', { restApiId: 'r1', rootResourceId: 'root' })
    addRestRoutes(api, shop, product.behindRest)
    product.authorizer().protect(api)
    product.synth()
    const guarded = { RestApiId: 'r1', AuthorizationType: 'CUSTOM' }
    product.template().allResourcesProperties('AWS::ApiGateway::Method', guarded)
  })

  it('is protected where it is written without constructs that know their path', () => {
    const api = product.openRestApi()
    const method = writeRaw(api, ['raw', '{shelf}'], 'PUT')
    product.authorizer().protect(api)
    expect(product.synth).toThrow(/route_without_permission: PUT \/raw\/\{shelf\}/)
    expect(method.authorizationType).toBeUndefined()
  })
})

describe('the synthesis fails', () => {
  it('when a method without permission is added afterwards', () => {
    product.restApi().root.resourceForPath('/orders').addMethod('POST', product.behindRest)
    expect(product.synth).toThrow(/route_without_permission: POST \/orders/)
  })

  it('on a catch-all', () => {
    product.restApi().root.addProxy({ defaultIntegration: product.behindRest })
    expect(product.synth).toThrow(/route_without_permission: ANY \/\{proxy\+\}/)
  })

  it('on an OPTIONS that reaches the product', () => {
    product.restApi().root.addMethod('OPTIONS', product.behindRest)
    expect(product.synth).toThrow(/route_without_permission: OPTIONS \//)
  })

  it('on another mocked method', () => {
    product.restApi().root.addMethod('GET', new MockIntegration())
    expect(product.synth).toThrow(/route_without_permission: GET \//)
  })

  it('when a method hangs below a resource that nobody can see', () => {
    const { restApiId } = product.restApi()
    new CfnMethod(product.stack, 'Hidden', { restApiId, resourceId: 'abc123', httpMethod: 'GET' })
    expect(product.synth).toThrow(/unreadable_route/)
  })

  it.each([
    ['IdentitySource', 'method.request.header.X-Token', /cache_ignores_token/],
    ['AuthorizerResultTtlInSeconds', 300, /cache_outlives_token/],
  ])('when an escape hatch sets %s to %s', (property, value, message) => {
    const authorizers = product
      .restApi()
      .node.findAll()
      .filter((node) => node instanceof CfnAuthorizer)
    authorizers.find(({ node }) => node.id === 'Normal')?.addPropertyOverride(property, value)
    expect(product.synth).toThrow(message)
  })

  it('when an escape hatch leaves the cache to the gateway, which then takes 300 s', () => {
    const authorizers = product
      .restApi()
      .node.findAll()
      .filter((node) => node instanceof CfnAuthorizer)
    for (const authorizer of authorizers) authorizer.addPropertyDeletionOverride('AuthorizerResultTtlInSeconds')
    expect(product.synth).toThrow(/cache_outlives_token/)
  })
})
