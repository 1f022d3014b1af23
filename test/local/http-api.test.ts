import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpApi, withProperties } from './fixtures/apis.ts'
import { askForEvent, ECHO, RAW, startEcho, startGateway, type TestGateway } from './fixtures/gateway.ts'
import { arn } from './fixtures/stage-folder.ts'

const LOCKED = 'export const handler = async () => 1'

let gateway: TestGateway
beforeAll(async () => {
  const echo = { function: 'Echo' }
  gateway = await startGateway({
    functions: {
      Echo: { code: ECHO },
      Raw: { code: RAW },
      Locked: { code: LOCKED, permissions: [] },
      ForEvents: { code: LOCKED, permissions: ['events.amazonaws.com'] },
      Scoped: { code: LOCKED, permissions: [] },
      Policies: {
        code: `export const handler = async ({ routeArn, headers }) => ({
          principalId: 'someone',
          policyDocument: { Statement: [{ Action: 'execute-api:*', Effect: 'Allow', Resource: routeArn.replace(/[^/]*$/, headers.authorization) }] },
          context: { from: 'a policy' },
        })`,
      },
    },
    resources: {
      ...httpApi({
        properties: {
          CorsConfiguration: {
            AllowOrigins: ['https://app.example'],
            AllowMethods: ['GET'],
            AllowHeaders: ['authorization'],
            MaxAge: 60,
          },
        },
        authorizers: {
          Policy: {
            function: 'Policies',
            properties: { EnableSimpleResponses: false, IdentitySource: ['$request.header.Authorization'] },
          },
        },
        routes: {
          'GET /': echo,
          'GET /flows': echo,
          'GET /flows/{id}': echo,
          'GET /flows/new': echo,
          'POST /flows/new': echo,
          'ANY /flows/{id}/runs': echo,
          'GET /flows/{id}/runs': echo,
          'GET /files/{path+}': echo,
          'GET /files/known': echo,
          'GET /raw': { function: 'Raw' },
          'GET /locked': { function: 'Locked' },
          'GET /for-events': { function: 'ForEvents' },
          'GET /scoped/{id}': { function: 'Scoped' },
          'GET /policy/{id}': { function: 'Echo', authorizer: 'Policy' },
        },
      }),
      ScopedPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: arn('Scoped'),
          Principal: 'apigateway.amazonaws.com',
          SourceArn: { 'Fn::Sub': 'arn:aws:execute-api:*:*:*/*/GET/scoped/{id}' },
        },
      },
    },
  })
})
afterAll(() => gateway.close())

const event = (path: string, init?: RequestInit) => askForEvent(`${gateway.http}${path}`, init)

describe('routes of an HTTP API', () => {
  it.each([
    ['GET', '/', 'GET /'],
    ['GET', '/flows', 'GET /flows'],
    ['GET', '/flows/7', 'GET /flows/{id}'],
    ['GET', '/flows/new', 'GET /flows/new'],
    ['GET', '/flows/7/runs', 'GET /flows/{id}/runs'],
    ['PUT', '/flows/7/runs', 'ANY /flows/{id}/runs'],
    ['GET', '/files/known', 'GET /files/known'],
    ['GET', '/files/known/more', 'GET /files/{path+}'],
    ['GET', '/flows%2Fnew', 'GET /flows/new'],
    ['GET', '/fl%6Fws', 'GET /flows'],
    ['GET', '/flows/7%3Fadmin', 'GET /flows/{id}'],
  ])('%s %s goes to %s', async (method, path, routeKey) => {
    expect(await event(path, { method })).toMatchObject({ status: 200, routeKey })
  })
  it.each([
    ['GET', '/flows/'],
    ['GET', '/Flows'],
    ['GET', '//flows'],
    ['GET', '/flows//runs'],
    ['GET', '/files'],
    ['PUT', '/flows'],
  ])('%s %s is 404', async (method, path) => {
    expect(await event(path, { method })).toMatchObject({ status: 404 })
  })
  it('are not found for a path that is no encoding: 400', async () => {
    expect(await event('/flows/%ZZ')).toMatchObject({ status: 400 })
  })
  it('without permission to invoke the function are 500, and the log says why', async () => {
    expect(await event('/locked')).toMatchObject({ status: 500 })
    expect(gateway.logged.join()).toMatch(/Locked has no AWS::Lambda::Permission for \S+GET\/locked/)
  })
  it('are 500 where only another service has the permission', async () => {
    expect(await event('/for-events')).toMatchObject({ status: 500 })
  })
  it('are allowed by a permission for the route alone', async () => {
    expect((await fetch(`${gateway.http}/scoped/7`)).status).toBe(200)
  })
})

