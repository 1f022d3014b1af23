import { CfnResource, Reference, Stack, Tokenization } from 'aws-cdk-lib'
import type { CfnMethod, Method } from 'aws-cdk-lib/aws-apigateway'
import type { CfnRoute } from 'aws-cdk-lib/aws-apigatewayv2'
import type { IConstruct } from 'constructs'

/** The routes of the HTTP API with this id among everything below `root`, however and in whichever stack they were made. */
export function httpRoutes(root: IConstruct, apiId: string): readonly CfnRoute[] {
  return resourcesOf<CfnRoute>(root, 'AWS::ApiGatewayV2::Route').filter((route) => isSame(route.apiId, apiId))
}

/** The methods of the REST API with this id among everything below `root`. */
export function restMethods(root: IConstruct, apiId: string): readonly CfnMethod[] {
  return resourcesOf<CfnMethod>(root, 'AWS::ApiGateway::Method').filter((method) => isSame(method.restApiId, apiId))
}

/** A browser asks for permission to ask, without a token, and the gateway answers by itself: no product is reached. */
export function isMockedPreflight(method: CfnMethod): boolean {
  const integration = Stack.of(method).resolve(method.integration)
  return method.httpMethod === 'OPTIONS' && integration?.type === 'MOCK'
}

/** `METHOD /path` of a method, or `undefined` where a resource above it is not part of the construct tree. */
export function keyOfMethod(method: CfnMethod): string | undefined {
  // The level 2 construct knows its path, even below an imported resource.
  const { scope } = method.node
  const path = scope !== undefined && 'resource' in scope ? (scope as Method).resource.path : pathOf(method.resourceId)
  return path === undefined ? undefined : `${method.httpMethod} ${path}`
}

function pathOf(resourceId: string): string | undefined {
  const target = targetOf(resourceId)
  if (!CfnResource.isCfnResource(target)) return undefined
  if (target.cfnResourceType === 'AWS::ApiGateway::RestApi') return '/'
  if (target.cfnResourceType !== 'AWS::ApiGateway::Resource') return undefined
  const { parentId, pathPart } = target as CfnResource & { readonly parentId: string; readonly pathPart: string }
  const parent = pathOf(parentId)
  return parent === undefined ? undefined : `${parent === '/' ? '' : parent}/${pathPart}`
}

function resourcesOf<T extends CfnResource>(root: IConstruct, type: string): readonly T[] {
  const matches = (node: IConstruct): node is T => CfnResource.isCfnResource(node) && node.cfnResourceType === type
  return root.node.findAll().filter(matches)
}

function isSame(one: string, other: string): boolean {
  return one === other || (targetOf(one) !== undefined && targetOf(one) === targetOf(other))
}

/** The construct a reference points at. */
function targetOf(text: string): IConstruct | undefined {
  const token = Tokenization.reverseString(text).firstToken
  return token !== undefined && Reference.isReference(token) ? token.target : undefined
}
