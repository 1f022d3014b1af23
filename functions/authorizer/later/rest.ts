import { answerOf } from '@rolecast/core/domain/decision/codes'
import type { Outcome, Refusal } from '@rolecast/core/domain/decision/refusal'
import { type DecisionIndex, decideOnRoute, type IndexedRoute } from '@rolecast/core/domain/grant/decide'
import { findRoute } from '@rolecast/core/domain/routes/find-route'
import { readBearer } from '@rolecast/permission-sdk/parts/bearer'
import { findBearer, type HeaderMaps } from '@rolecast/permission-sdk/parts/find-bearer'
import { writeGrantContext } from '@rolecast/permission-sdk/parts/grant-context'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import type { AuthorizerConfig } from '../config.ts'
import type { Judge, Judgement } from '../judge.ts'
import { type Fields, fieldsOf } from '../requests.ts'
import { isCatchAll } from './catch-all.ts'
import { createDenyLog, type DenyEntry } from './deny-log.ts'
import { type MethodArn, readMethodArn } from './policy/method-arn.ts'
import { allowOnly, denyOnly, RestPolicies, type RestPolicy } from './policy/rest-policy.ts'

/** A policy answer of a REST API: scalars in the context; `code` and `title` are for its gateway responses. */
export interface RestAnswer {
  readonly principalId: string
  readonly policyDocument: RestPolicy
  readonly context: Readonly<Record<string, string | number | boolean>>
}

export interface RestDependencies {
  readonly index: DecisionIndex
  readonly judge: Judge
  readonly write: (entry: DenyEntry) => void
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly config: Pick<AuthorizerConfig, 'resultCacheSeconds'>
}

interface RestRequest {
  readonly arn: MethodArn
  readonly bearer: Outcome<string>
  readonly route: IndexedRoute | undefined
}

/**
 * Answers TOKEN and REQUEST events of a REST API; `undefined` for an event without a method ARN.
 * @throws {Error} `Unauthorized`, which the gateway turns into 401, where a new token would help.
 */
export function createRestAuthorizer({ index, judge, write, clock, config }: RestDependencies) {
  /** The gateway may replay an answer for other requests of the same token. */
  const cached = config.resultCacheSeconds > 0
  const logDeny = createDenyLog(write, clock)
  const policies = new RestPolicies(index.routes)
  const qualified = index.routes.some((route) => route.productDecides)

  function readRequest(event: Fields): RestRequest | undefined {
    const arn = readMethodArn(event['methodArn'])
    if (arn === undefined) return undefined
    const byPath = findRoute(index, arn)
    if (event['type'] === 'TOKEN') return { arn, bearer: readBearer(event['authorizationToken']), route: byPath }
    const routeKey = `${arn.method} ${String(event['resource'])}`
    const route = isCatchAll(routeKey) ? byPath : findRoute(index, { routeKey })
    // What the gateway has matched and what the path says must agree, or somebody reads the path in another way.
    return { arn, bearer: findBearer(headersOf(event)), route: route === byPath ? route : undefined }
  }

  /** The policy speaks for every route, so the context of a cached answer may say nothing that is true of one only. */
  function answerTo(held: HeldGrant, refusal: Refusal | undefined, { arn, route }: RestRequest): RestAnswer {
    const allowed = refusal === undefined
    const isGranted = (other: IndexedRoute) => decideOnRoute(index, held.grant, other).allowed
    const own = allowed ? allowOnly : denyOnly
    const code = cached ? 'not_granted' : (refusal?.code ?? 'not_granted')
    return {
      principalId: held.holder.account,
      policyDocument: route?.strong === true ? own(arn) : policies.forAll(isGranted, { arn, allowed }),
      context: { ...writeGrantContext(held, qualified), code, title: answerOf(code).title },
    }
  }

  return async (event: Fields): Promise<RestAnswer | undefined> => {
    const request = readRequest(event)
    if (request === undefined) return undefined
    const { bearer, route, arn } = request
    const judgement: Judgement = bearer.ok ? await judge(bearer.value, route) : bearer
    const { held, refusal } = judgement
    if (refusal !== undefined) logDeny(refusal.code, route)
    if (held !== undefined) {
      if (judgement.rest?.arn !== arn.arn) judgement.rest = { arn: arn.arn, answer: answerTo(held, refusal, request) }
      return judgement.rest.answer
    }
    const code = refusal?.code ?? 'internal'
    const { status, title } = answerOf(code)
    if (status === 401) throw new Error('Unauthorized')
    return { principalId: 'refused', policyDocument: denyOnly(arn), context: { code, title } }
  }
}

function headersOf(event: Fields): HeaderMaps {
  const lists = Object.entries(fieldsOf(event['multiValueHeaders'])).filter(([, list]) => Array.isArray(list))
  return { headers: fieldsOf(event['headers']), multiValueHeaders: Object.fromEntries(lists) } as HeaderMaps
}
