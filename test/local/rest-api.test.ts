// biome-ignore-all lint/suspicious/noTemplateCurlyInString: gateway responses spell variables like this.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { restApi, withProperties } from './fixtures/apis.ts'
import { askForEvent, ECHO, RAW, startEcho, startGateway, type TestGateway } from './fixtures/gateway.ts'

const AUTHORIZER = `
export const handler = async (event) => ({
  principalId: 'someone',
  policyDocument: { Statement: [{ Action: 'execute-api:Invoke', Effect: event.authorizationToken === 'Bearer no' ? 'Deny' : 'Allow', Resource: event.methodArn }] },
  context: { code: 'not_granted', event: JSON.stringify(event) },
})`

let gateway: TestGateway
beforeAll(async () => {
  const echo = { function: 'Echo' }
  gateway = await startGateway({
    functions: {
      Echo: { code: ECHO },
      Raw: { code: RAW },
      Locked: { code: ECHO, permissions: [] },
      Authorizer: { code: AUTHORIZER },
    },
    resources: {
      ...restApi({
        properties: { BinaryMediaTypes: ['image/png'] },
        authorizers: {
          Token: {
            function: 'Authorizer',
            properties: {
              Type: 'TOKEN',
              IdentitySource: 'method.request.header.Authorization',
              IdentityValidationExpression: 'Bearer .+',
              AuthorizerResultTtlInSeconds: 0,
            },
          },
          Request: {
            function: 'Authorizer',
            properties: {
              Type: 'REQUEST',
              IdentitySource: 'method.request.querystring.key,context.httpMethod',
              AuthorizerResultTtlInSeconds: 0,
            },
          },
        },
        responses: {
          ACCESS_DENIED: {
            StatusCode: '403',
            ResponseParameters: {
              'gatewayresponse.header.X-Code': 'context.authorizer.code',
              'gatewayresponse.header.X-Fixed': "'fixed'",
              'gatewayresponse.header.X-Asked': 'method.request.header.X-Ask',
              'gatewayresponse.header.X-Missing': 'context.authorizer.nothing',
            },
            ResponseTemplates: {
              'application/json':
                '{"code":"$context.authorizer.code","message":$context.error.messageString,"type":"${context.error.responseType}","none":"$context.authorizer.nothing"}',
            },
          },
          DEFAULT_4XX: {
            ResponseTemplates: { 'application/json': '{"family":"4XX","message":"$context.error.message"}' },
          },
        },
        methods: {
          'GET /': echo,
          'GET /flows': echo,
          'GET /flows/{id}': echo,
          'POST /flows/new': echo,
          'ANY /files/{path+}': echo,
          'GET /raw': { function: 'Raw' },
          'GET /locked': { function: 'Locked' },
          'GET /token/{id}': { function: 'Echo', authorizer: 'Token' },
          'GET /request': { function: 'Echo', authorizer: 'Request' },
        },
      }),
      Preflight: {
        Type: 'AWS::ApiGateway::Method',
        Properties: {
          RestApiId: { Ref: 'Rest' },
          ResourceId: { Ref: 'RestResourceflows0' },
          HttpMethod: 'OPTIONS',
          AuthorizationType: 'NONE',
          Integration: {
            Type: 'MOCK',
            RequestTemplates: { 'application/json': '{ statusCode: 204 }' },
            IntegrationResponses: [
              {
                StatusCode: '204',
                ResponseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'*'" },
              },
            ],
          },
        },
      },
    },
  })
})
afterAll(() => gateway.close())

const event = (path: string, init?: RequestInit) => askForEvent(`${gateway.rest}${path}`, init)

