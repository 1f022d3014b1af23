import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { parseStrictJson } from './strict-json.ts'

describe('parseStrictJson', () => {
  property.prop([fc.json(), fc.constantFrom(undefined, 1, '\t')])('reads what JSON.parse reads', (text, indent) => {
    const value = JSON.parse(text)
    expect(parseStrictJson(JSON.stringify(value, null, indent))).toEqual({ value })
  })

  property.prop([fc.object(), fc.string()])('refuses any object with a member said twice', (object, name) => {
    const rest = JSON.stringify({ ...object, [name]: 1 }).slice(1)
    expect(parseStrictJson(`{${JSON.stringify(name)}: 2, ${rest}`)).toBeUndefined()
  })

  test.each([
    ['an escape that hides the repetition', '{"role":1,"r\\u006fle":2}'],
    ['a repetition deep inside', '[{"a":[{"b":{"c":1,"c":1}}]}]'],
    ['a space before the colon', '{"a" :1,"a"\n:1}'],
    ['no JSON', '{"a":1'],
    ['nothing', ''],
    ['endless nesting', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['a byte order mark', '\ufeff{}'],
    ['a trailing text', '{} {}'],
  ])('refuses %s', (_, text) => {
    expect(parseStrictJson(text)).toBeUndefined()
  })

  test('refuses objects and lists nested deeper than asked', () => {
    expect(parseStrictJson('[{"a":[1]}]', 3)).toEqual({ value: [{ a: [1] }] })
    expect(parseStrictJson('[{"a":[1]}]', 2)).toBeUndefined()
    expect(parseStrictJson('[{}, {}, {"a":"[[["}]', 2)).toEqual({ value: [{}, {}, { a: '[[[' }] })
  })

  test.each([
    ['the same name in two objects', '[{"a":1},{"a":1},{"b":{"a":1},"a":1}]'],
    ['a value that looks like a name', '{"a":"b","b":"a"}'],
    ['a quoted colon', '{"a":"\\":","b":"\\\\"}'],
    ['strings in a list', '["a","a"]'],
  ])('takes %s', (_, text) => {
    expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) })
  })
})
