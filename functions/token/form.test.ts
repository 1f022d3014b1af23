import { fc, it } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { readExchangeRequest, tokenExchange } from './exchange-request.ts'
import { parseForm } from './form.ts'

describe('a form', () => {
  it.prop([
    fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 1 })), { maxLength: 20 }),
  ])('is read as it was written', (pairs) => {
    const encoded = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')
    const form = parseForm(encoded)
    if (!form.ok) throw new Error('refused')
    expect([...form.value].flatMap(([name, values]) => values.map((value) => [name, value])).sort()).toEqual(
      [...pairs].sort(),
    )
  })

  it.prop([fc.string({ unit: fc.constantFrom(...'a=&%+2fF0 é\u0000'.split('')), maxLength: 60 })])(
    'is never read otherwise than the platform reads it, and never throws',
    (text) => {
      const form = parseForm(text)
      if (!form.ok) return
      const expected = [...new URLSearchParams(text)].filter(([, value]) => value !== '')
      const read = [...form.value].flatMap(([name, values]) => values.map((value) => [name, value]))
      expect(read.sort()).toEqual(expected.sort())
    },
  )

  it.each(['a=%', 'a=%4', 'a=%zz', '%ff=a', 'a=%c3', 'a=%ed%a0%80'])(
    'that is not properly encoded is refused: %s',
    (text) => {
      expect(parseForm(text)).toMatchObject({ refusal: { code: 'invalid_request', evidence: { reason: 'encoding' } } })
    },
  )

  it('with too many parameters is refused', () => {
    expect(parseForm('a=b&'.repeat(64))).toMatchObject({ refusal: { evidence: { reason: 'too_many_parameters' } } })
    expect(parseForm('a=b&'.repeat(63)).ok).toBe(true)
  })
})

const names = [
  'grant_type',
  'subject_token',
  'subject_token_type',
  'audience',
  'resource',
  'scope',
  'requested_token_type',
  'actor_token',
  'client_id',
  'client_secret',
  'assignment_max_age',
  '__proto__',
]

const complete = [
  ['grant_type', tokenExchange],
  ['subject_token', 'x'],
  ['subject_token_type', 'urn:ietf:params:oauth:token-type:jwt'],
  ['audience', 'shop'],
] as const

describe('an exchange request', () => {
  it.prop([
    fc.constantFrom([], complete),
    fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(fc.constantFrom('shop', '0', '60'), fc.string())), {
      maxLength: 4,
    }),
  ])('whatever it holds, is read or refused with a reason; read only with one of each', (first, others) => {
    const encoded = [...first, ...others].map((pair) => pair.map(encodeURIComponent).join('='))
    const form = parseForm(encoded.join('&'))
    if (!form.ok) return
    const read = readExchangeRequest(form.value)
    if (!read.ok) {
      expect(read.refusal.code).toMatch(/^(invalid_|unsupported_grant_type)/)
      return
    }
    const given = (name: string) => form.value.get(name) ?? []
    for (const name of ['grant_type', 'subject_token', 'subject_token_type', 'audience']) {
      expect(given(name)).toHaveLength(1)
    }
    for (const name of ['resource', 'actor_token', 'client_secret']) expect(given(name)).toHaveLength(0)
    expect(read.value.exchange.subjectToken).toBe(given('subject_token')[0])
  })
})
