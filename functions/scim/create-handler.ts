import middy from '@middy/core'
import { describeError } from '@rolecast/core/application/describe-error'
import { refuse } from '@rolecast/core/domain/decision/refusal'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { answerRequest } from './answer-request.ts'
import type { ScimDependencies } from './context.ts'
import { errorAnswer, readEvent, type ScimAnswer, toResult } from './http.ts'

/**
 * The SCIM service provider for given dependencies: the routes, and round them what every request gets: one log line, and an
 * answer without details when something throws. API Gateway HTTP API, payload 2.0.
 */
export function createHandler(dependencies: ScimDependencies) {
  const { log, clock } = dependencies
  const answerEvent = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const request = readEvent(event)
    const answer: ScimAnswer =
      request === undefined
        ? errorAnswer(refuse('no_such_endpoint').refusal)
        : await answerRequest(dependencies, request)
    return toResult(answer, event.requestContext.http.method)
  }
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
      const code = error?.name === 'StoreUnavailable' ? 'store_unavailable' : 'internal'
      request.response = toResult(errorAnswer(refuse(code).refusal), event.requestContext.http.method)
    })
    .handler(answerEvent)
}
