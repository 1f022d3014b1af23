import { longestSignIn } from '@rolecast/core/domain/claims/longest-sign-in'
import { describe, expect, it } from 'vitest'
import { flows, httpEvent, key, provider, setUp, signIn, start } from '../../test/support/authorizer.ts'
import { jwksOf, makeKey, mint } from '../../test/support/tokens.ts'

const denied = (code: string) => ({ isAuthorized: false, context: { code } })

describe('an HTTP API', () => {
  it('allows what is granted, without asking anybody, and hands on the grant', async () => {
    const { authorize, service, log } = setUp()
    service.accounts.set('ann', { grants: ['flows.list'], version: 7 })
    const token = await service.mint('ann')
    const answer = await authorize(httpEvent(token))
    expect(answer).toEqual({
      isAuthorized: true,
      context: {
        account: 'ann',
        organization: 'acme',
        application: 'flows',
        client: 'portal',
        prm: '1bAQ',
        defaultFull: false,
        qualified: false,
        revision: '7.1',
        issuedAt: start,
        confirmedAt: start,
        expiresAt: start + 300,
      },
    })
    expect(JSON.stringify(answer)).not.toContain(token.slice(0, 20))
    expect([service.calls, log]).toEqual([[], []])
  })

  it('gives a repeated request the same answer, for as long as the token lives', async () => {
    const { authorize, service, time } = setUp()
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const token = await service.mint('ann')
    const first = await authorize(httpEvent(token))
    const second = await authorize(httpEvent(token))
    expect(second).toEqual(first)
    expect(await authorize(httpEvent(token))).toBe(second)
    time.at += 300
    expect(await authorize(httpEvent(token))).toEqual(denied('expired'))
  })

  it('logs a deny with code and route, and nothing of the token', async () => {
    const { authorize, service, log } = setUp()
    const token = await service.mint('ann', { sub: 'somebody' })
    await authorize(httpEvent(token, 'PUT /flows/{flowId}', { rawPath: '/flows/secret-name' }))
    expect(log).toEqual([{ event: 'denied', code: 'unknown_account', count: 1, route: 'PUT /flows/{flowId}' }])
  })

  it.each<[string, (token: string) => object]>([
    ['no_token', () => httpEvent(undefined)],
    ['no_token', () => httpEvent(undefined, 'GET /flows', { headers: { authorization: 'Basic x' } })],
    ['no_token', () => httpEvent(undefined, 'GET /flows', { headers: null })],
    ['malformed_token', () => httpEvent('abc')],
    ['malformed_token', (token) => httpEvent(`${token},Bearer ${token}`)],
    ['malformed_token', (token) => httpEvent(`${token} `)],
    ['token_too_large', () => httpEvent('x'.repeat(9000))],
    ['no_such_route', (token) => httpEvent(token, 'GET /flows/')],
    ['no_such_route', (token) => httpEvent(token, 'get /flows')],
    ['no_such_route', (token) => httpEvent(token, 'PATCH /flows')],
    ['no_such_route', (token) => httpEvent(token, 'GET /Flows')],
    ['no_such_route', (token) => httpEvent(token, '__proto__')],
    ['no_such_route', (token) => ({ ...httpEvent(token), routeKey: undefined })],
  ])('refuses with %s (case %#)', async (code, event) => {
    const { authorize, service } = setUp()
    service.accounts.set('ann', { grants: flows.keys as string[], version: 1 })
    expect(await authorize(event(await service.mint('ann')))).toEqual(denied(code))
  })

  it('refuses a permission held for some resources, or gated, where the product does not decide', async () => {
    const { authorize, service } = setUp({
      catalog: {
        ...flows,
        routes: flows.routes.map(([method, path, permission]) => [method, path, permission, 0] as const),
      },
    })
    service.accounts.set('ann', { grants: ['flows.read[own]', 'vaults.open'], version: 1 })
    const token = await service.mint('ann')
    expect(await authorize(httpEvent(token, 'GET /flows/{flowId}'))).toEqual(denied('qualifier_unknown'))
    expect(await authorize(httpEvent(token, 'GET /vaults/{vaultId}'))).toEqual(denied('gate_unknown'))
  })

  it('leaves it to the product where the route says so, and tells it', async () => {
    const { authorize, service } = setUp()
    service.accounts.set('ann', { grants: ['flows.read[own]', 'vaults.open'], version: 1 })
    service.accounts.set('bob', { grants: ['flows.read'], version: 1 })
    const qualified = async (account: string, route: string) => {
      const answer = await authorize(httpEvent(await service.mint(account), route))
      return (answer as { context: { qualified?: boolean } }).context.qualified
    }
    expect(await qualified('ann', 'GET /flows/{flowId}')).toBe(true)
    expect(await qualified('ann', 'GET /vaults/{vaultId}')).toBe(true)
    expect(await qualified('bob', 'GET /flows/{flowId}')).toBe(false)
  })

  it('finds the route by its path where the gateway leaves routing to the product', async () => {
    const { authorize, service } = setUp()
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const token = await service.mint('ann')
    const ask = async (routeKey: string, rawPath: string, stage = '$default', method = 'GET') => {
      const requestContext = { stage, http: { method, path: rawPath } }
      const answer = await authorize(httpEvent(token, routeKey, { rawPath, requestContext }))
      return answer.context['code' as never] ?? 'ok'
    }
    expect(await ask('$default', '/flows')).toBe('ok')
    expect(await ask('ANY /{proxy+}', '/flows')).toBe('ok')
    expect(await ask('GET /{proxy+}', '/v1/flows', 'v1')).toBe('ok')
    expect(await ask('$default', '/flows/1', '$default', 'PUT')).toBe('not_granted')
    for (const path of [
      '/flows/',
      '//flows',
      '/Flows',
      '/flows%2F',
      '/%66lows',
      '/x/../flows',
      '/flows;a',
      '/flows?x',
      '',
    ]) {
      expect([path, await ask('$default', path)]).toEqual([path, 'no_such_route'])
    }
  })
})

