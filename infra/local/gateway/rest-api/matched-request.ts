import { executeApiArn } from '../execute-api-arn.ts'
import { compareSpecificity, decodePath, matchPattern, segmentsOf } from '../path-pattern.ts'
import type { GatewayRequest, Routed } from '../request.ts'
import type { RestApi, RestMethod, RestResource, RestStage } from './rest-api.ts'

/** A routed request; its path is as it was sent. */
export interface MatchedRequest extends Routed<RestApi, RestStage> {
  readonly resource: RestResource
  readonly method: RestMethod
}

export type Match =
  | { readonly outcome: 'matched'; readonly matched: MatchedRequest }
  | { readonly outcome: 'no_stage' }
  | { readonly outcome: 'no_method'; readonly stage: RestStage }

/**
 * REST APIs choose the resource first, then its method: a method that the most specific resource lacks is not looked for
 * elsewhere. Segments are compared decoded, or as they stand where they are no encoding; `%2F` separates nothing, and one
 * trailing slash is overlooked (but stays in the path).
 */
export function matchRequest(api: RestApi, request: GatewayRequest): Match {
  const [first = ''] = segmentsOf(request.path)
  const stage = api.stages.find(({ name }) => name === first)
  if (stage === undefined) return { outcome: 'no_stage' }
  const path = request.path.slice(first.length + 1) || '/'
  const segments = segmentsOf(path.length > 1 ? path.replace(/\/$/, '') : path).map(
    (segment) => decodePath(segment) ?? segment,
  )
  let best: { readonly resource: RestResource; readonly pathParameters: Record<string, string> } | undefined
  for (const resource of api.resources) {
    const pathParameters = matchPattern(resource.pattern, segments)
    if (pathParameters === undefined) continue
    if (best === undefined || compareSpecificity(resource.pattern, best.resource.pattern) < 0) {
      best = { resource, pathParameters }
    }
  }
  const method = best?.resource.methods.get(request.method) ?? best?.resource.methods.get('ANY')
  if (best === undefined || method === undefined) return { outcome: 'no_method', stage }
  return { outcome: 'matched', matched: { request, api, stage, method, path, ...best } }
}

/** ARN of the request: stage, method and the path as it was asked for. */
export function methodArn({ api, stage, request, path }: MatchedRequest): string {
  return executeApiArn(api, `${stage.name}/${request.method}${path}`)
}
