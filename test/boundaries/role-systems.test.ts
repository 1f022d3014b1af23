import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { problemsOfRoleMap } from './role-map.ts'

const root = join(import.meta.dirname, '../..')
const map = readFileSync(join(root, 'docs/role-systems.md'), 'utf8')
const readings = new Map<string, string | undefined>()

function read(path: string): string | undefined {
  if (!readings.has(path)) {
    const file = join(root, path)
    readings.set(path, existsSync(file) ? readFileSync(file, 'utf8') : undefined)
  }
  return readings.get(path)
}

describe('docs/role-systems.md', () => {
  it('names tests that exist and run, for every requirement and every page', () => {
    expect(problemsOfRoleMap(map, read)).toEqual([])
  })

  it('names every one of its tests by a title, and many of them', () => {
    expect(map.match(/“[^”]+”/g)?.length).toBeGreaterThan(150)
  })
})

const planted = `
import { describe, it, test } from 'vitest'
describe('a door', () => {
  it('opens', () => {})
  it.skip('closes', () => {})
  describe.each(['bell'])('with a %s', () => test.each([['rings']])('%s', () => {}))
})
describe.todo('a window', () => it('opens wide', () => {}))
`

/** The map with one row more among the requirements. */
const withTests = (tests: string) =>
  map.replace(/^\| R1 \|.*$/m, (row) => `${row}\n| R0 | planted | [door](../door.test.ts) ${tests} |`)
const problemsWith = (tests: string) =>
  problemsOfRoleMap(withTests(tests), (path) => (path === 'door.test.ts' ? planted : read(path)))

describe('the check of the map', () => {
  it.each(['“opens”', '“a door > opens”', '“a door > with a bell > rings”', '“with a %s > %s”, “opens”'])(
    'takes %s',
    (tests) => {
      expect(problemsWith(tests)).toEqual([])
    },
  )

  it.each([
    ['“shuts”', 'R0: door.test.ts has no test “shuts”'],
    ['“a window > opens”', 'R0: door.test.ts has no test “a window > opens”'],
    ['“oor > opens”', 'R0: door.test.ts has no test “oor > opens”'],
    ['“with a horn > rings”', 'R0: door.test.ts has no test “with a horn > rings”'],
    ['“closes”', 'R0: “closes” of door.test.ts does not run'],
    ['“opens wide”', 'R0: “opens wide” of door.test.ts does not run'],
    ['[other](../gone.test.ts) “opens”', 'R0: gone.test.ts does not exist'],
    ['', 'R0: neither a test nor "not yet"'],
    ['not yet: some day', 'R0: there is no later part "some day"'],
  ])('objects to %s', (tests, problem) => {
    expect(problemsWith(tests)).toContain(problem)
  })

  it.each(Array.from({ length: 29 }, (_, index) => `R${index + 1}`))('misses %s', (key) => {
    const without = map.replace(new RegExp(`^\\| ${key} \\|.*\n`, 'm'), '')
    expect(problemsOfRoleMap(without, read)).toEqual([`${key} is missing`])
  })

  it('misses a page, and sees a requirement that is there twice', () => {
    const without = map.replace(/^## The walkthrough\n[^#]*/m, '')
    expect(problemsOfRoleMap(without, read)).toEqual(['the walkthrough has no table'])
    const twice = map.replace(/^\| R7 \|.*\n/m, (row) => row + row)
    expect(problemsOfRoleMap(twice, read)).toEqual(['R7 is there twice'])
  })
})
