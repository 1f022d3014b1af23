import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import { HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type { Construct } from 'constructs'
import { grantSecretOf, identityAdminsEnvironment } from '../constructs/identity-admins.ts'
import { LambdaFunction } from '../constructs/lambda-function.ts'
import { PublicHttpApi } from '../constructs/public-http-api.ts'
import { SdkLayer } from '../constructs/sdk-layer.ts'
import { grantWrapping, SigningKeys } from '../constructs/signing-keys.ts'
import { grantItems } from '../constructs/table-grants.ts'
import type { Deployment } from '../deployment.ts'
import type { StageName, StageSettings } from '../stages.ts'
import type { DataStack } from './data-stack.ts'

export interface IdentityStackProps extends StackProps {
  readonly stage: StageName
  readonly settings: StageSettings
  readonly deployment: Deployment
  readonly data: DataStack
  /** Folder that `npm run build` writes. */
  readonly dist: string
}

/** The routes of the token service. Everything else reaches it too (`$default`), to be refused in the same words. */
const routes = [
  [HttpMethod.POST, '/oauth/token'],
  [HttpMethod.GET, '/.well-known/oauth-authorization-server'],
  [HttpMethod.GET, '/.well-known/jwks.json'],
  [HttpMethod.GET, '/session'],
  [HttpMethod.GET, '/session/explain'],
  [HttpMethod.GET, '/grants/{digest}'],
  [HttpMethod.GET, '/changes'],
] as const

/** Issues tokens: the token service behind its API, the rotation of its keys, and the SDK layer for those who read them. */
export class IdentityStack extends Stack {
  readonly token: LambdaFunction
  readonly rotateKeys: LambdaFunction
  readonly api: PublicHttpApi
  readonly layer: SdkLayer
  /** `iss` of the tokens, and where the token service is reached. */
  readonly issuer: string

  constructor(scope: Construct, id: string, props: IdentityStackProps) {
    super(scope, id, props)
    const { stage, settings, deployment, data } = props
    this.api = new PublicHttpApi(this, 'TokenService', {
      name: `rolecast-${stage}-identity`,
      description: 'Exchanges a sign-in for a token that carries permissions',
      openBecause:
        'It is the authorization server: the function verifies the presented token on every route that needs one.',
      throttle: settings.throttle,
      defaults: settings.functions,
      ...(deployment.domain === undefined ? {} : { domain: deployment.domain }),
    })
    this.issuer = deployment.issuer ?? this.api.origin
    const shared = {
      ROLECAST_TABLE: data.table.tableName,
      ROLECAST_STAGE: stage,
      ROLECAST_KMS_KEY_ID: data.wrappingKey.keyArn,
    }
    this.token = new LambdaFunction(this, 'Token', {
      description: 'Token service: exchange, metadata, keys, session, explanations',
      code: `${props.dist}/functions/token`,
      environment: {
        ...shared,
        ROLECAST_ISSUER: this.issuer,
        ROLECAST_PROVIDERS: JSON.stringify(deployment.providers),
        ...identityAdminsEnvironment(deployment, data.identityAdminSecret),
        ...settingsOf({
          ROLECAST_TOKEN_SECONDS: deployment.ages.tokenSeconds,
          ROLECAST_CONFIRMED_FOR_SECONDS: deployment.ages.confirmedForSeconds,
          ROLECAST_STALE_IF_ERROR_SECONDS: deployment.ages.staleIfErrorSeconds,
        }),
        ...(deployment.corsOrigins === undefined
          ? {}
          : { ROLECAST_CORS_ORIGINS: JSON.stringify(deployment.corsOrigins) }),
      },
      size: settings.token,
      defaults: settings.functions,
    })
    this.rotateKeys = new LambdaFunction(this, 'RotateKeys', {
      description: 'Looks after the key ring: makes, publishes, retires and removes signing keys',
      code: `${props.dist}/functions/rotate-keys`,
      environment: {
        ...shared,
        ...settingsOf({
          ROLECAST_SIGNING_ALGORITHM: deployment.signingAlgorithm,
          ROLECAST_TOKEN_SECONDS: deployment.ages.tokenSeconds,
          ROLECAST_ROTATE_AFTER_SECONDS: deployment.ages.rotateAfterSeconds,
        }),
      },
      size: settings.rotateKeys,
      defaults: settings.functions,
    })
    grantItems(data.table, this.token.function, 'token')
    grantItems(data.table, this.rotateKeys.function, 'rotate-keys')
    grantWrapping(data.wrappingKey, this.token.function, ['Decrypt'], stage)
    grantWrapping(data.wrappingKey, this.rotateKeys.function, ['Encrypt'], stage)
    grantSecretOf(data.identityAdminSecret, this.token.function)
    const integration = new HttpLambdaIntegration('Token', this.token.function, { scopePermissionToRoute: false })
    for (const [method, path] of routes) this.api.api.addRoutes({ path, methods: [method], integration })
    new HttpRoute(this.api.api, 'EverythingElse', {
      httpApi: this.api.api,
      routeKey: HttpRouteKey.DEFAULT,
      // The permission for the whole API covers routes with a method and a path; this one has neither.
      integration: new HttpLambdaIntegration('EverythingElse', this.token.function),
    })
    new SigningKeys(this, 'SigningKeys', {
      rotate: this.rotateKeys.function,
      every: Duration.hours(1),
      defaults: settings.functions,
    })
    this.layer = new SdkLayer(this, 'Sdk', {
      code: `${props.dist}/layers/permission-sdk`,
      accounts: deployment.layerAccounts,
    })
    new CfnOutput(this, 'Issuer', { value: this.issuer, description: 'iss of the tokens' })
    new CfnOutput(this, 'TokenServiceUrl', { value: this.issuer, description: 'Where the token service is reached' })
    new CfnOutput(this, 'RotateKeysFunction', { value: this.rotateKeys.function.functionName })
    new CfnOutput(this, 'SdkLayerArn', { value: this.layer.layer.layerVersionArn })
  }
}

/** The settings that are given, as text; a function has a default for the others. */
function settingsOf(values: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
}
