import { isRecord } from '../../assembly/template.ts'
import { type IdentityFacts, identify } from '../authorizer/identity-source.ts'
import { evaluatePolicy, readPolicy } from '../authorizer/policy.ts'
import { type ResultCache, resultCache } from '../authorizer/result-cache.ts'
import { executeApiArn } from '../execute-api-arn.ts'
import { authorizerTimeout, type GatewayContext, invokable } from '../gateway-context.ts'
import { invokeWithin } from '../invoke-within.ts'
import { LIMITS } from '../limits.ts'
import { type AuthorizerContext, authorizerEvent, routeArn } from './event.ts'
import type { HttpApi, HttpAuthorizer } from './http-api.ts'
import type { MatchedRequest } from './matched-request.ts'

export type Authorization =
  | { readonly outcome: 'allowed'; readonly context: AuthorizerContext }
  | { readonly outcome: 'unidentified' }
  | { readonly outcome: 'denied' }
  | { readonly outcome: 'broken' }

/** One authorizer at work, with its result cache. */
export type Authorize = (matched: MatchedRequest) => Promise<Authorization>

/** What an authorizer said, before it is held against one route. */
type Answer = (matched: MatchedRequest) => Authorization

export function openAuthorizer(api: HttpApi, authorizer: HttpAuthorizer, context: GatewayContext): Authorize {
  const pool = invokable(context, authorizer.uri, [executeApiArn(api, `authorizers/${authorizer.id}`)])
  const cache: ResultCache<Answer> = resultCache(authorizer.ttlSeconds, context.now)
  const read = authorizer.simpleResponses ? readSimple : readPolicyAnswer
  return async (matched) => {
    if (pool === undefined) return { outcome: 'broken' }
    const identity = identify(authorizer.identitySources, factsOf(matched))
    if (identity === undefined) return { outcome: 'unidentified' }
    const cached = cache.get(identity)
    if (cached !== undefined) return cached(matched)
    const result = await invokeWithin(pool, authorizerEvent(matched, identity), authorizerTimeout(context))
    const answer = result.outcome === 'returned' ? read(result.payload) : undefined
    if (answer === undefined) {
      if (result.outcome !== 'failed')
        context.log('gateway', `${pool.definition.name}: its answer cannot be used (${result.outcome})`)
      return { outcome: 'broken' }
    }
    cache.put(identity, answer)
    return answer(matched)
  }
}

function readSimple(payload: unknown): Answer | undefined {
  if (!isRecord(payload) || typeof payload['isAuthorized'] !== 'boolean' || isTooLarge(payload)) return undefined
  const { isAuthorized, context } = payload
  if (context !== undefined && context !== null && !isRecord(context)) return undefined
  return () => (isAuthorized ? { outcome: 'allowed', context: { lambda: context ?? null } } : { outcome: 'denied' })
}

function readPolicyAnswer(payload: unknown): Answer | undefined {
  if (!isRecord(payload) || typeof payload['principalId'] !== 'string' || isTooLarge(payload)) return undefined
  const policy = readPolicy(payload['policyDocument'])
  const { context = null } = payload
  if (policy === undefined || (context !== null && !isRecord(context))) return undefined
  return (matched) => {
    const allowed = evaluatePolicy(policy, routeArn(matched)) === 'allowed'
    return allowed ? { outcome: 'allowed', context: { lambda: context } } : { outcome: 'denied' }
  }
}

function isTooLarge(payload: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(payload)) > LIMITS.authorizerResultBytes
}

function factsOf({ request, route, stage, path }: MatchedRequest): IdentityFacts {
  return { request, routeKey: route.key, resourcePath: path, stage: stage.name, stageVariables: stage.variables }
}
