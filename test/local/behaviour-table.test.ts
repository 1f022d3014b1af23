// The behaviour that the local gateway reproduces: one test per cell of the table in docs/local-stack.md.
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpApi, restApi } from './fixtures/apis.ts'
import { startGateway, type TestGateway } from './fixtures/gateway.ts'

/** Does what its token says. `asked` counts the invocations of all tests; `?probe` of the backend reads it. */
const AUTHORIZER = `
let asked = 0
const answers = {
  http: (isAuthorized, context) => ({ isAuthorized, context }),
  rest: (effect, context, event) => ({
    principalId: 'someone',
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: effect, Resource: resource(event) }] },
    context,
  }),
}
const resource = (event) => event.methodArn?.replace(/\\/v1\\/.*/, '/v1/GET/open*')
export const handler = async (event) => {
  asked += 1
  const rest = event.methodArn !== undefined
  const [kind] = (event.authorizationToken ?? event.headers?.authorization ?? event.headers?.Authorization ?? '').split('#')
  const allow = (context) => (rest ? answers.rest('Allow', { asked, ...context }, event) : answers.http(true, { asked, ...context }))
  switch (kind) {
    case 'allow': return allow({})
    case 'types': return allow({ number: 5, flag: true, text: 'five' })
    case 'nested': return allow({ list: [1, { deep: null }] })
    case 'large': return allow({ text: 'x'.repeat(8192) })
    case 'deny': return rest ? answers.rest('Deny', { asked }, event) : answers.http(false)
    case 'other': return rest ? { ...answers.rest('Allow', {}, { methodArn: 'arn:nothing' }) } : answers.http(false)
    case 'long-resource': return { ...answers.rest('Allow', {}, event), policyDocument: { Statement: [{ Action: '*', Effect: 'Allow', Resource: 'a'.repeat(513) }] } }
    case 'unauthorized': throw new Error('Unauthorized')
    case 'throw': throw new Error('the key set is gone')
    case 'malformed': return rest ? { principalId: 'someone', policyDocument: {} } : { isAuthorized: 'true' }
    case 'slow': await new Promise((resolve) => setTimeout(resolve, 4_000)); return allow({})
    default: throw new Error('no such case: ' + kind)
  }
}`

const BACKEND = `
export const handler = async (event) => {
  if (event.headers?.fail !== undefined) throw new Error('backend')
  if (event.headers?.slow !== undefined) await new Promise((resolve) => setTimeout(resolve, 400))
  return { statusCode: 200, body: JSON.stringify(event) }
}`

const HEADER = '$request.header.Authorization'
const REST_HEADER = 'method.request.header.Authorization'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway(
    {
      functions: { Backend: { code: BACKEND }, Authorizer: { code: AUTHORIZER, timeout: 10 } },
      resources: {
        ...httpApi({
          authorizers: {
            HttpOne: {
              function: 'Authorizer',
              properties: { IdentitySource: [HEADER], AuthorizerResultTtlInSeconds: 0 },
            },
            HttpKept: {
              function: 'Authorizer',
              properties: { IdentitySource: [HEADER], AuthorizerResultTtlInSeconds: 60 },
            },
            HttpByRoute: {
              function: 'Authorizer',
              properties: { IdentitySource: [HEADER, '$context.routeKey'], AuthorizerResultTtlInSeconds: 60 },
            },
          },
          routes: {
            'GET /open': { function: 'Backend', authorizer: 'HttpOne' },
            'GET /timed': { function: 'Backend', authorizer: 'HttpOne', timeoutMs: 200 },
            'GET /kept/{id}': { function: 'Backend', authorizer: 'HttpKept' },
            'PUT /kept/{id}': { function: 'Backend', authorizer: 'HttpKept' },
            'GET /by-route/{id}': { function: 'Backend', authorizer: 'HttpByRoute' },
            'PUT /by-route/{id}': { function: 'Backend', authorizer: 'HttpByRoute' },
          },
        }),
        ...restApi({
          authorizers: {
            RestOne: {
              function: 'Authorizer',
              properties: { Type: 'TOKEN', IdentitySource: REST_HEADER, AuthorizerResultTtlInSeconds: 0 },
            },
            RestDefault: { function: 'Authorizer', properties: { Type: 'TOKEN', IdentitySource: REST_HEADER } },
            RestRequest: {
              function: 'Authorizer',
              properties: {
                Type: 'REQUEST',
                IdentitySource: `${REST_HEADER},method.request.querystring.tenant`,
                AuthorizerResultTtlInSeconds: 60,
              },
            },
          },
          methods: {
            'GET /open': { function: 'Backend', authorizer: 'RestOne' },
            'GET /open-timed': { function: 'Backend', authorizer: 'RestOne', timeoutMs: 200 },
            'GET /open/{id}': { function: 'Backend', authorizer: 'RestOne' },
            'GET /open-kept/{id}': { function: 'Backend', authorizer: 'RestDefault' },
            'PUT /open-kept/{id}': { function: 'Backend', authorizer: 'RestDefault' },
            'GET /open-request': { function: 'Backend', authorizer: 'RestRequest' },
          },
        }),
      },
    },
    2_000,
  )
})
afterAll(() => gateway.close())

