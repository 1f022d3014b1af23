import { Aws, Validations } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import {
  ApiMapping,
  DomainName,
  HttpApi,
  HttpStage,
  LogGroupLogDestination,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import { Construct } from 'constructs'
import { httpAccessLogFields } from './access-logs.ts'
import type { FunctionDefaults } from './lambda-function.ts'
import { logGroupFor } from './log-group.ts'

export interface PublicHttpApiProps {
  readonly name: string
  readonly description: string
  /** Why its routes need no authorizer. */
  readonly openBecause: string
  /** Requests per second, for the whole API. */
  readonly throttle: { readonly rate: number; readonly burst: number }
  readonly domain?: { readonly name: string; readonly certificateArn: string }
  readonly defaults: FunctionDefaults
}

/** An HTTP API that everyone may call, with throttling and access logs, under a domain of its own where one is given. */
export class PublicHttpApi extends Construct {
  readonly api: HttpApi
  readonly stage: HttpStage
  /** Scheme and host, without a path. */
  readonly origin: string

  constructor(scope: Construct, id: string, props: PublicHttpApiProps) {
    super(scope, id)
    this.api = new HttpApi(this, 'Api', {
      apiName: props.name,
      description: props.description,
      createDefaultStage: false,
      disableExecuteApiEndpoint: props.domain !== undefined,
    })
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: props.throttle.rate, burstLimit: props.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroupFor(this, 'AccessLogs', props.defaults)),
        format: AccessLogFormat.custom(JSON.stringify(httpAccessLogFields)),
      },
    })
    this.origin =
      props.domain === undefined
        ? `https://${this.api.apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`
        : this.#mapDomain(props.domain)
    Validations.of(this.api).acknowledge({ id: 'AwsSolutions-APIG4', reason: props.openBecause })
  }

  #mapDomain({ name, certificateArn }: NonNullable<PublicHttpApiProps['domain']>): string {
    const domainName = new DomainName(this, 'Domain', {
      domainName: name,
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      securityPolicy: SecurityPolicy.TLS_1_2,
    })
    new ApiMapping(this, 'Mapping', { api: this.api, domainName, stage: this.stage })
    return `https://${name}`
  }
}
