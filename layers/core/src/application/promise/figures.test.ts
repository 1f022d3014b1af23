import { fc, test } from '@fast-check/vitest'
import { expect, it } from 'vitest'
import { figuresOf } from './figures.ts'

it('has no figures without samples', () => {
  expect(figuresOf([])).toEqual({ samples: 0 })
})

it('takes percentiles by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, place) => 100 - place)
  expect(figuresOf(hundred)).toEqual({ p50: 50, p99: 99, max: 100, samples: 100 })
  expect(figuresOf([3, 1, 2])).toEqual({ p50: 2, p99: 3, max: 3, samples: 3 })
})

test.prop([fc.array(fc.nat(), { minLength: 1 })])('gives times that were measured, in order', (times) => {
  const { p50 = -1, p99 = -1, max = -1, samples } = figuresOf(times)
  expect(samples).toBe(times.length)
  expect(times).toEqual(expect.arrayContaining([p50, p99, max]))
  expect(p50).toBeLessThanOrEqual(p99)
  expect(p99).toBeLessThanOrEqual(max)
  expect(max).toBe(Math.max(...times))
})