interface Seen {
  readonly status: number
  readonly body: unknown
  readonly event: {
    readonly requestContext: { readonly authorizer: Record<string, unknown> }
    readonly [key: string]: unknown
  }
}

async function ask(url: string, token?: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Seen> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(token === undefined ? {} : { Authorization: token }) },
  })
  const body: unknown = await response.json()
  return { status: response.status, body, event: body as Seen['event'] }
}
const http = (path: string, token?: string, headers?: Record<string, string>, method?: string) =>
  ask(`${gateway.http}${path}`, token, headers, method)
const rest = (path: string, token?: string, headers?: Record<string, string>, method?: string) =>
  ask(`${gateway.rest}${path}`, token, headers, method)

const lambdaContext = ({ event }: Seen) => event.requestContext.authorizer['lambda'] as { readonly asked: number }

/** How often the authorizer was invoked so far, this question included. */
const httpAsked = async () => lambdaContext(await http('/open', 'allow')).asked
const restAsked = async () => Number((await rest('/open', 'allow')).event.requestContext.authorizer['asked'])

describe('identity source absent', () => {
  it('HTTP API: 401, not invoked', async () => {
    const before = await httpAsked()
    expect(await http('/open')).toMatchObject({ status: 401, body: { message: 'Unauthorized' } })
    expect(await httpAsked()).toBe(before + 1)
  })
  it('HTTP API: 401 with an empty header, not invoked', async () => {
    const before = await httpAsked()
    expect((await http('/open', '')).status).toBe(401)
    expect(await httpAsked()).toBe(before + 1)
  })
  it('REST API: 401, not invoked', async () => {
    const before = await restAsked()
    expect(await rest('/open')).toMatchObject({ status: 401, body: { message: 'Unauthorized' } })
    expect(await restAsked()).toBe(before + 1)
  })
  it('REST API: 401 when any of several is absent or empty, not invoked', async () => {
    const before = await restAsked()
    expect((await rest('/open-request', 'allow')).status).toBe(401)
    expect((await rest('/open-request?tenant=', 'allow')).status).toBe(401)
    expect((await rest('/open-request?tenant=acme')).status).toBe(401)
    expect(await restAsked()).toBe(before + 1)
  })
  it('and with all of them the function is asked (control)', async () => {
    const before = await restAsked()
    expect((await rest('/open-request?tenant=acme', 'allow#control')).status).toBe(200)
    expect(await restAsked()).toBe(before + 2)
  })
})

describe('denied', () => {
  it('HTTP API: 403 Forbidden', async () => {
    expect(await http('/open', 'deny')).toMatchObject({ status: 403, body: { message: 'Forbidden' } })
  })
  it('REST API: 403, by what the policy does not allow', async () => {
    const body = { Message: 'User is not authorized to access this resource' }
    expect(await rest('/open', 'other')).toMatchObject({ status: 403, body })
  })
  it('REST API: 403, with an explicit deny', async () => {
    const body = { Message: 'User is not authorized to access this resource with an explicit deny' }
    expect(await rest('/open', 'deny')).toMatchObject({ status: 403, body })
  })
})

describe('authorizer throws "Unauthorized"', () => {
  it('HTTP API: 500', async () => {
    expect(await http('/open', 'unauthorized')).toMatchObject({
      status: 500,
      body: { message: 'Internal Server Error' },
    })
  })
  it('REST API: 401', async () => {
    expect(await rest('/open', 'unauthorized')).toMatchObject({ status: 401, body: { message: 'Unauthorized' } })
  })
})

