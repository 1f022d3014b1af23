import { HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import { Construct } from 'constructs'
import type { Deployment } from '../../deployment.ts'
import type { DataStack } from '../../stacks/data-stack.ts'
import { type FunctionDefaults, type FunctionSize, LambdaFunction } from '../lambda-function.ts'
import { PublicHttpApi } from '../public-http-api.ts'
import { grantItems } from '../table-grants.ts'

export interface ScimProps {
  readonly stage: string
  readonly data: DataStack
  readonly deployment: Deployment
  /** Folder that holds the function's `index.mjs`. */
  readonly code: string
  readonly size: FunctionSize
  readonly defaults: FunctionDefaults
  readonly throttle: { readonly rate: number; readonly burst: number }
}

/** Where identity providers push users, groups and roles: a SCIM 2.0 service provider, with tokens for each organization. */
export class Scim extends Construct {
  readonly lambda: LambdaFunction
  readonly api: PublicHttpApi

  constructor(scope: Construct, id: string, props: ScimProps) {
    super(scope, id)
    const { data, deployment } = props
    this.api = new PublicHttpApi(this, 'Api', {
      name: `rolecast-${props.stage}-scim`,
      description: 'Takes users, groups and roles that identity providers push (SCIM 2.0)',
      openBecause: "Each client presents a token of its organization, which the function looks up by the token's hash.",
      throttle: props.throttle,
      defaults: props.defaults,
    })
    this.lambda = new LambdaFunction(this, 'Scim', {
      description: 'SCIM 2.0 service provider: writes the directory and settles the accounts it touches',
      code: props.code,
      environment: {
        ROLECAST_TABLE: data.table.tableName,
        ROLECAST_SCIM_ORIGIN: deployment.scimOrigin ?? this.api.origin,
        ROLECAST_IDENTITY_ADMINS: JSON.stringify(deployment.identityAdmins),
      },
      size: props.size,
      defaults: props.defaults,
    })
    grantItems(data.table, this.lambda.function, 'scim')
    const integration = new HttpLambdaIntegration('Scim', this.lambda.function, { scopePermissionToRoute: false })
    this.api.api.addRoutes({ path: '/scim/v2/{resource+}', methods: [HttpMethod.ANY], integration })
    new HttpRoute(this.api.api, 'EverythingElse', {
      httpApi: this.api.api,
      routeKey: HttpRouteKey.DEFAULT,
      // The permission for the whole API covers routes with a method and a path; this one has neither.
      integration: new HttpLambdaIntegration('EverythingElse', this.lambda.function),
    })
  }
}
