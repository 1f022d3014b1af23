import { executeApiArn } from '../execute-api-arn.ts'
import { compareSpecificity, matchPattern, segmentsOf } from '../path-pattern.ts'
import type { GatewayRequest } from '../request.ts'
import type { RestApi, RestMethod, RestResource, RestStage } from './rest-api.ts'

/** A request with everything that routing found out about it. */
export interface MatchedRequest {
  readonly request: GatewayRequest
  readonly api: RestApi
  readonly stage: RestStage
  readonly resource: RestResource
  readonly method: RestMethod
  /** As sent, without the stage. */
  readonly path: string
  readonly pathParameters: Readonly<Record<string, string>>
}

export type Match =
  | { readonly outcome: 'matched'; readonly matched: MatchedRequest }
  | { readonly outcome: 'no_stage' }
  | { readonly outcome: 'no_method'; readonly stage: RestStage }

/**
 * REST APIs choose the resource first, then its method: a method that the most specific resource lacks is not looked for
 * elsewhere. Segments are compared decoded, `%2F` separates nothing, and one trailing slash is overlooked (but stays in the path).
 */
export function matchRequest(api: RestApi, request: GatewayRequest): Match {
  const [first = ''] = segmentsOf(request.path)
  const stage = api.stages.find(({ name }) => name === first)
  if (stage === undefined) return { outcome: 'no_stage' }
  const path = request.path.slice(first.length + 1) || '/'
  const segments = segmentsOf(path.length > 1 ? path.replace(/\/$/, '') : path).map(decode)
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

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    // Not an encoding: it is compared as it stands.
    return segment
  }
}