describe('authorizer throws something else, or its answer is malformed', () => {
  it.each(['throw', 'malformed'])('HTTP API: 500 (%s)', async (token) => {
    expect((await http('/open', token)).status).toBe(500)
  })
  it.each(['throw', 'malformed'])('REST API: 500 (%s)', async (token) => {
    expect(await rest('/open', token)).toMatchObject({ status: 500, body: { message: null } })
  })
})

describe('no such route', () => {
  it('HTTP API: 404', async () => {
    expect(await http('/nothing', 'allow')).toMatchObject({ status: 404, body: { message: 'Not Found' } })
  })
  it('REST API: 403 Missing Authentication Token', async () => {
    expect(await rest('/nothing', 'allow')).toMatchObject({
      status: 403,
      body: { message: 'Missing Authentication Token' },
    })
  })
})

describe('backend error', () => {
  it('HTTP API: 500', async () => {
    expect((await http('/open', 'allow', { fail: 'yes' })).status).toBe(500)
  })
  it('REST API: 502', async () => {
    expect(await rest('/open', 'allow', { fail: 'yes' })).toMatchObject({
      status: 502,
      body: { message: 'Internal server error' },
    })
  })
})

describe('backend timeout', () => {
  it('HTTP API: 503', async () => {
    expect(await http('/timed', 'allow', { slow: 'yes' })).toMatchObject({
      status: 503,
      body: { message: 'Service Unavailable' },
    })
  })
  it('REST API: 504', async () => {
    expect(await rest('/open-timed', 'allow', { slow: 'yes' })).toMatchObject({
      status: 504,
      body: { message: 'Endpoint request timed out' },
    })
  })
})

describe('cache key', () => {
  const asked = (seen: Seen) => lambdaContext(seen).asked
  it('HTTP API: the identity sources, all routes together', async () => {
    const first = await http('/kept/1', 'allow#together')
    expect(asked(await http('/kept/2', 'allow#together', {}, 'PUT'))).toBe(asked(first))
    expect(asked(await http('/kept/1', 'allow#another'))).not.toBe(asked(first))
  })
  it('HTTP API: each route for itself with $context.routeKey', async () => {
    const first = await http('/by-route/1', 'allow#apart')
    expect(asked(await http('/by-route/2', 'allow#apart'))).toBe(asked(first))
    expect(asked(await http('/by-route/1', 'allow#apart', {}, 'PUT'))).not.toBe(asked(first))
  })
  it('HTTP API: a denial is kept too', async () => {
    const before = await httpAsked()
    expect((await http('/kept/1', 'deny#kept')).status).toBe(403)
    expect((await http('/kept/1', 'deny#kept')).status).toBe(403)
    expect(await httpAsked()).toBe(before + 2)
  })
  it('HTTP API: an error is not', async () => {
    const before = await httpAsked()
    for (const _ of [1, 2]) expect((await http('/kept/1', 'throw#kept')).status).toBe(500)
    expect(await httpAsked()).toBe(before + 3)
  })
  it('REST API: the token; the policy is kept and held against every method ARN', async () => {
    const first = await rest('/open-kept/1', 'allow#policy')
    const again = await rest('/open-kept/2', 'allow#policy')
    expect(again.event.requestContext.authorizer['asked']).toBe(first.event.requestContext.authorizer['asked'])
    expect((await rest('/open-kept/1', 'allow#policy', {}, 'PUT')).status).toBe(403)
  })
  it('REST API: all sources of a REQUEST authorizer', async () => {
    const asked = async (tenant: string) =>
      (await rest(`/open-request?tenant=${tenant}`, 'allow#sources')).event.requestContext.authorizer['asked']
    expect(await asked('acme')).toBe(await asked('acme'))
    expect(await asked('acme')).not.toBe(await asked('globex'))
  })
})

describe('TTL', () => {
  const token = 'allow#ttl'
  const httpCount = async () => lambdaContext(await http('/kept/1', token)).asked
  const restCount = async () => (await rest('/open-kept/1', token)).event.requestContext.authorizer['asked']
  it('HTTP API: asked again when it is over', async () => {
    const first = await httpCount()
    gateway.pass(59)
    expect(await httpCount()).toBe(first)
    gateway.pass(2)
    expect(await httpCount()).not.toBe(first)
  })
  it('HTTP API: 0 keeps nothing', async () => {
    expect(await httpAsked()).not.toBe(await httpAsked())
  })
  it('REST API: 300 seconds where the template says nothing', async () => {
    const first = await restCount()
    gateway.pass(299)
    expect(await restCount()).toBe(first)
    gateway.pass(2)
    expect(await restCount()).not.toBe(first)
  })
  it('REST API: 0 keeps nothing', async () => {
    expect(await restAsked()).not.toBe(await restAsked())
  })
})

