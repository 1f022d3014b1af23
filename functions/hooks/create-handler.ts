import { describeError } from '@rolecast/core/application/describe-error'
import { refuse } from '@rolecast/core/domain/decision/refusal'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { answerRequest, type HooksDependencies } from './answer-request.ts'
import { type HttpAnswer, readEvent } from './http.ts'
import { problem } from './refusals.ts'

/** What the bus, the table or the secrets could not do just now: the sender repeats. */
const infrastructure = new Set(['BusUnavailable', 'StoreUnavailable', 'SecretUnavailable'])

/** The hooks function for given dependencies. API Gateway HTTP API, payload 2.0. */
export function createHandler(dependencies: HooksDependencies) {
  return async (event: APIGatewayProxyEventV2): Promise<HttpAnswer> => {
    const request = readEvent(event)
    try {
      return await answerRequest(dependencies, request)
    } catch (error) {
      dependencies.log('failed', { hook: request.name, ...describeError(error) })
      const isOutage = error instanceof Error && infrastructure.has(error.name)
      return problem(refuse(isOutage ? 'delivery_not_kept' : 'internal').refusal)
    }
  }
}
