import { isRecord } from '../../assembly/template.ts'
import { identify } from '../authorizer/identity-source.ts'
import { evaluatePolicy, type Policy, readPolicy } from '../authorizer/policy.ts'
import { resultCache } from '../authorizer/result-cache.ts'
import { executeApiArn } from '../execute-api-arn.ts'
import { authorizerTimeout, type GatewayContext, invokable } from '../gateway-context.ts'
import { invokeWithin } from '../invoke-within.ts'
import { LIMITS } from '../limits.ts'
import { requestAuthorizerEvent, tokenAuthorizerEvent } from './event.ts'
import { type MatchedRequest, methodArn } from './matched-request.ts'
import type { RestApi, RestAuthorizer } from './rest-api.ts'

/** `principalId` and the context, every value a string: what the backend finds under `requestContext.authorizer`. */
type AuthorizerValues = Readonly<Record<string, string>>

export type Authorization =
  | { readonly outcome: 'allowed' | 'denied' | 'explicitly_denied'; readonly values: AuthorizerValues }
  | { readonly outcome: 'unauthorized' }
  /** `configuration`: the answer cannot be used; `failure`: there was none. */
  | { readonly outcome: 'broken'; readonly cause: 'configuration' | 'failure' }

/** One authorizer at work. Its POLICY is cached, and held against the method ARN of every request. */
export type Authorize = (matched: MatchedRequest) => Promise<Authorization>

interface Answer {
  readonly policy: Policy
  readonly values: AuthorizerValues
}

export function openAuthorizer(api: RestApi, authorizer: RestAuthorizer, context: GatewayContext): Authorize {
  const pool = invokable(context, authorizer.uri, [executeApiArn(api, `authorizers/${authorizer.id}`)])
  const cache = resultCache<Answer>(authorizer.ttlSeconds, context.now)
  return async (matched) => {
    const { request, resource, stage } = matched
    const identity = identify(authorizer.identitySources, {
      request,
      routeKey: `${request.method} ${resource.path}`,
      resourcePath: resource.path,
      stage: stage.name,
      stageVariables: stage.variables,
    })
    if (identity === undefined) return { outcome: 'unauthorized' }
    const [token = ''] = identity
    if (authorizer.validation?.test(token) === false) return { outcome: 'unauthorized' }
    const cached = cache.get(identity)
    if (cached !== undefined) return judge(cached, matched)
    if (pool === undefined) return { outcome: 'broken', cause: 'configuration' }
    const event = authorizer.kind === 'token' ? tokenAuthorizerEvent(matched, token) : requestAuthorizerEvent(matched)
    const result = await invokeWithin(pool, event, authorizerTimeout(context))
    if (result.outcome === 'timed_out') return { outcome: 'broken', cause: 'failure' }
    if (result.outcome === 'failed') {
      return result.error.errorMessage === 'Unauthorized'
        ? { outcome: 'unauthorized' }
        : { outcome: 'broken', cause: 'failure' }
    }
    const answer = readAnswer(result.payload)
    if (answer === undefined) {
      context.log('gateway', `${pool.definition.name}: its answer is no policy that API Gateway takes`)
      return { outcome: 'broken', cause: 'configuration' }
    }
    cache.put(identity, answer)
    return judge(answer, matched)
  }
}

function judge({ policy, values }: Answer, matched: MatchedRequest): Authorization {
  const verdict = evaluatePolicy(policy, methodArn(matched))
  return { outcome: verdict === 'not_allowed' ? 'denied' : verdict, values }
}

function readAnswer(payload: unknown): Answer | undefined {
  if (!isRecord(payload) || typeof payload['principalId'] !== 'string') return undefined
  if (Buffer.byteLength(JSON.stringify(payload)) > LIMITS.authorizerResultBytes) return undefined
  const policy = readPolicy(payload['policyDocument'])
  const context = readContext(payload['context'])
  if (policy === undefined || context === undefined) return undefined
  return { policy, values: { ...context, principalId: payload['principalId'] } }
}

/** Strings, numbers and booleans only; anything else spoils the whole answer. */
function readContext(context: unknown): Readonly<Record<string, string>> | undefined {
  if (context === undefined || context === null) return {}
  if (!isRecord(context)) return undefined
  const entries = Object.entries(context)
  if (entries.some(([, value]) => !['string', 'number', 'boolean'].includes(typeof value))) return undefined
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}
