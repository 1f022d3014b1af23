import type { IdentitySource } from '../authorizer/identity-source.ts'
import type { ApiIdentity } from '../execute-api-arn.ts'
import type { PathPattern } from '../path-pattern.ts'
import type { GatewayResponses } from './gateway-response.ts'

/** A REST API (API Gateway v1) as its stack describes it. Its stages share one deployment. */
export interface RestApi extends ApiIdentity {
  readonly name: string
  readonly stages: readonly RestStage[]
  readonly resources: readonly RestResource[]
  readonly responses: GatewayResponses
  /** Media types of bodies that travel in base64. */
  readonly binaryMediaTypes: readonly string[]
}

export interface RestStage {
  /** First segment of every path. */
  readonly name: string
  readonly variables: Readonly<Record<string, string>>
}

export interface RestResource {
  readonly id: string
  /** `/flows/{flowId}`. */
  readonly path: string
  readonly pattern: PathPattern
  /** By HTTP method; `ANY` takes the others. */
  readonly methods: ReadonlyMap<string, RestMethod>
}

export interface RestMethod {
  readonly integration: RestIntegration
  readonly authorizer?: RestAuthorizer
}

export type RestIntegration =
  | { readonly kind: 'function'; readonly uri: string; readonly timeoutMs: number }
  | {
      readonly kind: 'mock'
      readonly status: number
      readonly headers: readonly (readonly [string, string])[]
      readonly body: string
    }

export interface RestAuthorizer {
  readonly id: string
  readonly uri: string
  readonly kind: 'token' | 'request'
  readonly identitySources: readonly IdentitySource[]
  /** TOKEN only: a token that does not match is answered 401 without asking the function. */
  readonly validation?: RegExp
  readonly ttlSeconds: number
}
