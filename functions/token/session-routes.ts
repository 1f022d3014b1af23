import { describeSession, type SessionDependencies } from '@rolecast/core/application/describe-session'
import { type ExplainDependencies, explainPermission } from '@rolecast/core/application/explain-permission'
import { type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { type HttpAnswer, type HttpRequest, jsonAnswer, noStore } from './http.ts'
import type { Log } from './log.ts'
import { presentedBy, readParameter } from './presented-token.ts'
import { problem } from './refusals.ts'

/** `GET /session`: by what a front end shows or hides its controls. `?application=` beside a provider's token. */
export async function session(
  dependencies: SessionDependencies & { readonly log: Log },
  request: HttpRequest,
): Promise<HttpAnswer> {
  const presented = presentedBy(request)
  const described = presented.ok ? await describeSession(dependencies, presented.value) : presented
  return answer(described, { log: dependencies.log, route: 'session' })
}

/** `GET /session/explain?permission=`: why the account may or may not do something. */
export async function explanation(
  dependencies: ExplainDependencies & { readonly log: Log },
  request: HttpRequest,
): Promise<HttpAnswer> {
  const explained = await explain(dependencies, request)
  return answer(explained, { log: dependencies.log, route: 'explain' })
}

async function explain(dependencies: ExplainDependencies, request: HttpRequest) {
  const presented = presentedBy(request)
  if (!presented.ok) return presented
  const permission = readParameter(request.query, 'permission')
  if (!permission.ok) return permission
  if (permission.value === undefined) {
    return refuse('invalid_request', { parameter: 'permission', reason: 'missing' })
  }
  return explainPermission(dependencies, { ...presented.value, permission: permission.value })
}

function answer(outcome: Outcome<object>, { log, route }: { readonly log: Log; readonly route: string }): HttpAnswer {
  if (outcome.ok) return jsonAnswer(outcome.value, noStore)
  log('refused', { route, code: outcome.refusal.code, reason: outcome.refusal.evidence?.['reason'] })
  return problem(outcome.refusal)
}
