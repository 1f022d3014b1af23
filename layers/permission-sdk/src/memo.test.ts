import { createHash } from 'node:crypto'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { createTokenMemo, type TokenMemo } from './memo.ts'

/** Sets a token twice: it is remembered from its second sight on. */
function remember<Value>(memo: TokenMemo<Value>, token: string, value: Value): void {
  memo.set(token, value)
  memo.set(token, value)
}

describe('a token memo', () => {
  it('remembers a token from its second sight on', () => {
    const memo = createTokenMemo<string>(10)
    const token = `a.${'s'.repeat(43)}`
    memo.set(token, 'a')
    expect(memo.get(token)).toBeUndefined()
    memo.set(token, 'a')
    expect(memo.get(token)).toBe('a')
  })

  it('gives a value to the same token only, though the ends are the same', () => {
    const memo = createTokenMemo<string>(10)
    const end = 's'.repeat(43)
    remember(memo, `a.${end}`, 'a')
    expect(memo.get(`a.${end}`)).toBe('a')
    expect(memo.get(`b.${end}`)).toBeUndefined()
    remember(memo, `b.${end}`, 'b')
    expect(memo.get(`a.${end}`)).toBeUndefined()
  })

  it('keeps as many as it has places, whatever passes by once', () => {
    const memo = createTokenMemo<number>(8)
    remember(memo, 'kept', 0)
    for (let token = 1; token <= 1000; token++) memo.set(`passing-${token}`, token)
    expect(memo.get('kept')).toBe(0)
    for (let token = 1; token <= 1000; token++) remember(memo, `token-${token}`, token)
    const remembered = Array.from({ length: 1000 }, (_, at) => memo.get(`token-${at + 1}`)).filter((value) => value)
    expect(remembered.length).toBeGreaterThan(0)
    expect(remembered.length).toBeLessThanOrEqual(32)
    memo.clear()
    expect(memo.get('token-1000')).toBeUndefined()
  })

  it('remembers nothing with capacity 0', () => {
    const memo = createTokenMemo<number>(0)
    remember(memo, 'token', 1)
    expect(memo.get('token')).toBeUndefined()
  })

  test.prop([
    fc.array(fc.tuple(fc.boolean(), fc.string({ maxLength: 2 })), { maxLength: 60 }),
    fc.integer({ min: 1, max: 4 }),
  ])('never gives a token the value of another', (steps, capacity) => {
    const memo = createTokenMemo<string>(capacity)
    for (const [put, token] of steps) {
      if (put) memo.set(token, token)
      else expect([undefined, token]).toContain(memo.get(token))
    }
  })
})

it('keeps what is in use, and old tokens give way', () => {
  const memo = createTokenMemo<number>(1024)
  const tokens = (of: string) =>
    Array.from({ length: 512 }, (_, at) => createHash('sha256').update(`${of} ${at}`).digest('hex'))
  for (const generation of ['first', 'second', 'third']) {
    const inUse = tokens(generation)
    for (let use = 0; use < 4; use++) {
      for (const token of inUse) if (memo.get(token) === undefined) memo.set(token, 1)
    }
    expect(inUse.filter((token) => memo.get(token) !== undefined).length).toBeGreaterThan(490)
  }
})
