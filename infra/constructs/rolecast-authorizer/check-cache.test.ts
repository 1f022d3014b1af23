import { describe, expect, it } from 'vitest'
import { type AuthorizerSettings, checkCache } from './check-cache.ts'

const http = {
  place: 'Api/Authorizer',
  gateway: 'http',
  cacheSeconds: 60,
  identitySources: ['$request.header.Authorization', '$context.routeKey'],
  tokenSeconds: 300,
} as const
const rest = { ...http, gateway: 'rest', identitySources: ['method.request.header.Authorization'] } as const

const codes = (settings: AuthorizerSettings) => checkCache(settings).map(({ code }) => code)

describe('an answer that is cached', () => {
  it('is safe when the key holds the token and, on an HTTP API, the route', () => {
    expect(codes(http)).toEqual([])
    expect(codes(rest)).toEqual([])
  })

  it('must not serve other routes', () => {
    expect(codes({ ...http, identitySources: ['$request.header.Authorization'] })).toEqual(['cache_ignores_route'])
  })

  it('must not serve other tokens', () => {
    expect(codes({ ...http, identitySources: ['$context.routeKey'] })).toEqual(['cache_ignores_token'])
    expect(codes({ ...rest, identitySources: [] })).toEqual(['cache_ignores_token'])
  })

  it('must not be keyed by what the authorizer does not read', () => {
    const more = [...http.identitySources, '$request.header.X-Organization']
    expect(codes({ ...http, identitySources: more })).toEqual(['cache_depends_on_more'])
  })

  it.each([
    [299, []],
    [300, ['cache_outlives_token']],
    [3600, ['cache_outlives_token']],
  ])('with %i seconds: %j', (cacheSeconds, expected) => {
    expect(codes({ ...http, cacheSeconds })).toEqual(expected)
    expect(codes({ ...rest, cacheSeconds })).toEqual(expected)
  })

  it('is held against the life that tokens really have', () => {
    expect(codes({ ...http, cacheSeconds: 119, tokenSeconds: 120 })).toEqual([])
    expect(codes({ ...http, cacheSeconds: 120, tokenSeconds: 120 })).toEqual(['cache_outlives_token'])
    expect(codes({ ...http, cacheSeconds: 300, tokenSeconds: 840 })).toEqual([])
  })
})

it('says nothing where answers are not cached', () => {
  expect(codes({ ...http, cacheSeconds: 0, identitySources: ['$request.header.Authorization'] })).toEqual([])
})
