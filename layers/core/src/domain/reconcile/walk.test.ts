import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { SourceStatement } from '../assignment/statement.ts'
import { beginWalk, type Page, takePage, type Walk } from './walk.ts'

const stated = (account: string): SourceStatement => ({
  organization: 'acme',
  account,
  version: 1,
  status: 'active',
  roles: [],
  occurredAt: 1,
})
const page = (accounts: readonly string[], next?: string): Page => ({
  statements: accounts.map((account) => stated(account)),
  ...(next !== undefined && { next }),
})

/** The walk after these pages, or the fault that one of them was. */
function walked(...pages: readonly Page[]) {
  let walk: Walk = beginWalk(1, 5)
  for (const each of pages) {
    const taken = takePage(walk, each)
    if ('fault' in taken) return taken.fault
    walk = taken.walk
  }
  return walk
}

describe('a walk', () => {
  it('counts pages and accounts, and ends where the source says so', () => {
    expect(walked(page(['a', 'b'], 'x'))).toMatchObject({ pages: 1, listed: 2, cursor: 'x', ended: false })
    const ended = walked(page(['a', 'b'], 'x'), page([], 'y'), page(['c']))
    expect(ended).toMatchObject({ pages: 3, listed: 3, ended: true, versioned: true })
    expect(ended).not.toHaveProperty('cursor')
  })

  it.each<[string, readonly Page[], string]>([
    ['a page that leads to itself', [page(['a'], 'x'), page(['b'], 'x')], 'source_repeats_cursor'],
    ['an account twice on a page', [page(['a', 'b', 'a'])], 'source_repeats_accounts'],
    [
      'accounts with and without versions',
      [page(['a'], 'x'), { statements: [{ ...stated('b'), version: undefined }] }],
      'source_mixes_versions',
    ],
  ])('is at fault with %s', (_, pages, fault) => {
    expect(walked(...pages)).toBe(fault)
  })

  test.prop([fc.nat(40), fc.integer({ min: 1, max: 40 })])(
    'that goes round in circles is noticed, wherever the circle begins and however long it is',
    (before, round) => {
      let walk: Walk = beginWalk(1, 5)
      for (let pages = 1; pages <= 8 * (before + round) + 8; pages += 1) {
        const at = pages <= before ? pages : before + ((pages - before) % round)
        const taken = takePage(walk, page([`account-${pages}`], `cursor-${at}`))
        if ('fault' in taken) {
          expect(taken.fault).toBe('source_repeats_cursor')
          return
        }
        walk = taken.walk
      }
      throw new Error('never noticed')
    },
  )

  test.prop([fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 200 })])(
    'with cursors that are all different is never at fault',
    (cursors) => {
      const pages = cursors.map((cursor, index) => page([`account-${index}`], cursor))
      expect(walked(...pages, page([]))).toMatchObject({ ended: true, listed: cursors.length })
    },
  )
})
