import { expect, it } from 'vitest'
import { Narrator } from './narrator.ts'

it('ends well when every step came out as told', () => {
  const lines: string[] = []
  const narrator = new Narrator((line) => lines.push(line))
  narrator.expect('Vera lists flows', 200, 200)
  expect(narrator.close()).toBe(0)
  expect(lines).toEqual(['  ✓ Vera lists flows: 200', '\nAll 1 steps came out as told.'])
})

it('goes on after a step that differs, names it again, and ends with a status of 1', () => {
  const lines: string[] = []
  const narrator = new Narrator((line) => lines.push(line))
  narrator.expect('Vera publishes', 403, 200)
  narrator.expect('Vera lists flows', 200, 200)
  expect(narrator.close()).toBe(1)
  expect(lines[0]).toBe('  ✗ Vera publishes: 200, but should be 403')
  expect(lines.at(-1)).toContain('1 of 2 steps differ:\n  - Vera publishes')
})
