import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { deepest, parseObject } from './strict-json.ts'

const nested = (depth: number, open = '{"a":', close = '}') => `${open.repeat(depth - 1)}{}${close.repeat(depth - 1)}`

describe('parseObject', () => {
  it.each([
    '{"a":1}',
    ' {\n"a" : [1, 2] , "b":{"a":"}"} } ',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"a":"\\"a\\":1,\\"a\\":2"}',
    '{"__proto__":1,"constructor":2}',
    '{"b":1,"2":2,"1":3}',
    '{"a":1e2,"b":-0.0,"c":"\\u0061"}',
    nested(deepest),
  ])('takes %s', (text) => {
    expect(parseObject(text)).toEqual(JSON.parse(text))
  })

  it.each([
    ['a member twice', '{"a":1,"a":1}'],
    ['a member twice with other members between', '{"a":1,"b":{"c":[]},"a":2}'],
    ['a member twice, once escaped', '{"exp":1,"\\u0065xp":2}'],
    ['a member twice, deeper', '{"a":[{"b":1,"b":1}]}'],
    ['a member twice with white space before the colon', '{"a" :1,"a"\t\r\n :2}'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
    ['objects nested too deep', nested(deepest + 1)],
    ['lists nested too deep', `{"a":${'['.repeat(deepest)}${']'.repeat(deepest)}}`],
    ['a nesting that would exhaust the stack', `{"a":${'['.repeat(4000)}${']'.repeat(4000)}}`],
    ['a list', '[]'],
    ['a string', '"a"'],
    ['null', 'null'],
    ['nothing', ''],
    ['a byte order mark', '\uFEFF{}'],
    ['two objects', '{}{}'],
    ['a trailing comma', '{"a":1,}'],
  ])('refuses %s', (_, text) => {
    expect(parseObject(text)).toBeUndefined()
  })

  test.prop([fc.json({ maxDepth: 4 })])('agrees with JSON.parse on objects without duplicates', (text) => {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    // fast-check writes JSON from values, so no member can occur twice.
    expect(parseObject(text)).toEqual(isObject ? value : undefined)
  })

  test.prop([
    fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
    fc.nat(),
    fc.jsonValue({ maxDepth: 1 }),
    fc.boolean(),
  ])('finds a duplicate wherever it stands', (value, which, other, escaped) => {
    const names = Object.keys(value)
    const name = names[which % names.length] ?? ''
    const spelt = escaped
      ? `"${[...name]
          .map((c) =>
            c
              .split('')
              .map((u) => `\\u${u.charCodeAt(0).toString(16).padStart(4, '0')}`)
              .join(''),
          )
          .join('')}"`
      : JSON.stringify(name)
    const added = `,${spelt}:${JSON.stringify(other)}`
    const text = `${JSON.stringify({ outer: [value] }).slice(0, -'}]}'.length)}${added}}]}`
    expect(() => JSON.parse(text)).not.toThrow()
    expect(parseObject(text)).toBeUndefined()
  })
})
