import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compiledShop, shop } from '@rolecast/core/domain/catalog/shop.fixture'
import { App, Duration, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway'
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Function as CdkFunction, Code, Runtime } from 'aws-cdk-lib/aws-lambda'
import { addHttpRoutes, addRestRoutes, RolecastAuthorizer } from './index.ts'

/** What stands for the authorizer's bundle where its content does not matter. */
export const bundle = mkdtempSync(join(tmpdir(), 'bundle-'))
writeFileSync(join(bundle, 'index.mjs'), 'export const handler = () => ({})\n')

/** The app of a product team that sells the shop: one stack, one function, and APIs as asked for. */
export class Product {
  readonly app = new App({ analyticsReporting: false, context: { 'aws:cdk:enable-asset-metadata': true } })
  readonly stack = new Stack(this.app, 'Product')
  readonly backend = new CdkFunction(this.stack, 'Backend', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('x'),
  })
  readonly behindHttp = new HttpLambdaIntegration('Backend', this.backend, { scopePermissionToRoute: false })
  readonly behindRest = new LambdaIntegration(this.backend, { scopePermissionToMethod: false })

  authorizer(scope: Stack = this.stack, cacheSeconds = 60, catalog = compiledShop): RolecastAuthorizer {
    return new RolecastAuthorizer(scope, 'Rolecast', {
      catalog,
      issuer: 'https://identity.example.com',
      resultCacheTtl: Duration.seconds(cacheSeconds),
      bundle,
    })
  }

  /** An HTTP API with all routes of the shop, not protected. */
  openHttpApi(): HttpApi {
    const api = new HttpApi(this.stack, 'Http')
    addHttpRoutes(api, shop, this.behindHttp)
    return api
  }

  /** A REST API with all routes of the shop, not protected. */
  openRestApi(): RestApi {
    const api = new RestApi(this.stack, 'Rest')
    addRestRoutes(api, shop, this.behindRest)
    return api
  }

  httpApi(cacheSeconds?: number): HttpApi {
    const api = this.openHttpApi()
    this.authorizer(this.stack, cacheSeconds).protect(api)
    return api
  }

  restApi(cacheSeconds?: number): RestApi {
    const api = this.openRestApi()
    this.authorizer(this.stack, cacheSeconds).protect(api)
    return api
  }

  readonly synth = (): unknown => this.app.synth()

  template(stack: Stack = this.stack): Template {
    return Template.fromStack(stack)
  }

  /** Properties of every resource of a type. */
  // biome-ignore lint/suspicious/noExplicitAny: a template has no static type
  propertiesOf(type: string, stack?: Stack): any[] {
    return Object.values(this.template(stack).findResources(type)).map(({ Properties }) => Properties)
  }
}
