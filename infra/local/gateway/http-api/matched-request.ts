import { decodePath, segmentsOf } from '../path-pattern.ts'
import type { GatewayRequest, Routed } from '../request.ts'
import type { HttpApi, HttpRoute, HttpStage } from './http-api.ts'
import { selectRoute } from './select-route.ts'

/** A routed request; its path is decoded. */
export interface MatchedRequest extends Routed<HttpApi, HttpStage> {
  readonly route: HttpRoute
  /** Decoded, with the stage in front where it is not `$default`: `rawPath` of the event. */
  readonly rawPath: string
}

export type Match =
  | { readonly outcome: 'matched'; readonly matched: MatchedRequest }
  | { readonly outcome: 'no_route' }
  | { readonly outcome: 'undecodable' }

/**
 * HTTP APIs decode the path before they route it: `%2F` separates segments like `/` does, and a decoded `?` ends the path.
 */
export function matchRequest(api: HttpApi, request: GatewayRequest): Match {
  const decoded = decodePath(request.path)
  if (decoded === undefined) return { outcome: 'undecodable' }
  const [rawPath = '/'] = decoded.split('?')
  const named = api.stages.find(({ name }) => name !== '$default' && name === segmentsOf(rawPath)[0])
  const stage = named ?? api.stages.find(({ name }) => name === '$default')
  if (stage === undefined) return { outcome: 'no_route' }
  const path = named === undefined ? rawPath : rawPath.slice(named.name.length + 1) || '/'
  const selected = selectRoute(api.routes, request.method, path)
  if (selected === undefined) return { outcome: 'no_route' }
  return { outcome: 'matched', matched: { request, api, stage, rawPath, path, ...selected } }
}
