import { fc, test } from '@fast-check/vitest'
import { beforeAll, describe, expect, it } from 'vitest'
import { flows, httpEvent, requestEvent, setUp, stageArn, tokenEvent } from '../../test/support/authorizer.ts'
import { evaluatePolicy } from '../../test/support/rest-gateway.ts'
import { readMethodArn } from './later/policy/method-arn.ts'
import type { RestAnswer } from './later/rest.ts'

// Untrusted events: whatever arrives, the answer is one of the documented ones, and nothing is allowed that the event
// in its proper form would not be.

const { authorize, service } = setUp()
let token: string
beforeAll(async () => {
  service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
  service.down = true
  token = await service.mint('ann')
})

/** `true` where the gateway would let the request pass. */
async function passes(event: object): Promise<boolean> {
  try {
    const answer = await authorize(event)
    if ('isAuthorized' in answer) return answer.isAuthorized
    const { policyDocument, context } = answer as RestAnswer
    for (const value of Object.values(context)) expect(['string', 'number', 'boolean']).toContain(typeof value)
    const { methodArn } = event as { methodArn?: unknown }
    return typeof methodArn === 'string' && evaluatePolicy(policyDocument, methodArn) === 'allow'
  } catch (error) {
    expect(error).toEqual(new Error('Unauthorized'))
    return false
  }
}

const anything = fc.oneof(
  fc.anything({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    '2.0',
    '1.0',
    'TOKEN',
    'REQUEST',
    'GET /flows',
    '$default',
    '/flows',
    `${stageArn}/GET/flows`,
    null,
    undefined,
  ),
)

describe('an event', () => {
  test.prop([anything], { numRuns: 500 })('of any kind gets a documented answer, and nothing passes', async (event) => {
    expect(await passes(event as object)).toBe(false)
  })

  const fields = [
    'version',
    'type',
    'routeKey',
    'rawPath',
    'headers',
    'requestContext',
    'identitySource',
    'authorizationToken',
    'methodArn',
    'resource',
    'multiValueHeaders',
    'httpMethod',
    'path',
  ]
  test.prop(
    [
      fc.constantFrom('http', 'token', 'request'),
      fc.array(fc.tuple(fc.constantFrom(...fields), anything), { minLength: 1, maxLength: 3 }),
    ],
    {
      numRuns: 1000,
    },
  )('with fields of any kind passes only as the request it is', async (kind, edits) => {
    const good = kind === 'http' ? httpEvent(token) : kind === 'token' ? tokenEvent(token) : requestEvent(token)
    const event = { ...good, ...Object.fromEntries(edits) } as Record<string, unknown>
    if (!(await passes(event))) return
    // What passes asks for the one route that is granted, by its route key or by its method ARN.
    const arn = readMethodArn(event['methodArn'])
    expect(
      event['routeKey'] === 'GET /flows' ||
        event['rawPath'] === '/flows' ||
        `${arn?.method} ${arn?.path}` === 'GET /flows',
    ).toBe(true)
  })

  test.prop([fc.string(), fc.constantFrom('GET', 'get', 'PUT', 'ANY', 'GET ')], { numRuns: 300 })(
    'passes for no path but the one that is granted',
    async (path, method) => {
      const granted = path === '/flows' && method === 'GET'
      expect(await passes(httpEvent(token, `${method} ${path}`))).toBe(granted)
      expect(await passes(tokenEvent(token, `${method}${path}`))).toBe(granted)
      expect(await passes(requestEvent(token, `${method} /flows`, path))).toBe(granted)
      const context = { stage: '$default', http: { method, path } }
      expect(await passes(httpEvent(token, '$default', { rawPath: path, requestContext: context }))).toBe(granted)
    },
  )
})

describe('readMethodArn', () => {
  it('takes a method ARN apart', () => {
    expect(readMethodArn(`${stageArn}/GET/flows/a/b`)).toEqual({
      arn: `${stageArn}/GET/flows/a/b`,
      stage: stageArn,
      method: 'GET',
      path: '/flows/a/b',
    })
    expect(readMethodArn('arn:aws-cn:execute-api:cn-north-1:123456789012:abc/$default/GET/')).toMatchObject({
      stage: expect.stringContaining('/$default'),
      path: '/',
    })
    expect(readMethodArn(`${stageArn}/GET`)).toMatchObject({ path: '/' })
  })

  it.each([
    undefined,
    '',
    5,
    stageArn,
    `${stageArn}/get/flows`,
    'arn:aws:lambda:eu-west-1:1:abc/v1/GET/x',
    `x${stageArn}/GET/x`,
    `${stageArn}/GET/${'x'.repeat(1600)}`,
    `${stageArn.replace('/v1', '/*')}/GET/x`,
  ])('refuses %s', (arn) => {
    expect(readMethodArn(arn)).toBeUndefined()
  })
})

it('allows each route with exactly the permission that the catalog says', async () => {
  for (const [method, path, permission, flags] of flows.routes) {
    if ((flags & 1) !== 0) continue
    for (const held of flows.keys) {
      const prm = `1b${Buffer.from([1 << flows.keys.indexOf(held)]).toString('base64url')}`
      const event = httpEvent(
        await service.mint('ann', { prm, rev: [1, 1], sub: `${held} ${path}` }),
        `${method} ${path}`,
      )
      const fits = held === permission || (held === `${permission}[own]` && (flags & 2) !== 0)
      expect([held, path, await passes(event)]).toEqual([held, path, fits])
    }
  }
})