describe('methods of a REST API', () => {
  it.each([
    ['GET', '/', '/'],
    ['GET', '/flows', '/flows'],
    ['GET', '/flows/', '/flows'],
    ['GET', '/fl%6Fws', '/flows'],
    ['GET', '/flows/7', '/flows/{id}'],
    ['GET', '/flows/a%2Fb', '/flows/{id}'],
    ['DELETE', '/files/a/b', '/files/{path+}'],
  ])('%s %s goes to %s', async (method, path, resource) => {
    expect(await event(path, { method })).toMatchObject({ status: 200, resource })
  })
  it.each([
    ['a method that the chosen resource lacks, whatever others have', 'GET', '/flows/new'],
    ['another case', 'GET', '/Flows'],
    ['a resource without methods', 'GET', '/files'],
  ])('are 403 for %s', async (_, method, path) => {
    expect(await event(path, { method })).toMatchObject({ status: 403, message: 'Missing Authentication Token' })
  })
  it('are 403 Forbidden without a stage', async () => {
    const response = await fetch(gateway.rest.replace('/v1', '/v2/flows'))
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }])
  })
  it('without permission to invoke the function are 500', async () => {
    expect(await event('/locked')).toMatchObject({ status: 500 })
    expect(gateway.logged.join()).toContain('Locked has no AWS::Lambda::Permission')
  })
  it('with a mock integration answer what the template says', async () => {
    const response = await fetch(`${gateway.rest}/flows`, { method: 'OPTIONS' })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('the event of a REST API', () => {
  it('holds the path as it was sent, decoded parameters, and the query', async () => {
    expect(await event('/flows/a%20b?x=1&x=2')).toMatchObject({
      resource: '/flows/{id}',
      path: '/flows/a%20b',
      httpMethod: 'GET',
      pathParameters: { id: 'a b' },
      queryStringParameters: { x: '2' },
      multiValueQueryStringParameters: { x: ['1', '2'] },
      isBase64Encoded: false,
      requestContext: {
        path: '/v1/flows/a%20b',
        resourcePath: '/flows/{id}',
        stage: 'v1',
        identity: { sourceIp: '127.0.0.1' },
      },
    })
  })
  it('has text bodies as text, and binary ones where the API says so', async () => {
    const post = (type: string) =>
      event('/flows/new', { method: 'POST', body: 'a=1', headers: { 'content-type': type } })
    expect(await post('application/x-www-form-urlencoded')).toMatchObject({ body: 'a=1', isBase64Encoded: false })
    expect(await post('image/png')).toMatchObject({ body: 'YT0x', isBase64Encoded: true })
  })
})

describe('authorizers of a REST API', () => {
  const seen = async (path: string, init: RequestInit) => {
    const { requestContext } = (await event(path, init)) as { requestContext?: { authorizer: { event: string } } }
    return JSON.parse(requestContext?.authorizer.event ?? 'null')
  }
  it('TOKEN: the event holds type, token and method ARN only', async () => {
    expect(await seen('/token/7', { headers: { Authorization: 'Bearer yes' } })).toEqual({
      type: 'TOKEN',
      authorizationToken: 'Bearer yes',
      methodArn: expect.stringMatching(/^arn:aws:execute-api:eu-west-1:000000000000:\w{10}\/v1\/GET\/token\/7$/),
    })
  })
  it('TOKEN: a token that does not match the expression as a whole is 401, not invoked', async () => {
    for (const Authorization of ['Basic x', 'x Bearer y', 'Bearer ']) {
      expect(await event('/token/7', { headers: { Authorization } })).toMatchObject({ status: 401 })
    }
  })
  it('REQUEST: the event holds the request', async () => {
    expect(await seen('/request?key=1', {})).toMatchObject({
      type: 'REQUEST',
      methodArn: expect.stringContaining('/v1/GET/request'),
      httpMethod: 'GET',
      queryStringParameters: { key: '1' },
      pathParameters: null,
    })
  })
})

describe('gateway responses', () => {
  const denied = () => fetch(`${gateway.rest}/token/7`, { headers: { Authorization: 'Bearer no', 'X-Ask': 'asked' } })
  it('may show what the authorizer said', async () => {
    const response = await denied()
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({
      code: 'not_granted',
      message: 'User is not authorized to access this resource with an explicit deny',
      type: 'ACCESS_DENIED',
      none: '',
    })
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-code': 'not_granted',
      'x-fixed': 'fixed',
      'x-asked': 'asked',
    })
    expect(response.headers.has('x-missing')).toBe(false)
  })
  it('fall back to their family, and keep their own status', async () => {
    const response = await fetch(`${gateway.rest}/token/7`)
    expect([response.status, await response.json()]).toEqual([401, { family: '4XX', message: 'Unauthorized' }])
  })
  it('fall back to the gateway where there is no family either', async () => {
    const response = await fetch(`${gateway.rest}/raw`, { headers: { answer: '"text"' } })
    expect([response.status, await response.json()]).toEqual([502, { message: 'Internal server error' }])
  })
})

describe('the answer of a function', () => {
  const answer = (value: unknown, headers = {}) =>
    fetch(`${gateway.rest}/raw`, { headers: { answer: JSON.stringify(value), ...headers } })
  it('is read member by member', async () => {
    const response = await answer({
      statusCode: 201,
      headers: { 'x-a': 1, 'x-b': 'single' },
      multiValueHeaders: { 'X-B': ['1', '2'] },
      body: 'text',
    })
    expect([response.status, await response.text()]).toEqual([201, 'text'])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-a': '1',
      'x-b': '1, 2',
      'content-type': 'application/json',
    })
  })
  it.each([
    null,
    'text',
    {},
    { statusCode: 200, more: 1 },
    { statusCode: 200, body: {} },
    { statusCode: 'x' },
    { statusCode: 200, multiValueHeaders: { a: 'b' } },
  ])('that is malformed is 502: %j', async (value) => {
    expect((await answer(value)).status).toBe(502)
  })
  it('is decoded from base64 only for those who accept a binary type', async () => {
    const value = { statusCode: 200, body: 'aGk=', isBase64Encoded: true }
    expect(await (await answer(value, { accept: 'image/png' })).text()).toBe('hi')
    expect(await (await answer(value, { accept: 'text/plain' })).text()).toBe('aGk=')
  })
  it('has WWW-Authenticate renamed', async () => {
    const response = await answer({ statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } })
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(response.headers.get('x-amzn-remapped-www-authenticate')).toBe('Bearer')
  })
})

describe('what the local gateway would get wrong', () => {
  const base = restApi({ methods: { 'GET /': { function: 'Echo' } } })
  const change = (id: string, properties: object) => withProperties(base, id, properties)
  it.each([
    ['API keys', change('RestMethod0', { ApiKeyRequired: true }), 'Api/RestMethod0'],
    ['IAM authorization', change('RestMethod0', { AuthorizationType: 'AWS_IAM' }), 'Api/RestMethod0'],
    ['HTTP integrations', change('RestMethod0', { Integration: { Type: 'HTTP_PROXY' } }), 'Api/RestMethod0'],
    ['OpenAPI documents', change('Rest', { Body: {} }), 'Api/Rest'],
    [
      'path parameters as identity source',
      {
        ...base,
        A: {
          Type: 'AWS::ApiGateway::Authorizer',
          Properties: { RestApiId: { Ref: 'Rest' }, Type: 'REQUEST', IdentitySource: 'method.request.path.id' },
        },
      },
      'Api/A',
    ],
  ])('is refused at start, by name: %s', async (_, resources, name) => {
    await expect(startEcho(resources)).rejects.toMatchObject({
      code: 'resource_unsupported',
      message: expect.stringContaining(name),
    })
  })
  it('and what it knows is not (control)', async () => {
    await (await startEcho(base)).close()
  })
})
