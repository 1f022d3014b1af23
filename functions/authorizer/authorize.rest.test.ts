import { answers } from '@rolecast/core/domain/decision/codes'
import { grantFromContext } from '@rolecast/permission-sdk'
import { describe, expect, it } from 'vitest'
import {
  flows,
  provider,
  requestEvent,
  setUp,
  signIn,
  stageArn,
  start,
  tokenEvent,
} from '../../test/support/authorizer.ts'
import { evaluatePolicy } from '../../test/support/rest-gateway.ts'
import type { RestAnswer } from './later/rest.ts'

function restWorld(options: Parameters<typeof setUp>[0] = {}) {
  const world = setUp(options)
  world.service.accounts.set('ann', { grants: ['flows.list', 'flows.read'], version: 3 })
  const ask = async (event: object) => (await world.authorize(event)) as RestAnswer
  const evaluate = (answer: RestAnswer, request: string) =>
    evaluatePolicy(answer.policyDocument, `${stageArn}/${request}`)
  return { ...world, ask, evaluate }
}

describe.each([
  ['TOKEN', (token: string, method: string, path: string) => tokenEvent(token, `${method}${path}`)],
  [
    'REQUEST',
    (token: string, method: string, path: string, template = path) =>
      requestEvent(token, `${method} ${template}`, path),
  ],
])('a REST API with a %s authorizer', (_, event) => {
  it('gets a policy for all its routes', async () => {
    const { ask, evaluate, service, log } = restWorld()
    const token = await service.mint('ann')
    const answer = await ask(event(token, 'GET', '/flows'))
    const said = [
      'GET/flows',
      'GET/flows/1',
      'GET/reports/1',
      'PUT/flows/1',
      'POST/flows/1/publish',
      'GET/vaults/1',
    ].map((request) => evaluate(answer, request) === 'allow')
    expect(said).toEqual([true, true, true, false, false, false])
    expect([service.calls, log]).toEqual([[], []])
    const second = await ask(event(token, 'GET', '/flows'))
    expect(second).toEqual(answer)
    expect(await ask(event(token, 'GET', '/flows'))).toBe(second)
  })

  it('gets a context of scalars from which the product reads the grant', async () => {
    const { ask, service } = restWorld()
    const { principalId, context } = await ask(event(await service.mint('ann'), 'GET', '/flows'))
    expect(principalId).toBe('ann')
    const delivered = Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]))
    expect(grantFromContext({ ...delivered, principalId }, flows, start)).toMatchObject({
      ok: true,
      value: { subject: 'ann', revision: [3, 1] },
    })
    for (const value of Object.values(context)) expect(['string', 'number', 'boolean']).toContain(typeof value)
  })

  it('is told why it denies: the code for its gateway responses', async () => {
    const { ask, evaluate, service, log } = restWorld()
    const answer = await ask(event(await service.mint('ann'), 'PUT', '/flows/1', '/flows/{flowId}'))
    expect(evaluate(answer, 'PUT/flows/1')).not.toBe('allow')
    expect(evaluate(answer, 'GET/flows/1')).toBe('allow')
    expect(answer.context).toMatchObject({ code: 'not_granted', title: answers.not_granted.title })
    expect(log).toEqual([{ event: 'denied', code: 'not_granted', count: 1, route: 'PUT /flows/{flowId}' }])
  })

  it('gets 401 where a new token would help', async () => {
    const { authorize, service, time, log } = restWorld()
    const token = await service.mint('ann')
    await expect(authorize(event('a.b.c', 'GET', '/flows'))).rejects.toThrow(/^Unauthorized$/)
    await expect(authorize(event('', 'GET', '/flows'))).rejects.toThrow(/^Unauthorized$/)
    time.at += 300
    await expect(authorize(event(token, 'GET', '/flows'))).rejects.toThrow(/^Unauthorized$/)
    expect(log.map(({ code }) => code)).toEqual(['malformed_token', 'no_token', 'expired'])
  })

  it('gets a deny with a code where a new token would not help', async () => {
    const { ask, evaluate, service } = restWorld()
    const token = await service.mint('ann')
    service.accounts.set('ann', { grants: [], version: 4, code: 'inactive' })
    const answer = await ask(event(token, 'POST', '/flows/1/publish', '/flows/{flowId}/publish'))
    expect(answer).toMatchObject({
      principalId: 'refused',
      context: { code: 'inactive', title: answers.inactive.title },
    })
    expect(evaluate(answer, 'POST/flows/1/publish')).toBe('explicit deny')
  })

  it('gets for a strong route a policy for that one request', async () => {
    const { ask, evaluate, service } = restWorld()
    service.accounts.set('ann', { grants: ['flows.list', 'flows.publish'], version: 4 })
    const token = await service.mint('ann')
    const answer = await ask(event(token, 'POST', '/flows/1/publish', '/flows/{flowId}/publish'))
    const said = ['POST/flows/1/publish', 'POST/flows/2/publish', 'GET/flows'].map((request) =>
      evaluate(answer, request),
    )
    expect(said).toEqual(['allow', 'implicit deny', 'implicit deny'])
    service.accounts.set('ann', { grants: ['flows.list'], version: 5 })
    const removed = await ask(event(token, 'POST', '/flows/1/publish', '/flows/{flowId}/publish'))
    expect(evaluate(removed, 'POST/flows/1/publish')).toBe('explicit deny')
    expect(removed.context).toMatchObject({ code: 'not_granted' })
  })

  it.each([
    '/flows/',
    '/Flows',
    '//flows',
    '/flows/1/publish/',
    '/flows/..',
    '/flows/%2e%2e/x',
    '/flows/a%2Fpublish',
    '/nothing',
    '/flows/1/x',
  ])('never allows %s, whatever is held', async (path) => {
    const { ask, evaluate, service } = restWorld()
    service.accounts.set('ann', { grants: flows.keys as string[], version: 4 })
    const answer = await ask(event(await service.mint('ann'), 'GET', path))
    expect(evaluate(answer, `GET${path}`)).not.toBe('allow')
    expect(evaluate(answer, 'GET/flows')).toBe('allow')
    expect(answer.context['code']).toBe('no_such_route')
  })

  it('says nothing in a cached answer that is true of one route only', async () => {
    const { ask, service } = restWorld({ config: { resultCacheSeconds: 60 } })
    const token = await service.mint('ann')
    const contexts = await Promise.all(
      [
        ['GET', '/flows'],
        ['PUT', '/flows/1', '/flows/{flowId}'],
        ['GET', '/nothing'],
      ].map(async ([method = '', path = '', template]) => (await ask(event(token, method, path, template))).context),
    )
    expect(new Set(contexts.map((context) => JSON.stringify(context))).size).toBe(1)
  })

  it('stays within 8 KB with the largest grant a token carries', async () => {
    const { ask, service } = restWorld()
    const gts = Array.from({ length: 70 }, (_, at) => `resource-${String(at).padStart(3, '0')}-with-a-name`)
    const long = 'x'.repeat(256)
    const token = await service.mint(long, { prm: '1bAQ', gts, org: long, client_id: long })
    expect(JSON.stringify(await ask(event(token, 'GET', '/flows'))).length).toBeLessThan(8192)
  })
})