describe('keys', () => {
  it('that came since are fetched for the first token they signed', async () => {
    const next = makeKey('flows-2')
    let fetches = 0
    const { authorize, service } = setUp({
      fetchKeys: async () => {
        fetches++
        return jwksOf(key, next)
      },
    })
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    service.key = next
    expect(await authorize(httpEvent(await service.mint('ann')))).toMatchObject({ isAuthorized: true })
    expect(fetches).toBe(1)
  })

  it('that nobody knows do not make every token ask', async () => {
    let fetches = 0
    const { authorize } = setUp({
      fetchKeys: async () => {
        fetches++
        return jwksOf(key)
      },
    })
    for (let at = 0; at < 100; at++) {
      const token = await mint(makeKey(`made-up-${at}`), { iss: 'x' })
      expect(await authorize(httpEvent(token))).toEqual(denied('unknown_key'))
    }
    expect(fetches).toBe(1)
  })
})

describe('the result cache of the gateway', () => {
  const config = { resultCacheSeconds: 60 }

  async function cached(event: (token: string) => object) {
    const { authorize, service } = setUp({ config })
    service.accounts.set('ann', { grants: flows.keys as string[], version: 1 })
    const answer = await authorize(event(await service.mint('ann')))
    return answer.context['code' as never] ?? 'ok'
  }

  it('never keeps an answer beyond the life of the token', async () => {
    const { authorize, service, time } = setUp({ config })
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const token = await service.mint('ann')
    time.at = start + 239
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
    time.at = start + 240
    expect(await authorize(httpEvent(token))).toEqual(denied('expired'))
  })

  it('takes answers whose cache key holds the token and the route', async () => {
    expect(await cached((token) => httpEvent(token))).toBe('ok')
  })

  it.each<[string, (token: string) => object]>([
    ['without the route', (token) => httpEvent(token, 'GET /flows', { identitySource: [`Bearer ${token}`] })],
    ['without the token', (token) => httpEvent(token, 'GET /flows', { identitySource: ['GET /flows'] })],
    ['with another header', (token) => httpEvent(token, 'GET /flows', { identitySource: ['other', 'GET /flows'] })],
    ['that is missing', (token) => httpEvent(token, 'GET /flows', { identitySource: null })],
    [
      'of a catch-all route',
      (token) =>
        httpEvent(token, '$default', {
          rawPath: '/flows',
          requestContext: { stage: '$default', http: { method: 'GET' } },
        }),
    ],
  ])('gets no allow with a cache key %s', async (_, event) => {
    expect(await cached(event)).toBe('unsafe_cache')
  })

  it('does not matter to a strong route, which sits on an authorizer without one', async () => {
    const route = 'POST /flows/{flowId}/publish'
    expect(await cached((token) => httpEvent(token, route, { identitySource: [`Bearer ${token}`] }))).toBe('ok')
  })
})

