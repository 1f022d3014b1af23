import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { makeKey } from '../../../../test/support/tokens.ts'
import { readKeySet } from './key-set.ts'

const ec = makeKey('ec').jwk
const rsa = makeKey('rsa', 'RS256').jwk
const without = (jwk: object, ...names: string[]) =>
  Object.fromEntries(Object.entries(jwk).filter(([name]) => !names.includes(name)))
const kidsOf = (value: unknown) => [...(readKeySet(value)?.keys() ?? [])]

describe('readKeySet', () => {
  it('reads keys of both algorithms, also where they do not name theirs', () => {
    const keys = readKeySet({ keys: [without(ec, 'alg', 'use'), rsa] })
    expect([...(keys?.values() ?? [])].map(({ kid, alg }) => [kid, alg])).toEqual([
      ['ec', 'ES256'],
      ['rsa', 'RS256'],
    ])
  })

  it.each([
    ['without a kid', without(ec, 'kid')],
    ['for encryption', { ...ec, use: 'enc' }],
    ['for signing only', { ...ec, key_ops: ['sign'] }],
    ['of another algorithm', { ...ec, alg: 'ES384' }],
    ['of an algorithm of another type', { ...ec, alg: 'RS256' }],
    ['symmetric', { kty: 'oct', kid: 'ec', k: 'c2VjcmV0' }],
    [
      'on another curve',
      { ...generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }), kid: 'ec' },
    ],
    ['that is not on its curve', { ...ec, y: ec['x'] }],
    [
      'with a private half',
      { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'ec' },
    ],
    [
      'of 1,024 bits',
      { ...generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }), kid: 'ec' },
    ],
    ['null', null],
  ])('leaves out a key %s', (_, jwk) => {
    expect(kidsOf({ keys: [jwk, rsa] })).toEqual(['rsa'])
  })

  it('takes neither of two keys with one kid', () => {
    expect(kidsOf({ keys: [{ ...rsa, kid: 'x' }, { ...ec, kid: 'x' }, rsa, ec] })).toEqual(['rsa', 'ec'])
  })

  it.each([undefined, null, 1, 'keys', [], {}, { keys: {} }, { keys: [] }, { keys: [{}] }])(
    'is nothing for %j',
    (value) => {
      expect(readKeySet(value)).toBeUndefined()
    },
  )
})
