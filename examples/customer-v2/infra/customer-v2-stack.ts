import { join } from 'node:path'
import { catalogs } from '@rolecast/catalogs'
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import { type FunctionDefaults, type FunctionSize, LambdaFunction } from '../../../infra/constructs/lambda-function.ts'
import {
  addHttpRoutes,
  addRestRoutes,
  RolecastAuthorizer,
} from '../../../infra/constructs/rolecast-authorizer/index.ts'
import { PermissionChanges } from './permission-changes.ts'
import { productHttpApi, productRestApi } from './product-apis.ts'

export interface CustomerV2StackProps extends StackProps {
  readonly stage: string
  /** The identity team says these two: who issues the tokens, and where the token service is reached. */
  readonly issuer: string
  readonly tokenServiceUrl: string
  /** Seconds for which the gateway keeps an authorizer's answer. */
  readonly resultCacheSeconds: number
  /** Seconds for which tokens live, where the identity team changed it. */
  readonly tokenSeconds?: number
  /** Name or ARN of the bus on which the identity team tells of changes; without it, the product does not listen. */
  readonly outboundBus?: string
  readonly size: FunctionSize
  readonly authorizerSize: FunctionSize
  readonly defaults: FunctionDefaults
  /** Folder that `npm run build` writes. */
  readonly dist: string
}

/**
 * The flows product, behind Rolecast, as its team deploys it: one function behind an HTTP API and behind a REST API, to
 * show both. A real product has one of them. Teams outside this repository import `@rolecast/cdk-authorizer`, which
 * `npm run build:packages` makes (dist/packages/cdk-authorizer), in place of the relative path.
 */
export class CustomerV2Stack extends Stack {
  constructor(scope: Construct, id: string, props: CustomerV2StackProps) {
    super(scope, id, props)
    const { stage, defaults, dist } = props
    const catalog = catalogs['customer-v2']

    const table = new TableV2(this, 'Flows', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const sdk = new LayerVersion(this, 'PermissionSdk', {
      code: Code.fromAsset(join(dist, 'layers/permission-sdk')),
      compatibleRuntimes: [Runtime.NODEJS_24_X],
    })
    const product = new LambdaFunction(this, 'Product', {
      description: 'Flows, reports and integrations',
      code: join(dist, 'functions/customer-v2'),
      environment: { PRODUCT_TABLE: table.tableName },
      size: props.size,
      defaults,
      layers: [sdk],
    })
    table.grants.readWriteData(product.function)

    const authorizer = new RolecastAuthorizer(this, 'Authorizer', {
      catalog,
      issuer: props.issuer,
      tokenServiceUrl: props.tokenServiceUrl,
      resultCacheTtl: Duration.seconds(props.resultCacheSeconds),
      ...(props.tokenSeconds === undefined ? {} : { tokenSeconds: props.tokenSeconds }),
      bundle: join(dist, 'functions/authorizer'),
      size: props.authorizerSize,
      defaults,
    })

    const http = productHttpApi(this, 'Http', { name: `rolecast-${stage}-customer-v2-http`, defaults })
    // One permission for the whole API: one for each route outgrows the function's policy at some thirty routes.
    const behindHttp = new HttpLambdaIntegration('Product', product.function, { scopePermissionToRoute: false })
    addHttpRoutes(http, catalog.catalog, behindHttp)
    authorizer.protect(http)

    const rest = productRestApi(this, 'Rest', { name: `rolecast-${stage}-customer-v2-rest`, stageName: 'v1', defaults })
    addRestRoutes(rest, catalog.catalog, new LambdaIntegration(product.function, { scopePermissionToMethod: false }))
    authorizer.protect(rest)

    if (props.outboundBus !== undefined) {
      const changes = new PermissionChanges(this, 'PermissionChanges', {
        bus: props.outboundBus,
        application: catalog.catalog.application,
      })
      new CfnOutput(this, 'PermissionChangesUrl', { value: changes.queue.queueUrl })
    }

    new CfnOutput(this, 'HttpUrl', { value: http.apiEndpoint })
    new CfnOutput(this, 'RestUrl', { value: rest.url })
  }
}
