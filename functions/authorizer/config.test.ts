import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

const required = { ROLECAST_ISSUER: 'https://tokens.example', ROLECAST_TOKEN_SERVICE_URL: 'https://tokens.example' }

describe('the environment of the authorizer', () => {
  it('needs an issuer and a token service; the rest has defaults', () => {
    expect(readConfig({ ...required, AWS_REGION: 'eu-west-1', PATH: undefined })).toEqual({
      issuer: 'https://tokens.example',
      tokenServiceUrl: 'https://tokens.example/',
      mode: 'token',
      jwks: undefined,
      providers: [],
      resultCacheSeconds: 0,
      denyResolveSeconds: 2,
      freshnessMs: [5_000, 10_000, 60_000, 300_000],
    })
  })

  it('may say everything', () => {
    expect(
      readConfig({
        ROLECAST_ISSUER: 'http://127.0.0.1:4100',
        ROLECAST_TOKEN_SERVICE_URL: 'http://127.0.0.1:4100/api',
        ROLECAST_JWKS: '{"keys":[]}',
        ROLECAST_MODE: 'transparent',
        ROLECAST_PROVIDERS: '["http://127.0.0.1:4200"]',
        ROLECAST_RESULT_CACHE_SECONDS: '60',
        ROLECAST_DENY_RESOLVE_SECONDS: '0',
        ROLECAST_FRESHNESS_SECONDS: '2,4,30,60',
      }),
    ).toEqual({
      issuer: 'http://127.0.0.1:4100',
      tokenServiceUrl: 'http://127.0.0.1:4100/api/',
      jwks: { keys: [] },
      mode: 'transparent',
      providers: ['http://127.0.0.1:4200'],
      resultCacheSeconds: 60,
      denyResolveSeconds: 0,
      freshnessMs: [2_000, 4_000, 30_000, 60_000],
    })
  })

  it.each<[string, Record<string, string | undefined>]>([
    ['ROLECAST_ISSUER', { ROLECAST_ISSUER: undefined }],
    ['ROLECAST_ISSUER', { ROLECAST_ISSUER: '' }],
    ['ROLECAST_TOKEN_SERVICE_URL', { ROLECAST_TOKEN_SERVICE_URL: undefined }],
    ['ROLECAST_TOKEN_SERVICE_URL', { ROLECAST_TOKEN_SERVICE_URL: 'tokens.example' }],
    ['ROLECAST_TOKEN_SERVICE_URL', { ROLECAST_TOKEN_SERVICE_URL: 'http://tokens.example' }],
    ['ROLECAST_TOKEN_SERVICE_URL', { ROLECAST_TOKEN_SERVICE_URL: 'http://localhost.example' }],
    ['ROLECAST_TOKEN_SERVICE_URL', { ROLECAST_TOKEN_SERVICE_URL: 'https://user@tokens.example' }],
    ['ROLECAST_TOKEN_SERVICE_URL', { ROLECAST_TOKEN_SERVICE_URL: 'https://tokens.example/?x=1' }],
    ['ROLECAST_TOKEN_SERVICE_URL', { ROLECAST_TOKEN_SERVICE_URL: 'file:///etc/passwd' }],
    ['ROLECAST_JWKS', { ROLECAST_JWKS: 'x' }],
    ['ROLECAST_MODE', { ROLECAST_MODE: 'Token' }],
    ['ROLECAST_PROVIDERS', { ROLECAST_PROVIDERS: '["https://login.example"]' }],
    ['ROLECAST_PROVIDERS', { ROLECAST_MODE: 'transparent' }],
    ['ROLECAST_PROVIDERS', { ROLECAST_MODE: 'transparent', ROLECAST_PROVIDERS: '[]' }],
    ['ROLECAST_PROVIDERS', { ROLECAST_MODE: 'transparent', ROLECAST_PROVIDERS: '"https://login.example"' }],
    ['ROLECAST_PROVIDERS', { ROLECAST_MODE: 'transparent', ROLECAST_PROVIDERS: '[""]' }],
    ['ROLECAST_RESULT_CACHE_SECONDS', { ROLECAST_RESULT_CACHE_SECONDS: '3601' }],
    ['ROLECAST_RESULT_CACHE_SECONDS', { ROLECAST_RESULT_CACHE_SECONDS: '' }],
    ['ROLECAST_DENY_RESOLVE_SECONDS', { ROLECAST_DENY_RESOLVE_SECONDS: '-1' }],
    ['ROLECAST_FRESHNESS_SECONDS', { ROLECAST_FRESHNESS_SECONDS: '5,10,60' }],
    ['ROLECAST_FRESHNESS_SECONDS', { ROLECAST_FRESHNESS_SECONDS: '0,10,60,300' }],
    ['ROLECAST_JWKS', { ROLECAST_JWKS: '{"keys"}' }],
    ['ROLECAST_PROVIDERS', { ROLECAST_MODE: 'transparent', ROLECAST_PROVIDERS: '["https://login.example\\"]' }],
    ['ROLECAST_ISUER', { ROLECAST_ISUER: 'https://tokens.example' }],
  ])('with a mistake in %s names it and does not start (case %#)', (name, change) => {
    expect(() => readConfig({ ...required, ...change })).toThrow(new RegExp(`^${name} `))
  })
})
