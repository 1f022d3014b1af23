import type { DeliveryReceiver } from '@rolecast/core/application/sync/ports'
import { type DeliveryDependencies, receiveDelivery } from '@rolecast/core/application/sync/receive-delivery'
import { type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import { accepted, answer, type HookRequest, type HttpAnswer } from './http.ts'
import type { Log } from './log.ts'
import { problem, setError } from './refusals.ts'

export interface HookRoute {
  readonly kind: string
  readonly receiver: DeliveryReceiver
}

export interface HooksDependencies extends DeliveryDependencies {
  /** By the name of the connection. */
  readonly hooks: ReadonlyMap<string, HookRoute>
  readonly log: Log
}

/** A sender that has more to say says it in several deliveries. */
const mostBytes = 512 * 1024

/** Answers one delivery. The sender is told that it arrived only when everything in it is kept. */
export async function answerRequest(dependencies: HooksDependencies, request: HookRequest): Promise<HttpAnswer> {
  const { hooks, log } = dependencies
  const { name, method, delivery } = request
  const hook = name === undefined ? undefined : hooks.get(name)
  if (name === undefined || hook === undefined) return problem(refuse('no_such_hook').refusal)
  const refused = (refusal: Refusal): HttpAnswer => {
    log('refused', { hook: name, code: refusal.code, reason: refusal.evidence?.['reason'] })
    return hook.kind === 'ssf' ? setError(refusal) : problem(refusal)
  }
  if (method !== 'POST' && method !== 'GET')
    return problem(refuse('method_not_allowed').refusal, { allow: 'GET, POST' })
  if (delivery.body.length > mostBytes) return refused(refuse('delivery_too_large').refusal)
  const taken = await receiveDelivery(dependencies, hook.receiver, { ...delivery, method })
  if (!taken.ok) return refused(taken.refusal)
  if (taken.value.kind === 'handshake') {
    log('verified', { hook: name })
    return answer(200, taken.value.mediaType, taken.value.body)
  }
  const { kind: _, ...counts } = taken.value
  log('taken', { hook: name, ...counts })
  return accepted()
}
