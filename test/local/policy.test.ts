import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { evaluatePolicy, readPolicy } from '../../infra/local/gateway/authorizer/policy.ts'
import { matchesWildcards } from '../../infra/local/gateway/wildcards.ts'

const allow = (Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action: 'execute-api:Invoke',
  Resource,
  ...more,
})

function verdict(statements: unknown, arn: string) {
  const policy = readPolicy({ Version: '2012-10-17', Statement: statements })
  return policy === undefined ? 'malformed' : evaluatePolicy(policy, arn)
}

describe('a policy', () => {
  it.each([
    ['allows the ARN it names', allow('a/v1/GET/flows'), 'allowed'],
    ['allows nothing else', allow('a/v1/PUT/flows'), 'not_allowed'],
    ['takes statements as a list', [allow('x'), allow('a/v1/GET/flows')], 'allowed'],
    ['takes resources as a list', allow(['x', 'a/v1/GET/flows']), 'allowed'],
    ['lets * cross slashes', allow('a/*/flows'), 'allowed'],
    ['lets ? be one character', allow('a/v?/GET/flows'), 'allowed'],
    ['compares resources with case', allow('a/v1/get/flows'), 'not_allowed'],
    ['compares actions without', allow('*', { Action: ['EXECUTE-API:invoke'] }), 'allowed'],
    ['knows wildcards in actions', allow('*', { Action: 'execute-api:*' }), 'allowed'],
    ['ignores other actions', allow('*', { Action: 's3:*' }), 'not_allowed'],
    [
      'denies before it allows, in any order',
      [allow('*'), { ...allow('a/v1/GET/*'), Effect: 'Deny' }, allow('*')],
      'explicitly_denied',
    ],
    ['is malformed without statement', undefined, 'malformed'],
    ['is malformed with an empty list', [], 'malformed'],
    ['is malformed with another effect', { ...allow('*'), Effect: 'allow' }, 'malformed'],
    ['is malformed without resource', { Effect: 'Allow', Action: '*' }, 'malformed'],
    ['is malformed with an empty list of resources', allow([]), 'malformed'],
    ['is malformed as a whole for one bad statement', [allow('*'), { Effect: 'Deny' }], 'malformed'],
    ['is malformed with a resource over 512 characters', allow('x'.repeat(513)), 'malformed'],
    ['is refused with conditions, which are not evaluated here', allow('*', { Condition: {} }), 'malformed'],
  ])('%s', (_, statements, expected) => {
    expect(verdict(statements, 'a/v1/GET/flows')).toBe(expected)
  })
  test.prop([fc.anything()])('never throws, whatever it is', (document) => {
    expect(() => readPolicy(document)).not.toThrow()
  })
})

describe('wildcards', () => {
  /** By dynamic programming: nothing in common with regular expressions. */
  function oracle(pattern: string, text: string): boolean {
    let row = Array.from({ length: text.length + 1 }, (_, at) => at === 0)
    for (const symbol of pattern) {
      const next = Array<boolean>(text.length + 1).fill(false)
      for (let at = 0; at <= text.length; at += 1) {
        if (symbol === '*') next[at] = row[at] === true || (at > 0 && next[at - 1] === true)
        else if (at > 0) next[at] = row[at - 1] === true && (symbol === '?' || symbol === text[at - 1])
      }
      row = next
    }
    return row[text.length] === true
  }
  const symbols = (alphabet: string) =>
    fc.array(fc.constantFrom(...alphabet), { maxLength: 12 }).map((list) => list.join(''))
  test.prop([symbols('ab/.*?+$\n'), symbols('ab/.+$\n')], { numRuns: 2_000 })(
    'agree with an oracle',
    (pattern, text) => {
      expect(matchesWildcards(pattern, text)).toBe(oracle(pattern, text))
    },
  )
})
