import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFunction } from './start-function.ts'

/** A folder with these files. */
function plant(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'function-'))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

const start = (code: string, layers: readonly string[] = [], environment = {}) =>
  startFunction({ code: plant({ 'index.mjs': code }), layers, environment })

describe('a function starts', () => {
  it('when it exports a handler', () => {
    expect(start("import { sep } from 'path'\nexport const handler = async () => sep")).toBeUndefined()
  })

  it('with its own environment and nobody else’s', () => {
    const code = `if (process.env.NAME !== 'x' || process.env.HOME) throw new Error(JSON.stringify(process.env))
      export const handler = () => {}`
    expect(start(code, [], { NAME: 'x' })).toBeUndefined()
  })

  it('with a package of its layer', () => {
    const layer = plant({
      'nodejs/node_modules/@rolecast/permission-sdk/package.json': '{"type":"module","exports":"./index.js"}',
      'nodejs/node_modules/@rolecast/permission-sdk/index.js': 'export const can = () => true',
    })
    const code = "import { can } from '@rolecast/permission-sdk'\nexport const handler = can"
    expect(start(code, [layer])).toBeUndefined()
    expect(start(code)).toMatch(/@rolecast\/permission-sdk is neither bundled nor in a layer/)
  })
})

describe('a function does not start', () => {
  it.each([
    ['without a handler', 'export const handle = () => {}', /exports no function "handler"/],
    ['with a handler that is none', "export const handler = 'x'", /exports no function "handler"/],
    ['when it needs CommonJS', 'require("node:fs")\nexport const handler = () => {}', /require is not defined/],
    ['when its settings are refused', 'throw new Error("NAME is missing")', /NAME is missing/],
    ['with a package that is nowhere', "import 'jose'\nexport const handler = () => {}", /jose is neither bundled/],
    ['without its file', undefined, /Cannot find module/],
  ])('%s', (_case, code, reason) => {
    const folder = code === undefined ? plant({}) : plant({ 'index.mjs': code })
    expect(startFunction({ code: folder, layers: [], environment: {} })).toMatch(reason)
  })
})
