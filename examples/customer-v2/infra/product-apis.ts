import { Validations } from 'aws-cdk-lib'
import {
  AccessLogFormat,
  EndpointType,
  RestApi,
  LogGroupLogDestination as RestLogDestination,
} from 'aws-cdk-lib/aws-apigateway'
import { HttpApi, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2'
import type { Construct } from 'constructs'
import { httpAccessLogFields, restAccessLogFields } from '../../../infra/constructs/access-logs.ts'
import type { FunctionDefaults } from '../../../infra/constructs/lambda-function.ts'
import { logGroupFor } from '../../../infra/constructs/log-group.ts'

export interface ProductApiProps {
  readonly name: string
  readonly defaults: FunctionDefaults
}

/** An HTTP API with throttling and access logs. Its routes and its authorizer come from outside. */
export function productHttpApi(scope: Construct, id: string, { name, defaults }: ProductApiProps): HttpApi {
  const api = new HttpApi(scope, id, { apiName: name, createDefaultStage: false })
  new HttpStage(scope, `${id}Stage`, {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    detailedMetricsEnabled: true,
    throttle: { rateLimit: 100, burstLimit: 200 },
    accessLogSettings: {
      destination: new LogGroupLogDestination(logGroupFor(scope, `${id}AccessLogs`, defaults)),
      format: AccessLogFormat.custom(JSON.stringify(httpAccessLogFields)),
    },
  })
  return api
}

/** A REST API with throttling and access logs. */
export function productRestApi(
  scope: Construct,
  id: string,
  { name, defaults, stageName }: ProductApiProps & { readonly stageName: string },
): RestApi {
  const api = new RestApi(scope, id, {
    restApiName: name,
    endpointTypes: [EndpointType.REGIONAL],
    deployOptions: {
      stageName,
      metricsEnabled: true,
      throttlingRateLimit: 100,
      throttlingBurstLimit: 200,
      accessLogDestination: new RestLogDestination(logGroupFor(scope, `${id}AccessLogs`, defaults)),
      accessLogFormat: AccessLogFormat.custom(JSON.stringify(restAccessLogFields)),
    },
  })
  const exceptions = {
    'AwsSolutions-APIG2': 'The product checks its input itself, the same behind both kinds of API.',
    'AwsSolutions-APIG3':
      'Throttled, and refused without a token before any function runs; a product in production adds a WAF of its own.',
    'AwsSolutions-APIG6': 'Execution logs would hold what authorizers hand over; the access logs say what is needed.',
    'AwsSolutions-COG4': 'Rolecast authorizes, by a Lambda authorizer; there is no Cognito user pool.',
  }
  for (const [id, reason] of Object.entries(exceptions)) Validations.of(api).acknowledge({ id, reason })
  return api
}
