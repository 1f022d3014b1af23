import type { Assembly, Resource } from '../../assembly/assembly.ts'
import { LocalError } from '../../assembly/local-error.ts'
import { isRecord } from '../../assembly/template.ts'
import { parseIdentitySource } from '../authorizer/identity-source.ts'
import { LIMITS } from '../limits.ts'
import { parsePattern } from '../path-pattern.ts'
import type { CorsSettings, HttpApi, HttpAuthorizer, HttpRoute } from './http-api.ts'

/**
 * The HTTP APIs of a stage.
 *
 * @throws LocalError `resource_unsupported` for what the local gateway would get wrong: other authorizers than Lambda's, other
 * integrations than Lambda proxies with payload 2.0, parameter mappings.
 */
export function readHttpApis(assembly: Assembly): readonly HttpApi[] {
  const of = (type: string, apiId: string) =>
    assembly.resources(type).filter(({ properties }) => properties['ApiId'] === apiId)
  return assembly.resources('AWS::ApiGatewayV2::Api').map((api) => {
    if (api.properties['ProtocolType'] !== 'HTTP' || api.properties['Body'] !== undefined)
      throw unsupported(api, 'its kind')
    const authorizers = new Map(
      of('AWS::ApiGatewayV2::Authorizer', api.ref).map((resource) => [resource.ref, readAuthorizer(resource)] as const),
    )
    const integrations = new Map(
      of('AWS::ApiGatewayV2::Integration', api.ref).map((resource) => [resource.ref, resource] as const),
    )
    const cors = api.properties['CorsConfiguration']
    return {
      id: api.ref,
      account: api.account,
      region: api.region,
      name: String(api.properties['Name'] ?? api.logicalId),
      stages: of('AWS::ApiGatewayV2::Stage', api.ref).map(({ properties }) => ({
        name: String(properties['StageName']),
        variables: (properties['StageVariables'] ?? {}) as Record<string, string>,
      })),
      routes: of('AWS::ApiGatewayV2::Route', api.ref).map((resource) => readRoute(resource, integrations, authorizers)),
      ...(isRecord(cors) ? { cors: readCors(cors) } : {}),
    }
  })
}

function readRoute(
  route: Resource,
  integrations: ReadonlyMap<string, Resource>,
  authorizers: ReadonlyMap<string, HttpAuthorizer>,
): HttpRoute {
  const { RouteKey, Target, AuthorizationType = 'NONE', AuthorizerId } = route.properties
  const key = String(RouteKey)
  const [method = '', path] = key.split(' ')
  const integration = integrations.get(String(Target).replace('integrations/', ''))
  const authorizer = authorizers.get(String(AuthorizerId))
  if (integration === undefined) throw unsupported(route, 'its integration, which is in another stack,')
  if (AuthorizationType !== 'NONE' && AuthorizationType !== 'CUSTOM')
    throw unsupported(route, `authorization ${AuthorizationType}`)
  if (AuthorizationType === 'CUSTOM' && authorizer === undefined) throw unsupported(route, 'its authorizer')
  const { IntegrationType, IntegrationUri, PayloadFormatVersion, RequestParameters, TimeoutInMillis } =
    integration.properties
  if (IntegrationType !== 'AWS_PROXY' || PayloadFormatVersion !== '2.0' || RequestParameters !== undefined) {
    throw unsupported(integration, 'anything but a Lambda proxy with payload 2.0')
  }
  return {
    key,
    method: path === undefined ? 'ANY' : method,
    ...(path === undefined ? {} : { pattern: parsePattern(path) }),
    integrationUri: String(IntegrationUri),
    timeoutMs: Number(TimeoutInMillis ?? LIMITS.httpIntegrationMs),
    ...(AuthorizationType === 'CUSTOM' && authorizer !== undefined ? { authorizer } : {}),
  }
}

function readAuthorizer(resource: Resource): HttpAuthorizer {
  const { properties } = resource
  if (properties['AuthorizerType'] !== 'REQUEST' || properties['AuthorizerPayloadFormatVersion'] !== '2.0') {
    throw unsupported(resource, 'anything but a Lambda authorizer with payload 2.0')
  }
  const sources = (properties['IdentitySource'] ?? []) as readonly string[]
  const ttlSeconds = Number(properties['AuthorizerResultTtlInSeconds'] ?? 0)
  if (ttlSeconds > 0 && sources.length === 0) throw unsupported(resource, 'a result cache without identity source')
  return {
    id: resource.ref,
    uri: String(properties['AuthorizerUri']),
    identitySources: sources.map((source) => parseIdentitySource(source, label(resource))),
    ttlSeconds,
    simpleResponses: properties['EnableSimpleResponses'] === true,
  }
}

function readCors(cors: Readonly<Record<string, unknown>>): CorsSettings {
  const list = (name: string) => (cors[name] ?? []) as readonly string[]
  const maxAge = cors['MaxAge']
  return {
    allowOrigins: list('AllowOrigins'),
    allowMethods: list('AllowMethods'),
    allowHeaders: list('AllowHeaders'),
    exposeHeaders: list('ExposeHeaders'),
    allowCredentials: cors['AllowCredentials'] === true,
    ...(maxAge === undefined ? {} : { maxAgeSeconds: Number(maxAge) }),
  }
}

function unsupported(resource: Resource, what: string): LocalError {
  return new LocalError('resource_unsupported', `${label(resource)}: the local gateway does not know ${what}.`)
}

function label({ stack, logicalId }: Resource): string {
  return `${stack}/${logicalId}`
}
