import type { APIGatewayProxyEventV2, Context } from 'aws-lambda'

export interface EventParts {
  readonly method?: string
  readonly path?: string
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** API Gateway delivers forms so (RFC 4648 section 4). */
  readonly base64?: boolean
}

/** An event of an API Gateway HTTP API, payload 2.0, as far as functions read it. */
export function httpApiEvent(parts: EventParts = {}): APIGatewayProxyEventV2 {
  const { method = 'GET', path = '/', query = '', headers = {}, body, base64 = false } = parts
  const content = body === undefined ? {} : { body: base64 ? Buffer.from(body).toString('base64') : body }
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers: { ...headers },
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'tokens.example',
      domainPrefix: 'tokens',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'gateway-request',
      routeKey: '$default',
      stage: '$default',
      time: '25/Oct/2026:20:26:40 +0000',
      timeEpoch: 1_793_000_000_000,
    },
    isBase64Encoded: base64,
    ...content,
  }
}

/** A POST of a form, encoded as API Gateway delivers it. */
export function formEvent(
  parameters: Readonly<Record<string, string>> | URLSearchParams | string,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyEventV2 {
  const body = typeof parameters === 'string' ? parameters : new URLSearchParams(parameters).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return httpApiEvent({ method: 'POST', path: '/oauth/token', headers: { ...type, ...headers }, body, base64: true })
}

export const lambdaContext: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:test',
  memoryLimitInMB: '256',
  awsRequestId: 'request-1',
  logGroupName: 'test',
  logStreamName: 'test',
  getRemainingTimeInMillis: () => 10_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
}
