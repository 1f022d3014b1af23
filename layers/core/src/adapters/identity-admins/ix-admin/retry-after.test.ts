import { expect, test } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0)

test.each([
  ['0', 0],
  ['3', 3_000],
  ['9999999999', 86_400_000],
  ['Sun, 22 Nov 2026 12:00:05 GMT', 5_000],
  ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
])('reads %s', (value, ms) => {
  expect(parseRetryAfter(value, NOW)).toBe(ms)
})

test.each([null, '', '-1', '1.5', 'soon', '2026-11-22T12:00:05Z', 'Sun, 99 Nov 2026 12:00:05 GMT'])(
  'says nothing of %s',
  (value) => {
    expect(parseRetryAfter(value, NOW)).toBeUndefined()
  },
)
