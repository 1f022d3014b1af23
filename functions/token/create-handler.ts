import middy from '@middy/core'
import { describeError } from '@rolecast/core/application/describe-error'
import type { Code } from '@rolecast/core/domain/decision/codes'
import { refuse } from '@rolecast/core/domain/decision/refusal'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { answerRequest, type TokenDependencies } from './answer-request.ts'
import { readEvent, toResult } from './http.ts'
import { oauthError, problem } from './refusals.ts'

/** Codes of broken infrastructure, by the names of the errors that adapters throw. */
const infrastructure: Readonly<Record<string, Code>> = {
  StoreUnavailable: 'store_unavailable',
  KeyWrapperUnavailable: 'no_signing_key',
}

/**
 * The token function for given dependencies: the routes, and round them what every request gets: one log line, and an answer
 * without details when something throws. API Gateway HTTP API, payload 2.0.
 */
export function createHandler(dependencies: TokenDependencies) {
  const { log, clock } = dependencies
  const answerEvent = async (event: APIGatewayProxyEventV2) =>
    toResult(await answerRequest(dependencies, readEvent(event)))
  return middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Error, Context, { startedAt?: number }>()
    .before(({ internal }) => {
      internal.startedAt = clock()
    })
    .after(({ event, context, response, internal }) => {
      log('answered', {
        request: context.awsRequestId,
        method: event.requestContext.http.method,
        status: response?.statusCode,
        ms: clock() - (internal.startedAt ?? clock()),
      })
    })
    .onError((request) => {
      const { error, event, context } = request
      log('failed', { request: context.awsRequestId, ...describeError(error) })
      const { refusal } = refuse(infrastructure[error?.name ?? ''] ?? 'internal')
      const isExchange = event.rawPath === '/oauth/token' && event.requestContext.http.method === 'POST'
      request.response = toResult(isExchange ? oauthError(refusal) : problem(refusal))
    })
    .handler(answerEvent)
}