describe('context', () => {
  it('HTTP API: types kept, under authorizer.lambda', async () => {
    const { event } = await http('/open', 'types')
    expect(event.requestContext.authorizer).toEqual({
      lambda: { asked: expect.any(Number), number: 5, flag: true, text: 'five' },
    })
  })
  it('HTTP API: lists and maps too', async () => {
    const { event } = await http('/open', 'nested')
    expect(event.requestContext.authorizer['lambda']).toMatchObject({ list: [1, { deep: null }] })
  })
  it('REST API: scalars, as strings, flat beside principalId', async () => {
    const { event } = await rest('/open', 'types')
    expect(event.requestContext.authorizer).toEqual({
      asked: expect.stringMatching(/^\d+$/),
      number: '5',
      flag: 'true',
      text: 'five',
      principalId: 'someone',
    })
  })
  it('REST API: 500 for lists and maps', async () => {
    expect((await rest('/open', 'nested')).status).toBe(500)
  })
})

describe('headers', () => {
  const given = ['X-Case', 'Mixed', 'X-Twice', 'a', 'X-Twice', 'b', 'Cookie', 'a=1; b=2', 'Authorization', 'allow']
  it('HTTP API: lower case, duplicates joined by comma, cookies apart', async () => {
    const event = await raw(`${gateway.http}/open`, given)
    expect(event['headers']).toMatchObject({ 'x-case': 'Mixed', 'x-twice': 'a,b' })
    expect(event['headers']).not.toHaveProperty('cookie')
    expect(event['cookies']).toEqual(['a=1', 'b=2'])
    expect(event).not.toHaveProperty('multiValueHeaders')
  })
  it("REST API: in the client's case, with multi-value maps, absent maps null", async () => {
    const event = await raw(`${gateway.rest}/open`, given)
    expect(event['headers']).toMatchObject({ 'X-Case': 'Mixed', 'X-Twice': 'b', Cookie: 'a=1; b=2' })
    expect(event['multiValueHeaders']).toMatchObject({ 'X-Twice': ['a', 'b'] })
    expect(event).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
    })
  })
})

describe('limits', () => {
  const filler = (bytes: number) => ({ filler: 'x'.repeat(bytes) })
  it('HTTP API: request line and headers together 10,240 bytes', async () => {
    expect((await http('/open', 'allow', filler(9_000))).status).toBe(200)
    expect((await http('/open', 'allow', filler(10_240))).status).toBe(431)
    expect((await http(`/open?${'x'.repeat(1_200)}`, 'allow', filler(9_000))).status).toBe(431)
  })
  it('REST API: headers 10,240 bytes', async () => {
    expect((await rest('/open', 'allow', filler(10_240))).status).toBe(431)
    expect((await rest(`/open?${'x'.repeat(1_200)}`, 'allow', filler(9_000))).status).toBe(200)
  })
  it('HTTP API: authorizer too slow, 500', async () => {
    expect((await http('/open', 'slow')).status).toBe(500)
  })
  it('REST API: authorizer too slow, 500', async () => {
    expect((await rest('/open', 'slow')).status).toBe(500)
  })
  it('REST API: method ARN over 1,600 bytes, 414', async () => {
    expect((await rest(`/open/${'x'.repeat(1_500)}`, 'allow')).status).toBe(200)
    expect((await rest(`/open/${'x'.repeat(1_600)}`, 'allow')).status).toBe(414)
  })
  it('REST API: Resource of a policy over 512 characters, 500', async () => {
    expect((await rest('/open', 'long-resource')).status).toBe(500)
  })
  it('both: answer of an authorizer over 8 KB, 500', async () => {
    expect((await rest('/open', 'large')).status).toBe(500)
    expect((await http('/open', 'large')).status).toBe(500)
  })
})

/** The event that a request with exactly these header lines becomes. */
function raw(url: string, headers: readonly string[]): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers: ['Host', new URL(url).host, ...headers] as never }, async (response) => {
      response.setEncoding('utf8')
      resolve(JSON.parse((await response.toArray()).join('')))
    })
    sent.on('error', reject)
    sent.end()
  })
}
