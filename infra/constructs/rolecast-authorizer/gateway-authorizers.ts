import { Aws, type CfnResource, Stack } from 'aws-cdk-lib'
import { CfnAuthorizer as CfnRestAuthorizer } from 'aws-cdk-lib/aws-apigateway'
import { CfnAuthorizer as CfnHttpAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2'
import { CfnPermission } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'

export interface GatewayAuthorizersProps {
  readonly gateway: 'http' | 'rest'
  readonly apiId: string
  readonly functionArn: string
  readonly application: string
  readonly cacheSeconds: number
  /** True where routes need an authorizer without a cache beside the one with a cache. */
  readonly strong: boolean
  /** False where the function belongs to another account, whose owner permits this API to call it. */
  readonly permit: boolean
}

/** A REST API answers 401 without calling the authorizer unless the header looks like this. */
const bearerJwt = '^[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+ *$'

/**
 * The gateway authorizers of one API in front of one function: one whose answers may be cached, and where they are, one
 * without a cache for the strong routes. They and the permission to call the function live in the stack of the API, so the stack of the
 * function never depends on an API.
 */
export class GatewayAuthorizers extends Construct {
  readonly normal: CfnResource
  readonly strong: CfnResource | undefined

  constructor(scope: Construct, id: string, props: GatewayAuthorizersProps) {
    super(scope, id)
    const create = props.gateway === 'http' ? httpAuthorizer : restAuthorizer
    this.normal = create(this, 'Normal', { ...props, name: `rolecast-${props.application}` })
    this.strong = props.strong
      ? create(this, 'Strong', { ...props, name: `rolecast-${props.application}-strong`, cacheSeconds: 0 })
      : undefined
    if (props.permit) permitAuthorizers(this, 'Permission', props)
  }
}

/** One permission for all authorizers of an API: a permission for each route would outgrow the policy's 20 KB. */
export function permitAuthorizers(
  scope: Construct,
  id: string,
  { functionArn, apiId, account }: { readonly functionArn: string; readonly apiId: string; readonly account?: string },
): void {
  new CfnPermission(scope, id, {
    action: 'lambda:InvokeFunction',
    functionName: functionArn,
    principal: 'apigateway.amazonaws.com',
    sourceArn: Stack.of(scope).formatArn({
      service: 'execute-api',
      account: account ?? Aws.ACCOUNT_ID,
      resource: apiId,
      resourceName: 'authorizers/*',
    }),
  })
}

interface AuthorizerProps extends GatewayAuthorizersProps {
  readonly name: string
}

function httpAuthorizer(scope: Construct, id: string, props: AuthorizerProps): CfnResource {
  const { cacheSeconds } = props
  return new CfnHttpAuthorizer(scope, id, {
    apiId: props.apiId,
    name: props.name,
    authorizerType: 'REQUEST',
    authorizerUri: invocationUri(scope, props.functionArn),
    authorizerPayloadFormatVersion: '2.0',
    enableSimpleResponses: true,
    authorizerResultTtlInSeconds: cacheSeconds,
    identitySource: ['$request.header.Authorization', ...(cacheSeconds > 0 ? ['$context.routeKey'] : [])],
  })
}

function restAuthorizer(scope: Construct, id: string, props: AuthorizerProps): CfnResource {
  return new CfnRestAuthorizer(scope, id, {
    restApiId: props.apiId,
    name: props.name,
    // Its event holds the token and the method, and nothing else the answer could come to depend on.
    type: 'TOKEN',
    authorizerUri: invocationUri(scope, props.functionArn),
    authorizerResultTtlInSeconds: props.cacheSeconds,
    identitySource: 'method.request.header.Authorization',
    identityValidationExpression: bearerJwt,
  })
}

function invocationUri(scope: Construct, functionArn: string): string {
  return Stack.of(scope).formatArn({
    service: 'apigateway',
    account: 'lambda',
    resource: 'path/2015-03-31/functions',
    resourceName: `${functionArn}/invocations`,
  })
}
