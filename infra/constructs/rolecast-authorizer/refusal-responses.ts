import { answers } from '@rolecast/core/domain/decision/codes'
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'

/**
 * Lets a REST API say why it refused: the stable code of the refusal beside the gateway's own message, and the challenge
 * of RFC 6750 section 3 where a token is missing or not accepted.
 */
export function explainRefusals(api: RestApi, application: string): void {
  const withCode = '{"message":$context.error.messageString,"code":"$context.authorizer.code"}'
  api.addGatewayResponse('Unauthorized', {
    type: ResponseType.UNAUTHORIZED,
    statusCode: '401',
    responseHeaders: { 'WWW-Authenticate': `'Bearer realm="${application}"'` },
    templates: { 'application/json': `{"message":$context.error.messageString,"next":"${answers.no_token.next}"}` },
  })
  api.addGatewayResponse('AccessDenied', {
    type: ResponseType.ACCESS_DENIED,
    statusCode: '403',
    templates: { 'application/json': withCode },
  })
}
