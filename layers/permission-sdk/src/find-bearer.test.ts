import { describe, expect, it } from 'vitest'
import { findBearer, type HeaderMaps } from './find-bearer.ts'

describe('findBearer', () => {
  it.each<[string, HeaderMaps]>([
    ['an HTTP API', { headers: { authorization: 'Bearer a.b.c' } }],
    [
      'a REST API',
      { headers: { Authorization: 'Bearer a.b.c' }, multiValueHeaders: { Authorization: ['Bearer a.b.c'] } },
    ],
    ['a load balancer', { multiValueHeaders: { authorization: ['bearer  a.b.c'] }, headers: null }],
    ['a client that shouts', { headers: { AUTHORIZATION: 'BEARER a.b.c' } }],
  ])('takes the token from %s', (_, maps) => {
    expect(findBearer(maps)).toEqual({ ok: true, value: 'a.b.c' })
  })

  it.each<[string, string, HeaderMaps]>([
    ['no_token', 'no headers', {}],
    ['no_token', 'absent maps', { headers: null, multiValueHeaders: null }],
    ['no_token', 'another scheme', { headers: { authorization: 'Basic YTpi' } }],
    ['no_token', 'a scheme without token', { headers: { authorization: 'Bearer ' } }],
    ['no_token', 'a token without scheme', { headers: { authorization: 'a.b.c' } }],
    ['no_token', 'a scheme that only begins alike', { headers: { authorization: 'Bearers a.b.c' } }],
    ['malformed_token', 'two headers', { headers: { authorization: 'Bearer a', Authorization: 'Bearer b' } }],
    [
      'malformed_token',
      'two values',
      { headers: { Authorization: 'Bearer b' }, multiValueHeaders: { Authorization: ['Bearer a', 'Bearer b'] } },
    ],
    [
      'malformed_token',
      'maps that differ',
      { headers: { Authorization: 'Bearer b' }, multiValueHeaders: { Authorization: ['Bearer a'] } },
    ],
  ])('refuses with %s: %s', (code, _, maps) => {
    expect(findBearer(maps)).toMatchObject({ ok: false, refusal: { code } })
  })
})
