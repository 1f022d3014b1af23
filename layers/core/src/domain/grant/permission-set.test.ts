import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { addAll, addNumber, emptySet, hasNumber, keepOnly, numbersIn, removeAll } from './permission-set.ts'

const size = 100
const numbers = fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }))
const setOf = (members: readonly number[]) => {
  const set = emptySet(size)
  for (const member of members) addNumber(set, member)
  return set
}
const sorted = (members: Iterable<number>) => [...members].sort((x, y) => x - y)

describe('a set of permission numbers behaves as a set of numbers', () => {
  test.prop([numbers])('listing and asking', (members) => {
    const set = setOf(members)
    expect(numbersIn(set)).toEqual(sorted(members))
    for (let number = 0; number < 200; number++) expect(hasNumber(set, number)).toBe(members.includes(number))
  })

  test.prop([numbers, numbers])('union, intersection, difference', (one, other) => {
    const [union, both, difference] = [setOf(one), setOf(one), setOf(one)]
    addAll(union, setOf(other))
    keepOnly(both, setOf(other))
    removeAll(difference, setOf(other))
    expect(numbersIn(union)).toEqual(sorted(new Set([...one, ...other])))
    expect(numbersIn(both)).toEqual(sorted(one.filter((number) => other.includes(number))))
    expect(numbersIn(difference)).toEqual(sorted(one.filter((number) => !other.includes(number))))
  })

  test('a number or a set that does not fit is a bug', () => {
    expect(() => addNumber(emptySet(32), 32)).toThrow(RangeError)
    expect(() => addAll(emptySet(32), emptySet(33))).toThrow(RangeError)
  })

  test('a shorter set limits as if it were filled with zeros', () => {
    const set = setOf([1, 99])
    keepOnly(set, emptySet(32).fill(-1))
    expect(numbersIn(set)).toEqual([1])
  })
})
