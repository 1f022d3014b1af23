import type { Code } from '@rolecast/core/domain/decision/codes'
import { decideOnRoute, type IndexedRoute } from '@rolecast/core/domain/grant/decide'
import { type GrantContext, writeGrantContext } from '@rolecast/permission-sdk/parts/grant-context'
import type { HeldGrant } from '@rolecast/permission-sdk/parts/held-grant'
import { createJudge, type JudgeDependencies } from './judge.ts'
import type { DenyEntry, DenyLog } from './later/deny-log.ts'
import type { UnreadEntry } from './later/follow.ts'
import type { RestAnswer } from './later/rest.ts'
import { later } from './later.ts'
import { type Fields, fieldsOf, isCacheSafe, readHttpRequest } from './requests.ts'

export interface AuthorizerDependencies extends JudgeDependencies {
  readonly write: (entry: DenyEntry | UnreadEntry) => void
}

/** A simple response of an HTTP API. Its context reaches the product on an allow, and the access log always. */
export interface HttpAnswer {
  readonly isAuthorized: boolean
  readonly context: GrantContext | { readonly code: Code }
}

/**
 * A Lambda authorizer for all three kinds of events: HTTP API (payload 2.0, simple response), REST TOKEN and REST REQUEST
 * (policies). Rejects with `Unauthorized`, which a REST API turns into 401, where a new token would help; never otherwise.
 */
export function createAuthorizer(
  dependencies: AuthorizerDependencies,
): (event: unknown) => Promise<HttpAnswer | RestAnswer> {
  const { index, config, write, clock } = dependencies
  const judge = createJudge(dependencies)
  let logDeny: DenyLog | undefined
  const cached = config.resultCacheSeconds > 0
  let rest: Promise<(event: Fields) => Promise<RestAnswer | undefined>> | undefined

  async function answerHttp(event: Fields): Promise<HttpAnswer> {
    const { bearer, route: exact } = readHttpRequest(event, index)
    const route = exact ?? (await later()).routeByPath(event, index)
    if (!bearer.ok) return denyHttp(bearer.refusal.code, route)
    if (cached && (route !== exact || !isCacheSafe(event)) && route?.strong !== true)
      return denyHttp('unsafe_cache', route)
    const judged = judge(bearer.value, route)
    const judgement = judged instanceof Promise ? await judged : judged
    const { held, refusal } = judgement
    if (held === undefined || refusal !== undefined || route === undefined) {
      return denyHttp(refusal?.code ?? 'no_such_route', route)
    }
    judgement.http ??= allowed(held, route)
    return judgement.http
  }

  async function answerRest(event: Fields): Promise<RestAnswer | HttpAnswer> {
    rest ??= later().then(({ createRestAuthorizer }) => createRestAuthorizer({ ...dependencies, judge }))
    const answer = (await rest)(event)
    return (await answer) ?? denyHttp('invalid_request')
  }

  /** `qualified`: the permission depends on the resource, so the product decides with its facts. */
  function allowed(held: HeldGrant, route: IndexedRoute): HttpAnswer {
    const qualified =
      route.productDecides && !decideOnRoute(index, held.grant, { ...route, productDecides: false }).allowed
    return { isAuthorized: true, context: writeGrantContext(held, qualified) }
  }

  async function denyHttp(code: Code, route?: IndexedRoute): Promise<HttpAnswer> {
    logDeny ??= (await later()).createDenyLog(write, clock)
    logDeny(code, route)
    return { isAuthorized: false, context: { code } }
  }

  return (event) => {
    const fields = fieldsOf(event)
    return fields['version'] === '2.0' ? answerHttp(fields) : answerRest(fields)
  }
}
