import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { followIndex, followTokens, indexOfCursor, startOf, tokenOfCursor } from './walk.ts'

const inconsistent = { outcome: 'inconsistent', detail: expect.any(String) }

/** Walks a source that pages by index; `change` alters it before a page is read. */
function walk(accounts: string[], size: number, change: (page: number) => void = () => {}) {
  const seen: string[] = []
  let cursor: string | undefined
  for (let page = 0; page < 1_000; page += 1) {
    change(page)
    const state = indexOfCursor(cursor)
    if (state !== undefined && 'outcome' in state) return state
    const ids = accounts.slice(startOf(state), startOf(state) + size)
    const end = followIndex(state, ids, accounts.length)
    if ('outcome' in end) return end
    seen.push(...ids.slice(end.skip))
    if (end.next === undefined) return { seen }
    cursor = end.next
  }
  throw new Error('no end')
}

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 40 })

describe('a walk by index', () => {
  test('shows every account once, whatever the size of a page', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 2, max: 12 }), (accounts, size) => {
        expect(walk([...accounts], size)).toEqual({ seen: accounts })
      }),
    )
  })

  test('never ends well when an account that was shown is deleted and another one added on the way', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 2, max: 12 }), fc.nat(), fc.boolean(), (all, size, at, add) => {
        fc.pre(all.length > size)
        const accounts = [...all]
        const result = walk(accounts, size, (page) => {
          if (page !== 1) return
          accounts.splice(at % size, 1)
          // The total stays: only that the others have moved tells.
          if (add) accounts.push('added at the end')
        })
        expect(result).toEqual(inconsistent)
      }),
    )
  })

  test.each<[string, readonly string[], number]>([
    ['is empty', [], 0],
    ['is empty although there are some', [], 3],
    ['shows one twice', ['a', 'a'], 2],
    ['shows more than announced', ['a', 'b'], 1],
  ])('whose first page %s is inconsistent', (_, ids, total) => {
    expect(followIndex(undefined, ids, total)).toEqual(inconsistent)
  })

  test.each<[string, readonly string[], number]>([
    ['announces another number', ['b', 'c'], 4],
    ['begins elsewhere', ['c'], 3],
    ['shows nothing at all', [], 3],
    ['ends early', ['b'], 3],
  ])('whose next page %s is inconsistent', (_, ids, total) => {
    const state = { shown: 2, total: 3, last: 'b' }
    expect(followIndex(state, ['b', 'c'], 3)).toEqual({ skip: 1 })
    expect(followIndex(state, ids, total)).toEqual(inconsistent)
  })
})

describe('a walk by tokens', () => {
  test('leads on by the token, and ends without one', () => {
    const end = followTokens({ after: '', shown: 0 }, { ids: ['a', 'b'], next: 't1', total: 3 })
    if ('outcome' in end || end.next === undefined) throw new Error('ended')
    const state = tokenOfCursor(end.next)
    expect(state).toEqual({ after: 't1', shown: 2 })
    if ('outcome' in state) throw new Error(state.detail)
    expect(followTokens(state, { ids: ['c'], total: 3 })).toEqual({})
    expect(followTokens(state, { ids: [], total: 3 })).toEqual(inconsistent)
    expect(followTokens(state, { ids: ['c'], next: 't1' })).toEqual(inconsistent)
    expect(followTokens(state, { ids: [], next: 't2' })).toEqual(inconsistent)
  })

  test('may be whole with more than announced: the number is that of another moment', () => {
    expect(followTokens({ after: 't', shown: 2 }, { ids: ['c', 'd'], total: 3 })).toEqual({})
  })
})

test('a cursor of others is none', () => {
  fc.assert(
    fc.property(fc.string(), (cursor) => {
      expect(tokenOfCursor(cursor)).toEqual(inconsistent)
      expect(indexOfCursor(cursor)).toEqual(inconsistent)
    }),
  )
})
