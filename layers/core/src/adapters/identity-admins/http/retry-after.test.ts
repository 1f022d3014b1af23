import { expect, test } from 'vitest'
import { parseRetryAfter, readPause } from './retry-after.ts'

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

test.each<[Record<string, string>, number | undefined]>([
  [{ 'retry-after': '3', 'x-rate-limit-reset': '9999999999' }, 3_000],
  [{ 'x-rate-limit-reset': String(NOW / 1000 + 7) }, 7_000],
  [{ 'x-ratelimit-reset': String(NOW / 1000 + 7) }, 7_000],
  // Their clock is an hour ahead of ours: what counts is the difference.
  [{ 'x-rate-limit-reset': String(NOW / 1000 + 3_607), date: 'Sun, 22 Nov 2026 13:00:00 GMT' }, 7_000],
  [{ 'x-rate-limit-reset': String(NOW / 1000 - 7) }, 0],
  [{ 'x-rate-limit-reset': '7' }, undefined],
  [{ 'x-rate-limit-reset': 'soon' }, undefined],
  [{}, undefined],
])('reads how long to stay away from %j', (headers, ms) => {
  expect(readPause(new Headers(headers), NOW)).toBe(ms)
})