describe('a REQUEST event', () => {
  it('is refused when the gateway has matched another route than the path says', async () => {
    const { ask, service, evaluate } = restWorld()
    const answer = await ask(requestEvent(await service.mint('ann'), 'GET /flows', '/flows/1'))
    expect([answer.context['code'], evaluate(answer, 'GET/flows/1')]).toEqual(['no_such_route', 'explicit deny'])
  })

  it('finds the route by its path where the resource is a proxy', async () => {
    const { ask, service, evaluate } = restWorld()
    const token = await service.mint('ann')
    expect(evaluate(await ask(requestEvent(token, 'GET /{proxy+}', '/flows/1')), 'GET/flows/1')).toBe('allow')
    expect(evaluate(await ask(requestEvent(token, 'PUT /{proxy+}', '/flows/1')), 'PUT/flows/1')).not.toBe('allow')
  })

  it('with two tokens is refused', async () => {
    const { authorize, service, log } = restWorld()
    const token = await service.mint('ann')
    const event = requestEvent(token)
    const smuggled = { ...event, multiValueHeaders: { Authorization: [`Bearer ${token}`, 'Bearer other'] } }
    await expect(authorize(smuggled)).rejects.toThrow('Unauthorized')
    expect(log).toMatchObject([{ code: 'malformed_token' }])
  })
})

it('takes sign-ins in transparent mode', async () => {
  const { ask, evaluate } = restWorld({ config: { mode: 'transparent', providers: [provider] } })
  expect(evaluate(await ask(tokenEvent(await signIn('ann'))), 'GET/flows')).toBe('allow')
})

it('serves an HTTP API and a REST API from one process without mixing up their answers', async () => {
  const { authorize, service } = restWorld()
  const token = await service.mint('ann')
  const http = { version: '2.0', routeKey: 'GET /flows', headers: { authorization: `Bearer ${token}` } }
  for (let round = 0; round < 2; round++) {
    expect(await authorize(http)).toHaveProperty('isAuthorized', true)
    expect(await authorize(tokenEvent(token))).toHaveProperty('policyDocument')
    expect(
      await authorize({ ...tokenEvent(token), methodArn: `${stageArn.replace('/v1', '/v2')}/GET/flows` }),
    ).toMatchObject({
      policyDocument: {
        Statement: [{ Resource: expect.arrayContaining([expect.stringContaining('/v2/GET/flows')]) }, {}],
      },
    })
  }
})
