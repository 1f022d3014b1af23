import { compiledShop, shop } from '@rolecast/core/domain/catalog/shop.fixture'
import { CfnResource, Stack } from 'aws-cdk-lib'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { CfnAuthorizer, CfnRoute, HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers'
import { beforeEach, describe, expect, it } from 'vitest'
import { Product } from './product.fixture.ts'

let product: Product
beforeEach(() => {
  product = new Product()
})

const routeOf = (api: HttpApi, key: string) =>
  api.node.findAll().find((node): node is CfnRoute => node instanceof CfnRoute && node.routeKey === key)
const authorizerOf = (api: HttpApi, id: string) =>
  api.node.findAll().find((node): node is CfnAuthorizer => node instanceof CfnAuthorizer && node.node.id === id)

describe('a protected HTTP API', () => {
  it('has every route behind its authorizer: the strong ones behind the one without a cache', () => {
    product.httpApi()
    const authorizers = product.template().findResources('AWS::ApiGatewayV2::Authorizer')
    const found = product
      .propertiesOf('AWS::ApiGatewayV2::Route')
      .map(({ RouteKey, AuthorizationType, AuthorizerId }) => [
        RouteKey,
        AuthorizationType,
        authorizers[AuthorizerId.Ref]?.['Properties'].AuthorizerResultTtlInSeconds,
      ])
    const wanted = Object.entries(shop.routes).map(([key, route]) => [key, 'CUSTOM', 'freshness' in route ? 0 : 60])
    expect(found.sort()).toEqual(wanted.sort())
  })

  it('has nothing behind a cache where assignments take effect immediately', () => {
    const policy = { ...shop.policy, assignmentTakesEffect: 'immediately' } as const
    const api = product.openHttpApi()
    product.authorizer(product.stack, 60, { ...compiledShop, catalog: { ...shop, policy } }).protect(api)
    const authorizers = product.template().findResources('AWS::ApiGatewayV2::Authorizer')
    const ages = product
      .propertiesOf('AWS::ApiGatewayV2::Route')
      .map(({ AuthorizerId }) => authorizers[AuthorizerId.Ref]?.['Properties'].AuthorizerResultTtlInSeconds)
    expect(new Set(ages)).toEqual(new Set([0]))
  })

  it('has the route in the key of its cache', () => {
    product.httpApi()
    product.template().hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 60,
      IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
    })
  })

  it('has one authorizer where nothing is cached', () => {
    product.httpApi(0)
    product.synth()
    expect(product.propertiesOf('AWS::ApiGatewayV2::Authorizer')).toMatchObject([
      { AuthorizerResultTtlInSeconds: 0, IdentitySource: ['$request.header.Authorization'] },
    ])
  })

  it('is protected, too, where its routes are in another stack', () => {
    const api = new HttpApi(product.stack, 'Http')
    const other = new Stack(product.app, 'Other')
    new CfnRoute(other, 'Stock', { apiId: api.apiId, routeKey: 'GET /stock' })
    product.authorizer().protect(api)
    product.synth()
    expect(product.propertiesOf('AWS::ApiGatewayV2::Route', other)).toMatchObject([{ AuthorizationType: 'CUSTOM' }])
  })

  it('may be imported by its id', () => {
    const httpApi = HttpApi.fromHttpApiAttributes(product.stack, 'Http', { httpApiId: 'a1b2c3' })
    const routeKey = HttpRouteKey.with('/stock', HttpMethod.GET)
    new HttpRoute(product.stack, 'Stock', { httpApi, routeKey, integration: product.behindHttp })
    product.authorizer().protect(httpApi)
    product.synth()
    const guarded = { ApiId: 'a1b2c3', AuthorizationType: 'CUSTOM' }
    expect(product.propertiesOf('AWS::ApiGatewayV2::Route')).toMatchObject([guarded])
  })

  it('leaves public routes open that are listed', () => {
    const api = product.openHttpApi()
    api.addRoutes({ path: '/health', methods: [HttpMethod.GET], integration: product.behindHttp })
    product.authorizer().protect(api, { publicRoutes: ['GET /health'] })
    product.synth()
    const health = { RouteKey: 'GET /health', AuthorizationType: 'NONE' }
    product.template().hasResourceProperties('AWS::ApiGatewayV2::Route', health)
  })

  it('warns of routes of the catalog that it lacks', () => {
    product.authorizer().protect(new HttpApi(product.stack, 'Http'))
    product.synth()
    const warning = Match.stringLikeRegexp('the catalog of shop has GET /stock')
    Annotations.fromStack(product.stack).hasWarning('*', warning)
  })
})

describe('the synthesis fails', () => {
  it('when a route without permission is added afterwards', () => {
    const api = product.httpApi()
    api.addRoutes({ path: '/orders', methods: [HttpMethod.POST], integration: product.behindHttp })
    expect(product.synth).toThrow(/route_without_permission: POST \/orders/)
  })

  it('when a route without permission is in another stack', () => {
    const { apiId } = product.httpApi()
    new CfnRoute(new Stack(product.app, 'Other'), 'Late', { apiId, routeKey: 'GET /late' })
    expect(product.synth).toThrow(/route_without_permission: GET \/late/)
  })

  it('when a route is written without its construct', () => {
    const { apiId } = product.httpApi()
    const type = 'AWS::ApiGatewayV2::Route'
    new CfnResource(product.stack, 'Raw', { type, properties: { ApiId: apiId, RouteKey: 'GET /raw' } })
    expect(product.synth).toThrow(/route_without_permission: GET \/raw/)
  })

  it('on a catch-all', () => {
    const httpApi = product.httpApi()
    new HttpRoute(product.stack, 'All', { httpApi, routeKey: HttpRouteKey.DEFAULT, integration: product.behindHttp })
    expect(product.synth).toThrow(/route_without_permission: \$default/)
  })

  it('when a route of the catalog has another authorization', () => {
    const api = new HttpApi(product.stack, 'Http', { defaultAuthorizer: new HttpIamAuthorizer() })
    api.addRoutes({ path: '/stock', methods: [HttpMethod.GET], integration: product.behindHttp })
    product.authorizer().protect(api)
    expect(product.synth).toThrow(/foreign_authorizer: GET \/stock/)
  })

  it.each([
    ['the route leaves the cache key', 'IdentitySource', ['$request.header.Authorization'], /cache_ignores_route/],
    ['the token leaves the cache key', 'IdentitySource', ['$context.routeKey'], /cache_ignores_token/],
    ['the cache outlives tokens', 'AuthorizerResultTtlInSeconds', 3600, /cache_outlives_token/],
  ])('when %s by an escape hatch', (_case, property, value, message) => {
    authorizerOf(product.httpApi(), 'Normal')?.addPropertyOverride(property, value)
    expect(product.synth).toThrow(message)
  })

  it('when the authorizer of strong routes gets a cache by an escape hatch', () => {
    authorizerOf(product.httpApi(), 'Strong')?.addPropertyOverride('AuthorizerResultTtlInSeconds', 10)
    expect(product.synth).toThrow(/strong_route_cached/)
  })

  it('when a route is opened by an escape hatch', () => {
    routeOf(product.httpApi(), 'GET /stock')?.addPropertyOverride('AuthorizationType', 'NONE')
    expect(product.synth).toThrow(/route_without_authorizer: GET \/stock/)
  })

  it('in none of these cases when nothing is wrong', () => {
    product.httpApi()
    expect(product.synth).not.toThrow()
  })
})
