import type { IdentitySource } from '../authorizer/identity-source.ts'
import type { ApiIdentity } from '../execute-api-arn.ts'
import type { PathPattern } from '../path-pattern.ts'

/** An HTTP API (API Gateway v2) as its stack describes it. */
export interface HttpApi extends ApiIdentity {
  readonly name: string
  readonly stages: readonly HttpStage[]
  readonly routes: readonly HttpRoute[]
  readonly cors?: CorsSettings
}

export interface HttpStage {
  /** `$default` is served at the root, any other under its name. */
  readonly name: string
  readonly variables: Readonly<Record<string, string>>
}

export interface HttpRoute {
  /** `GET /flows/{flowId}` or `$default`. */
  readonly key: string
  /** `ANY` takes every method. */
  readonly method: string
  /** Absent: the `$default` route. */
  readonly pattern?: PathPattern
  readonly integrationUri: string
  readonly timeoutMs: number
  readonly authorizer?: HttpAuthorizer
}

export interface HttpAuthorizer {
  readonly id: string
  readonly uri: string
  readonly identitySources: readonly IdentitySource[]
  /** 0: never cached. */
  readonly ttlSeconds: number
  /** `{isAuthorized, context}` instead of a policy. */
  readonly simpleResponses: boolean
}

export interface CorsSettings {
  readonly allowOrigins: readonly string[]
  readonly allowMethods: readonly string[]
  readonly allowHeaders: readonly string[]
  readonly exposeHeaders: readonly string[]
  readonly allowCredentials: boolean
  readonly maxAgeSeconds?: number
}