describe('transparent mode', () => {
  const config = { mode: 'transparent' as const, providers: [provider] }

  it('exchanges a sign-in once and answers from memory for as long as both live', async () => {
    const { authorize, service, time } = setUp({ config })
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const token = await signIn('ann')
    const answers = await Promise.all([authorize(httpEvent(token)), authorize(httpEvent(token))])
    for (const answer of answers) expect(answer).toMatchObject({ isAuthorized: true, context: { account: 'ann' } })
    time.at += 299
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
    expect(service.calls).toEqual([{ account: 'ann' }])
    time.at += 1
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
    expect(service.calls).toHaveLength(2)
    time.at += 300
    expect(await authorize(httpEvent(token))).toEqual(denied('expired'))
    expect(service.calls).toHaveLength(2)
  })

  it('takes our own tokens as well, without an exchange', async () => {
    const { authorize, service } = setUp({ config })
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const token = await service.mint('ann')
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
    expect(service.calls).toEqual([])
  })

  it.each<[string, () => Promise<string>]>([
    ['wrong_issuer', () => signIn('ann', start, { iss: 'https://elsewhere.example' })],
    ['wrong_issuer', () => signIn('ann', start, { iss: [provider] })],
    ['expired', () => signIn('ann', start - 600)],
    ['malformed_claim', () => signIn('ann', start, { exp: 'never' })],
    ['malformed_token', async () => 'opaque'],
    ['malformed_token', async () => 'a.b.c'],
    ['malformed_token', async () => `${await signIn('ann')}.x`],
    ['token_too_large', async () => `${'a'.repeat(longestSignIn - 3)}.b.c`],
  ])('refuses with %s before anybody is asked (case %#)', async (code, token) => {
    const { authorize, service } = setUp({ config })
    expect(await authorize(httpEvent(await token()))).toEqual(denied(code))
    expect(service.calls).toEqual([])
  })

  it('takes a sign-in as long as the token service does, though a token of our own may not be', async () => {
    const { authorize, service } = setUp({ config })
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const spare = longestSignIn - (await signIn('ann', start, { groups: '' })).length
    const token = await signIn('ann', start, { groups: 'g'.repeat(Math.floor(spare * 0.75) - 2) })
    expect(token.length).toBeGreaterThan(longestSignIn - 8)
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
    expect(await authorize(httpEvent(await service.mint('ann', { jti: 'j'.repeat(9000) })))).toEqual(
      denied('token_too_large'),
    )
  })

  it('does not take what comes back for somebody else', async () => {
    const { authorize, service } = setUp({ config })
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    service.claims = { sub: 'bob' }
    const token = await signIn('ann')
    expect(await authorize(httpEvent(token))).toEqual(denied('token_service_unavailable'))
    service.claims = {}
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true, context: { account: 'ann' } })
  })

  it('does not take a sign-in in token mode', async () => {
    const { authorize } = setUp()
    expect(await authorize(httpEvent(await signIn('ann')))).toEqual(denied('unsupported_type'))
  })

  it('remembers a refusal for a moment, and a service out of reach not at all', async () => {
    const { authorize, service, time } = setUp({ config })
    const token = await signIn('ann')
    expect(await authorize(httpEvent(token))).toEqual(denied('unknown_account'))
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    expect(await authorize(httpEvent(token))).toEqual(denied('unknown_account'))
    expect(service.calls).toHaveLength(1)
    time.at += 2
    service.down = true
    expect(await authorize(httpEvent(token))).toEqual(denied('token_service_unavailable'))
    service.down = false
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
  })

  it('forgets no sign-in over tokens that anybody may make up', async () => {
    const { authorize, service } = setUp({ config })
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const token = await signIn('ann')
    await authorize(httpEvent(token))
    for (let forged = 0; forged < 2_100; forged++) {
      const claims = JSON.stringify({ iss: provider, sub: `nobody-${forged}`, exp: start + 600 })
      await authorize(httpEvent(`e30.${Buffer.from(claims).toString('base64url')}.AAAA`))
    }
    const before = service.calls.length
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
    expect(service.calls).toHaveLength(before)
  })

  it('does not exchange again at once what comes back and cannot be read here', async () => {
    const { authorize, service, time } = setUp({ config })
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    service.claims = { prm: '2bAQ' }
    const token = await signIn('ann')
    expect(await authorize(httpEvent(token))).toEqual(denied('unknown_epoch'))
    expect(await authorize(httpEvent(token))).toEqual(denied('unknown_epoch'))
    expect(service.calls).toHaveLength(1)
    time.at += 2
    service.claims = {}
    expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
  })

  it('exchanges anew, early enough, where the gateway caches', async () => {
    const { authorize, service, time } = setUp({ config: { ...config, resultCacheSeconds: 60 } })
    service.accounts.set('ann', { grants: ['flows.list'], version: 1 })
    const token = await signIn('ann')
    for (const at of [0, 239, 240]) {
      time.at = start + at
      expect(await authorize(httpEvent(token))).toMatchObject({ isAuthorized: true })
    }
    expect(service.calls).toHaveLength(2)
  })
})

it('answers closed to what is no authorizer event', async () => {
  const { authorize } = setUp()
  for (const event of [undefined, null, 1, 'x', [], {}, { version: '2.0' }, { version: '1.0' }, { type: 'TOKEN' }]) {
    expect(await authorize(event)).toMatchObject({ isAuthorized: false })
  }
})
