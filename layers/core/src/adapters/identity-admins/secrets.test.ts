import { describe, expect, it } from 'vitest'
import { InvalidConfig } from '../environment/settings.ts'
import { clientSecretOf, readSourceSecret, tokenOf } from './secrets.ts'

const both = JSON.stringify({ 'ix-admin': { clientSecret: 'one' }, okta: { token: 'two' } })

describe('the secrets of the sources', () => {
  it('are found by name', () => {
    expect(clientSecretOf(readSourceSecret(both, 'ix-admin', true), 'ix-admin')).toBe('one')
    expect(tokenOf(readSourceSecret(both, 'okta', false), 'okta')).toBe('two')
  })

  it('may be the plain one, for the first source only', () => {
    const plain = JSON.stringify({ clientSecret: 'one', okta: { token: 'two' } })
    expect(readSourceSecret(plain, 'ix-admin', true)).toEqual({ clientSecret: 'one' })
    expect(readSourceSecret(plain, 'okta', false)).toEqual({ token: 'two' })
    expect(() => readSourceSecret(plain, 'auth0', false)).toThrow(InvalidConfig)
  })

  it.each([
    ['not JSON', 'hush hush'],
    ['of nobody', '{}'],
    ['an own one that is malformed, whatever the plain one', '{"okta":{"token":""},"clientSecret":"hush"}'],
    ['both kinds at once', '{"okta":{"token":"hush","clientSecret":"hush"}}'],
    ['a token that no header can carry', '{"okta":{"token":"hush\\r\\nx: y"}}'],
    ['inherited', '{"constructor":{"token":"hush"}}'],
  ])('are refused when they are %s, without a word of them', (_, text) => {
    const read = () => readSourceSecret(text, 'okta', true)
    expect(read).toThrow(InvalidConfig)
    expect(read).not.toThrow('hush')
  })

  it('must be of the kind that the source takes', () => {
    expect(() => tokenOf({ clientSecret: 'hush' }, 'okta')).toThrow('"okta" needs {"token"')
    expect(() => clientSecretOf({ token: 'hush' }, 'auth0')).toThrow('"auth0" needs {"clientSecret"')
  })
})
