import { createHash } from 'node:crypto'
import middy from '@middy/core'
import { describe, expect, it } from 'vitest'
import { catalog, shopToken, start, verifierAt } from '../../../test/support/shop-verifier.ts'
import { type GrantContext, writeGrantContext } from './grant-context.ts'
import { permissions } from './middy.ts'

const clock = () => start * 1000

async function contextOf(keys: readonly string[], overrides: Record<string, unknown> = {}): Promise<GrantContext> {
  const outcome = verifierAt().verifier.verifySync(await shopToken(keys, overrides))
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return writeGrantContext(outcome.value, false)
}

type Middleware = Parameters<typeof permissions>[0]

async function call(options: Middleware, event: unknown) {
  let called = 0
  const guard = permissions(options)
  const handler = middy()
    .use(guard)
    .handler(async (_, context) => {
      called++
      expect(context).toHaveProperty('grant', guard.grantOf(context))
      return { statusCode: 200, body: guard.grantOf(context).subject }
    })
  const answer = (await handler(event, {} as never)) as { statusCode: number; body: string; headers?: object }
  return { answer, called, code: answer.statusCode === 200 ? 'ok' : JSON.parse(answer.body).code }
}

const http2 = (lambda: unknown) => ({ version: '2.0', requestContext: { authorizer: { lambda } } })
const rest = (context: object) => ({
  requestContext: {
    authorizer: {
      principalId: 'ann',
      integrationLatency: 5,
      ...Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)])),
    },
  },
})

describe('the middleware behind an authorizer', () => {
  it('hands the grant to the handler, from either kind of gateway', async () => {
    const context = await contextOf(['orders.approve'])
    for (const event of [http2(context), rest(context), { version: '1.0', requestContext: { authorizer: context } }]) {
      expect(await call({ catalog, clock }, event)).toMatchObject({ code: 'ok', called: 1, answer: { body: 'ann' } })
    }
  })

  it.each([
    ['no authorizer', {}],
    ['an event that is nothing', null],
    ['a null authorizer', { requestContext: { authorizer: null } }],
    ['an empty authorizer', { requestContext: { authorizer: {} } }],
    ['an empty context', http2({})],
    ['a token that nobody verified', { headers: { authorization: 'Bearer a.b.c' } }],
  ])('refuses %s, and the handler does not run', async (_, event) => {
    expect(await call({ catalog, clock }, event)).toMatchObject({
      code: 'no_authorizer',
      called: 0,
      answer: { statusCode: 403 },
    })
  })

  it('refuses a context of another kind of authorizer', async () => {
    expect(
      await call({ catalog, clock }, { requestContext: { authorizer: { jwt: { claims: { sub: 'ann' } } } } }),
    ).toMatchObject({
      code: 'invalid_context',
      called: 0,
    })
  })

  it('asks for a permission first, and leaves to the handler what depends on the resource', async () => {
    const event = http2(await contextOf(['orders.view[own]', 'stock.view']))
    const asked = async (permission: string) =>
      (await call({ catalog, clock, permission: permission as never }, event)).code
    expect(await asked('orders.approve')).toBe('not_granted')
    expect(await asked('orders.view')).toBe('ok')
    expect(await asked('stock.view')).toBe('ok')
    expect(await asked('misspelt')).toBe('unknown_permission')
  })

  it('resolves a grant that is kept outside the token', async () => {
    const content = '{"prm":"1bAg"}'
    const prm = `1x${createHash('sha256').update(content).digest('base64url')}`
    const event = http2({ ...(await contextOf([])), prm })
    expect((await call({ catalog, clock }, event)).code).toBe('unresolved_reference')
    expect((await call({ catalog, clock, fetchGrantDocument: async () => content }, event)).code).toBe('ok')
    expect((await call({ catalog, clock, fetchGrantDocument: async () => '{"prm":"1bAw"}' }, event)).code).toBe(
      'unresolved_reference',
    )
  })
})

describe('the middleware where there is no gateway', () => {
  const options = { verifier: verifierAt().verifier, realm: 'shop' }

  it('verifies the bearer token', async () => {
    const event = { headers: { authorization: `Bearer ${await shopToken()}` } }
    expect(await call(options, event)).toMatchObject({ code: 'ok', called: 1 })
  })

  it('refuses without one, with a challenge', async () => {
    expect(await call(options, { headers: {} })).toMatchObject({
      code: 'no_token',
      called: 0,
      answer: { statusCode: 401, headers: { 'www-authenticate': 'Bearer realm="shop"' } },
    })
    expect(await call(options, undefined)).toMatchObject({ code: 'no_token', called: 0 })
    expect(await call(options, { headers: { authorization: 'Bearer a.b.c' } })).toMatchObject({
      code: 'malformed_token',
      called: 0,
    })
  })

  it('does not believe an authorizer context that anybody may have written', async () => {
    expect(await call(options, http2(await contextOf(['orders.approve'])))).toMatchObject({
      code: 'no_token',
      called: 0,
    })
  })
})

it('has no grant for a handler that does not use it', () => {
  expect(() => permissions({ catalog }).grantOf({})).toThrow(TypeError)
})