describe('the event of an HTTP API', () => {
  it('holds the decoded path, its parameters, and the query', async () => {
    expect(await event('/flows/a%20b?x=1&x=2&y=%2B+')).toMatchObject({
      version: '2.0',
      rawPath: '/flows/a b',
      rawQueryString: 'x=1&x=2&y=%2B+',
      queryStringParameters: { x: '1,2', y: '+ ' },
      pathParameters: { id: 'a b' },
      isBase64Encoded: false,
      requestContext: {
        accountId: '000000000000',
        http: { method: 'GET', path: '/flows/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        routeKey: 'GET /flows/{id}',
        stage: '$default',
        timeEpoch: expect.closeTo(Date.now(), -5),
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
    })
  })
  it('has no maps that would be empty', async () => {
    const given = await event('/flows')
    for (const name of ['queryStringParameters', 'pathParameters', 'stageVariables', 'cookies', 'body'])
      expect(given).not.toHaveProperty(name)
    expect(given).not.toHaveProperty('requestContext.authorizer')
  })
  it.each([
    ['application/json', '{"a":1}', false],
    ['text/csv; charset=utf-8', 'a;b', false],
    ['application/x-www-form-urlencoded', 'a=1', true],
    ['application/octet-stream', '\u0000', true],
  ])('has a body of %s in base64 or not', async (type, body, isBase64Encoded) => {
    const given = await event('/flows/new', { method: 'POST', body, headers: { 'content-type': type } })
    expect(given).toMatchObject({
      isBase64Encoded,
      body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
    })
  })
})

describe('the answer of a function', () => {
  const answer = async (value: unknown) => {
    const response = await fetch(`${gateway.http}/raw`, { headers: { answer: JSON.stringify(value) } })
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
      headers: response.headers,
    }
  }
  it('without statusCode is the body of a 200', async () => {
    expect(await answer({ a: 1 })).toMatchObject({ status: 200, type: 'application/json', text: '{"a":1}' })
    expect(await answer('plain')).toMatchObject({ status: 200, text: 'plain' })
  })
  it('with statusCode is read member by member', async () => {
    const given = await answer({
      statusCode: 201,
      body: 'aGk=',
      isBase64Encoded: true,
      headers: { 'x-a': 1 },
      cookies: ['a=1', 'b=2'],
      extra: 1,
    })
    expect(given).toMatchObject({ status: 201, type: 'text/plain; charset=utf-8', text: 'hi' })
    expect(given.headers.get('x-a')).toBe('1')
    expect(given.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  })
  it.each([
    { statusCode: 'many' },
    { statusCode: 99 },
    { statusCode: 200, body: {} },
    { statusCode: 200, headers: { a: [] } },
  ])('that makes no sense is 500: %j', async (value) => {
    expect(await answer(value)).toMatchObject({ status: 500, text: '{"message":"Internal Server Error"}' })
  })
  it('keeps WWW-Authenticate', async () => {
    const given = await answer({ statusCode: 401, headers: { 'WWW-Authenticate': 'Bearer' } })
    expect(given.headers.get('www-authenticate')).toBe('Bearer')
  })
})

describe('CORS of an HTTP API', () => {
  const preflight = (origin: string, method = 'GET', path = '/flows') =>
    fetch(`${gateway.http}${path}`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': method } })
  it('answers preflights itself', async () => {
    const response = await preflight('https://app.example')
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': '60',
    })
  })
  it.each([
    ['https://evil.example', 'GET'],
    ['https://app.example', 'PUT'],
  ])('allows nothing to %s %s', async (origin, method) => {
    const response = await preflight(origin, method)
    expect(response.headers.get('access-control-allow-methods')).toBeNull()
  })
  it('leaves OPTIONS to a route that takes it', async () => {
    expect((await preflight('https://app.example', 'GET', '/flows/7/runs')).status).toBe(200)
  })
  it("replaces a function's own headers", async () => {
    const own = { answer: JSON.stringify({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' } }) }
    const foreign = await fetch(`${gateway.http}/raw`, { headers: { ...own, origin: 'https://evil.example' } })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    const known = await fetch(`${gateway.http}/raw`, { headers: { ...own, origin: 'https://app.example' } })
    expect(known.headers.get('access-control-allow-origin')).toBe('https://app.example')
  })
})

describe('an authorizer that answers with policies', () => {
  const ask = (authorization: string) => fetch(`${gateway.http}/policy/7`, { headers: { authorization } })
  it('allows what the policy allows', async () => {
    expect((await ask('7')).status).toBe(200)
    expect((await ask('*')).status).toBe(200)
  })
  it('denies what it does not', async () => {
    expect((await ask('8')).status).toBe(403)
  })
})

describe('what the local gateway would get wrong', () => {
  const base = httpApi({ routes: { 'GET /': { function: 'Echo' } } })
  const change = (id: string, properties: object) => withProperties(base, id, properties)
  it.each([
    ['JWT authorizers', change('HttpRoute0', { AuthorizationType: 'JWT' }), 'Api/HttpRoute0'],
    ['payload format 1.0', change('HttpIntegration0', { PayloadFormatVersion: '1.0' }), 'Api/HttpIntegration0'],
    [
      'parameter mapping',
      change('HttpIntegration0', { RequestParameters: { 'overwrite:path': '/' } }),
      'Api/HttpIntegration0',
    ],
    ['WebSocket APIs', change('Http', { ProtocolType: 'WEBSOCKET' }), 'Api/Http'],
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
