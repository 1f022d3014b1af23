import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextLink } from './link-header.ts'

test.each<[string, string | undefined]>([
  ['<https://a.example/x?after=1>; rel="next"', 'https://a.example/x?after=1'],
  ['<https://a.example/x>; rel="self", <https://a.example/x?after=1>; rel="next"', 'https://a.example/x?after=1'],
  ['<https://a.example/x?q=a,b;c>; title="one, two"; rel=next', 'https://a.example/x?q=a,b;c'],
  ['<https://a.example/x>; rel="prev next"', 'https://a.example/x'],
  ['<https://a.example/x>; REL="NEXT"', 'https://a.example/x'],
  ['<https://a.example/x>; rel="nextpage"', undefined],
  ['<https://a.example/x>; title="rel=next"', undefined],
  ['https://a.example/x; rel="next"', undefined],
  ['', undefined],
  ['</a>; rel=next, </b>; rel=next', 'ambiguous'],
])('%s', (link, expected) => {
  expect(nextLink(new Headers(link === '' ? {} : { link }))).toBe(expected)
})

test('takes whatever a header can hold, in time', () => {
  const any = fc.string({ unit: fc.constantFrom(...'<>;,="rel nxt/'), maxLength: 2_000 })
  fc.assert(fc.property(any, (link) => void nextLink(new Headers({ link }))))
  const startedAt = performance.now()
  nextLink(new Headers({ link: `<a>${';rel="'.repeat(5_000)}` }))
  nextLink(new Headers({ link: `<a>; rel="${' next'.repeat(5_000)}` }))
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})
