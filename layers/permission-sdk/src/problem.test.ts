import { answers, type Code } from '@rolecast/core/domain/decision/codes'
import { describe, expect, it } from 'vitest'
import { problemOf } from './problem.ts'

describe('problem details', () => {
  it('name the code, what happened and what to do', () => {
    const answer = problemOf({ code: 'not_granted', evidence: { permission: 'orders.view' } }, 'shop')
    expect(answer).toMatchObject({
      statusCode: 403,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'www-authenticate':
          'Bearer realm="shop", error="insufficient_scope", error_description="No role of the account grants the permission"',
      },
    })
    expect(JSON.parse(answer.body)).toEqual({
      type: 'urn:rolecast:problem:not_granted',
      title: answers.not_granted.title,
      status: 403,
      detail: answers.not_granted.next,
      code: 'not_granted',
      evidence: { permission: 'orders.view' },
    })
  })

  it('challenge without an error where no token was presented (RFC 6750 section 3.1)', () => {
    expect(problemOf({ code: 'no_token' }).headers['www-authenticate']).toBe('Bearer')
    expect(problemOf({ code: 'no_token' }, 'a "b"\r\nx: y').headers['www-authenticate']).toBe('Bearer realm="a bx: y"')
  })

  it('say no more than the title where we are at fault', () => {
    const body = JSON.parse(problemOf({ code: 'store_unavailable', evidence: { table: 'x' } }).body)
    expect(body).toMatchObject({ status: 503, code: 'store_unavailable' })
    expect(body).not.toHaveProperty('evidence')
  })

  it.each(Object.keys(answers) as Code[])(
    'of %s carry its status, and a challenge exactly where a token is at fault',
    (code) => {
      const { statusCode, headers } = problemOf({ code })
      const answer: { readonly status: number; readonly challenge?: string } = answers[code]
      expect(statusCode).toBe(answer.status)
      expect('www-authenticate' in headers).toBe(statusCode === 401 || answer.challenge !== undefined)
    },
  )
})
