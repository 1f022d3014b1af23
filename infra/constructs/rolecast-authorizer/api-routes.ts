import { CfnResource, Reference, Stack, Tokenization } from 'aws-cdk-lib'
import type { CfnMethod, Method } from 'aws-cdk-lib/aws-apigateway'
import type { CfnRoute } from 'aws-cdk-lib/aws-apigatewayv2'
import type { IConstruct } from 'constructs'
import { propertiesOf } from './template-properties.ts'

/** The routes of the HTTP API with this id among everything below `root`, however and in whichever stack they were made. */
export function httpRoutes(root: IConstruct, apiId: string): readonly CfnRoute[] {
  return resourcesOf<CfnRoute>(root, 'AWS::ApiGatewayV2::Route').filter((route) =>
    isSame(route, [route.apiId, propertiesOf(route).ApiId], apiId),
  )
}

/** The methods of the REST API with this id among everything below `root`. */
export function restMethods(root: IConstruct, apiId: string): readonly CfnMethod[] {
  return resourcesOf<CfnMethod>(root, 'AWS::ApiGateway::Method').filter((method) =>
    isSame(method, [method.restApiId, propertiesOf(method).RestApiId], apiId),
  )
}

/** A browser asks for permission to ask, without a token, and the gateway answers by itself: no product is reached. */
export function isMockedPreflight(method: CfnMethod): boolean {
  const { HttpMethod, Integration } = propertiesOf(method)
  return HttpMethod === 'OPTIONS' && Integration?.Type === 'MOCK'
}

/** `METHOD /path` of a method, or `undefined` where a resource above it is not part of the construct tree. */
export function keyOfMethod(method: CfnMethod): string | undefined {
  // The level 2 construct knows its path, even below an imported resource.
  const { scope } = method.node
  const path = scope !== undefined && 'resource' in scope ? (scope as Method).resource.path : pathOf(method.resourceId)
  return path === undefined ? undefined : `${propertiesOf(method).HttpMethod} ${path}`
}

function pathOf(resourceId: unknown): string | undefined {
  const target = targetOf(resourceId)
  if (!CfnResource.isCfnResource(target)) return undefined
  if (target.cfnResourceType === 'AWS::ApiGateway::RestApi') return '/'
  if (target.cfnResourceType !== 'AWS::ApiGateway::Resource') return undefined
  const { parentId, pathPart } = target as CfnResource & { readonly parentId?: unknown; readonly pathPart?: unknown }
  const parent = pathOf(parentId)
  if (parent === undefined || typeof pathPart !== 'string') return undefined
  return `${parent === '/' ? '' : parent}/${pathPart}`
}

function resourcesOf<T extends CfnResource>(root: IConstruct, type: string): readonly T[] {
  const matches = (node: IConstruct): node is T => CfnResource.isCfnResource(node) && node.cfnResourceType === type
  return root.node.findAll().filter(matches)
}

/** Whether a resource names this id, be it as a literal, as any reference to the same construct, or in the template. */
function isSame(resource: CfnResource, [own, inTemplate]: readonly [unknown, unknown], id: string): boolean {
  const target = targetOf(id)
  if (target !== undefined && targetOf(own) === target) return true
  return JSON.stringify(inTemplate) === JSON.stringify(Stack.of(resource).resolve(id))
}

/** The construct a reference points at. */
function targetOf(value: unknown): IConstruct | undefined {
  const token = typeof value === 'string' ? Tokenization.reverseString(value).firstToken : undefined
  return token !== undefined && Reference.isReference(token) ? token.target : undefined
}
