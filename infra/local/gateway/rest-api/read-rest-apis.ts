import type { Assembly, Resource } from '../../assembly/assembly.ts'
import { LocalError } from '../../assembly/local-error.ts'
import { parsePattern } from '../path-pattern.ts'
import type { GatewayResponses } from './gateway-response.ts'
import { readAuthorizer } from './read-authorizer.ts'
import { readIntegration } from './read-integration.ts'
import type { RestApi, RestAuthorizer, RestMethod, RestResource } from './rest-api.ts'

/**
 * The REST APIs of a stage.
 *
 * @throws LocalError `resource_unsupported` for what the local gateway would get wrong: APIs from an OpenAPI document, API keys,
 * other authorizers than Lambda's, other integrations than Lambda proxies and mocks.
 */
export function readRestApis(assembly: Assembly): readonly RestApi[] {
  const of = (type: string, apiId: string) =>
    assembly.resources(type).filter(({ properties }) => properties['RestApiId'] === apiId)
  return assembly.resources('AWS::ApiGateway::RestApi').map((api) => {
    const { properties } = api
    if (properties['Body'] !== undefined || properties['BodyS3Location'] !== undefined) {
      throw unsupported(api, 'APIs from an OpenAPI document')
    }
    const authorizers = new Map(
      of('AWS::ApiGateway::Authorizer', api.ref).map((resource) => [resource.ref, readAuthorizer(resource)] as const),
    )
    const methods = of('AWS::ApiGateway::Method', api.ref)
    const methodsOf = (resourceId: string) =>
      new Map(
        methods
          .filter((method) => method.properties['ResourceId'] === resourceId)
          .map((method) => [String(method.properties['HttpMethod']), readMethod(method, authorizers)] as const),
      )
    const root = api.attribute('RootResourceId')
    return {
      id: api.ref,
      account: api.account,
      region: api.region,
      name: String(properties['Name'] ?? api.logicalId),
      stages: of('AWS::ApiGateway::Stage', api.ref).map((stage) => ({
        name: String(stage.properties['StageName']),
        variables: (stage.properties['Variables'] ?? {}) as Record<string, string>,
      })),
      resources: readResources(root, of('AWS::ApiGateway::Resource', api.ref), methodsOf),
      responses: readResponses(of('AWS::ApiGateway::GatewayResponse', api.ref)),
      binaryMediaTypes: (properties['BinaryMediaTypes'] ?? []) as readonly string[],
    }
  })
}

function readResources(
  root: string,
  resources: readonly Resource[],
  methodsOf: (resourceId: string) => ReadonlyMap<string, RestMethod>,
): readonly RestResource[] {
  const parts = new Map(resources.map(({ ref, properties }) => [ref, properties] as const))
  const pathOf = (id: string): string => {
    const part = parts.get(id)
    return part === undefined ? '' : `${pathOf(String(part['ParentId']))}/${part['PathPart']}`
  }
  return [root, ...parts.keys()].map((id) => {
    const path = pathOf(id) || '/'
    return { id, path, pattern: parsePattern(path), methods: methodsOf(id) }
  })
}

function readMethod(method: Resource, authorizers: ReadonlyMap<string, RestAuthorizer>): RestMethod {
  const { AuthorizationType = 'NONE', AuthorizerId, ApiKeyRequired } = method.properties
  if (ApiKeyRequired === true) throw unsupported(method, 'API keys')
  const integration = readIntegration(method)
  if (AuthorizationType === 'NONE') return { integration }
  const authorizer = authorizers.get(String(AuthorizerId))
  if (AuthorizationType !== 'CUSTOM' || authorizer === undefined) {
    throw unsupported(method, `authorization ${AuthorizationType} by ${AuthorizerId}`)
  }
  return { integration, authorizer }
}

function readResponses(resources: readonly Resource[]): GatewayResponses {
  return new Map(
    resources.map(({ properties }) => {
      const { ResponseType, StatusCode, ResponseParameters, ResponseTemplates } = properties
      const headers = Object.entries((ResponseParameters ?? {}) as Record<string, string>).flatMap(([name, value]) =>
        name.startsWith('gatewayresponse.header.')
          ? [[name.slice('gatewayresponse.header.'.length), value] as const]
          : [],
      )
      return [
        String(ResponseType),
        {
          ...(StatusCode === undefined ? {} : { status: Number(StatusCode) }),
          headers: Object.fromEntries(headers),
          templates: (ResponseTemplates ?? {}) as Record<string, string>,
        },
      ] as const
    }),
  )
}

function unsupported({ stack, logicalId }: Resource, what: string): LocalError {
  return new LocalError('resource_unsupported', `${stack}/${logicalId}: the local gateway does not know ${what}.`)
}
