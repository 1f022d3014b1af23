import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHooks, deliver, graphTokens, hookSecret, sample } from '../../test/support/hooks.ts'
import { httpApiEvent } from '../../test/support/http-api-event.ts'
import {
  createProviderKey,
  type KeySetServer,
  type ProviderKey,
  signAsProvider,
  startKeySetServer,
} from '../../test/support/key-set-server.ts'

const now = 1_793_046_500_000
let key: ProviderKey
let rsaKey: ProviderKey
let keys: KeySetServer
beforeAll(async () => {
  key = await createProviderKey('one')
  rsaKey = await createProviderKey('rsa', 'RS256')
  keys = await startKeySetServer(key, rsaKey)
})
afterAll(() => keys.close())

const setUp = () => createHooks(keys.url, now)
const withState = (body: string, state = hookSecret) => body.replaceAll('the-client-state', state)

describe('Microsoft Graph', () => {
  it('gets its validation token back as plain text that no browser takes for a page', async () => {
    const { send } = setUp()
    const token = 'Validation: <b>1</b> & more'
    const query = `validationToken=${encodeURIComponent(token)}`
    const { status, text, headers } = await send(httpApiEvent({ method: 'POST', path: '/hooks/graph', query }))
    expect([status, text, headers['content-type'], headers['x-content-type-options']]).toEqual([
      200,
      token,
      'text/plain',
      'nosniff',
    ])
  })

  it.each(['validationToken=', 'validationToken=a&validationToken=b', `validationToken=${'x'.repeat(4097)}`])(
    'is refused with %.40s',
    async (query) => {
      const { send } = setUp()
      const answer = await send(httpApiEvent({ method: 'POST', path: '/hooks/graph', query }))
      expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
    },
  )

  it.each([
    ['another state', withState(sample('graph', 'user-updated'), 'another-state-of-the-client')],
    ['no state', withState(sample('graph', 'user-updated')).replace('"clientState"', '"state"')],
    ['no notifications', '{"value":[]}'],
    ['no JSON', '{'],
    ['a repeated member', `{"value":[],${withState(sample('graph', 'user-updated')).slice(1)}`],
  ])('is refused with %s', async (_, body) => {
    const { send, hints } = setUp()
    expect(await send(deliver('graph', body))).toMatchObject({
      status: 401,
      json: { code: 'delivery_unauthenticated' },
    })
    expect(hints.published).toEqual([])
  })

  it('is refused whole where one of several notifications has another state', async () => {
    const { send, hints } = setUp()
    const body = withState(sample('graph', 'group-members-changed')).replace(hookSecret, 'another-state-of-the-client')
    expect(await send(deliver('graph', body))).toMatchObject({ status: 401 })
    expect(hints.published).toEqual([])
  })

  it('leaves nothing of its state in what is parked', async () => {
    const { send, parked } = setUp()
    const body = JSON.stringify({ value: [{ clientState: hookSecret, resource: 'users/1' }] })
    expect(await send(deliver('graph', body))).toMatchObject({ status: 400, json: { code: 'delivery_malformed' } })
    expect(JSON.stringify(parked)).not.toContain(hookSecret)
  })

  it('leaves nothing of its state either where Graph writes it with escapes', async () => {
    const { send, parked } = setUp()
    const escaped = [...hookSecret].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
    const body = `{"value":[{"clientState":"${escaped}","resource":"users/1"}]}`
    expect(await send(deliver('graph', body))).toMatchObject({ status: 400, json: { code: 'delivery_malformed' } })
    expect(JSON.stringify(parked)).toContain('users/1')
    expect(JSON.stringify(parked)).not.toMatch(/\\u00/)
  })

  describe('with resource data', () => {
    const publisher = '0bf30f3b-4a52-48df-9a82-234910c4a086'
    const good = { iss: graphTokens.issuer, aud: graphTokens.audience, azp: publisher, exp: now / 1000 + 300 }
    const withData = (tokens?: readonly unknown[]) => {
      const body = JSON.parse(withState(sample('graph', 'user-updated')))
      body.value[0].encryptedContent = { data: 'x', dataSignature: 'x', dataKey: 'x' }
      return JSON.stringify({ ...body, ...(tokens === undefined ? {} : { validationTokens: tokens }) })
    }
    const token = (claims: object, by = rsaKey) => signAsProvider(by, { ...good, ...claims }, { typ: 'JWT' })

    it('is taken with a token of Graph', async () => {
      const { send, hints } = setUp()
      expect(await send(deliver('graph', withData([await token({})])))).toMatchObject({ status: 202 })
      expect(await send(deliver('graph', withData([await token({ azp: undefined, appid: publisher })])))).toMatchObject(
        {
          status: 202,
        },
      )
      expect(hints.published).toHaveLength(2)
    })

    it.each<[string, () => Promise<readonly unknown[] | undefined>, string]>([
      ['without a token', async () => undefined, 'delivery_unauthenticated'],
      ['without any in the list', async () => [], 'delivery_unauthenticated'],
      ['with what is no token', async () => [7], 'malformed_token'],
      ['of another application', async () => [await token({ aud: 'other' })], 'wrong_audience'],
      ['of another tenant', async () => [await token({ iss: 'https://sts.example/other' })], 'wrong_issuer'],
      ['of another publisher', async () => [await token({ azp: 'x' })], 'delivery_unauthenticated'],
      ['that has expired', async () => [await token({ exp: now / 1000 - 1 })], 'expired'],
      ['of another algorithm', async () => [await token({}, key)], 'unsupported_algorithm'],
      ['beside a good one', async () => [await token({}), await token({ aud: 'other' })], 'wrong_audience'],
    ])('is refused %s', async (_, tokens, code) => {
      const { send, hints } = setUp()
      expect(await send(deliver('graph', withData(await tokens())))).toMatchObject({ status: 401, json: { code } })
      expect(hints.published).toEqual([])
    })
  })
})
