import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogs } from '@rolecast/catalogs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BuiltFile } from './build/built-file.ts'
import { formatTable } from './build/built-file.ts'
import { buildAll } from './build.ts'

const root = join(import.meta.dirname, '..')
const out = mkdtempSync(join(tmpdir(), 'build-'))
let built: readonly BuiltFile[]
beforeAll(async () => {
  built = await buildAll(out)
}, 60_000)
afterAll(() => rmSync(out, { recursive: true }))

/** Every file below a folder with the hash of its content. */
function contentOf(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
  return files
    .map(({ parentPath, name }) => `${join(parentPath, name).slice(folder.length)} ${hash(join(parentPath, name))}`)
    .sort()
}

const sdk = 'layers/permission-sdk/nodejs/node_modules/@rolecast/permission-sdk'

describe('the build', () => {
  it('bundles every function there is', () => {
    const functions = readdirSync(join(root, 'functions'))
    const names = built.map(({ name }) => name)
    for (const name of functions) expect(names).toContain(`functions/${name}`)
    expect(names).toContain('functions/customer-v2')
  })

  it('gives equal bytes for equal sources', async () => {
    const again = mkdtempSync(join(tmpdir(), 'build-'))
    try {
      await buildAll(again)
      expect(contentOf(again)).toEqual(contentOf(out))
    } finally {
      rmSync(again, { recursive: true })
    }
  }, 60_000)

  it('leaves nothing behind but what is deployed', () => {
    expect(readdirSync(out).sort()).toEqual(['authorizers', 'functions', 'layers'])
  })

  it('starts an authorizer from at most 20 kB, without the AWS SDK and without jose', () => {
    expect(built.find(({ name }) => name === 'functions/authorizer')?.startBytes).toBeLessThanOrEqual(20_000)
    const folder = join(out, 'functions/authorizer')
    const code = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('')
    expect(code).not.toMatch(/aws-sdk|smithy|JWSSignatureVerificationFailed|createRemoteJWKSet/)
  })

  it('lays the catalog of every application beside the authorizer', () => {
    for (const application of Object.keys(catalogs)) {
      const folder = join(out, 'authorizers', application)
      expect(JSON.parse(readFileSync(join(folder, 'catalog.json'), 'utf8')).application).toBe(application)
      expect(readdirSync(folder)).toContain('index.mjs')
    }
  })

  it('leaves the permission SDK out of the example, which gets it from the layer', () => {
    const code = readFileSync(join(out, 'functions/customer-v2/index.mjs'), 'utf8')
    expect(code).toMatch(/from\s*"@rolecast\/permission-sdk/)
  })

  it('prints sizes as a table', () => {
    const table = formatTable([{ name: 'functions/x', startBytes: 1234, bytes: 22_345, gzipBytes: 999 }])
    expect(table.split('\n')).toEqual([
      'bundle       bytes at start  all bytes  gzip',
      'functions/x           1,234     22,345   999',
    ])
  })
})

describe('the permission SDK, as it is published', () => {
  /** A project somewhere else that has nothing but the SDK and the types of Node. */
  function projectWith(file: string, code: string): string {
    const project = mkdtempSync(join(tmpdir(), 'consumer-'))
    for (const name of ['@types', 'undici-types']) {
      mkdirSync(join(project, 'node_modules'), { recursive: true })
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name))
    }
    cpSync(join(out, sdk), join(project, 'node_modules/@rolecast/permission-sdk'), { recursive: true })
    writeFileSync(join(project, 'package.json'), '{"type":"module"}')
    writeFileSync(join(project, file), code)
    return project
  }

  function compile(code: string) {
    const project = projectWith('consumer.ts', code)
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'dom'],
      types: ['node'],
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
    const run = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
      encoding: 'utf8',
    })
    return run.stdout
  }

  it('has types that need nothing but those of Node', () => {
    const code = `import { createVerifier, type Outcome, type Refusal } from '@rolecast/permission-sdk'
      import * as middy from '@rolecast/permission-sdk/middy'
      import * as browser from '@rolecast/permission-sdk/browser'
      const refusal: Refusal = { code: 'not_granted' }
      export const used: Outcome<unknown>[] = [{ ok: false, refusal }]
      export { createVerifier, middy, browser }`
    expect(compile(code)).toBe('')
  })

  it('has types that tell right from wrong', () => {
    const code = `import type { Refusal } from '@rolecast/permission-sdk'
      export const refusal: Refusal = { code: 'no_such_code' }`
    expect(compile(code)).toMatch(/TS2322/)
  })

  it('runs where nothing else is installed', () => {
    const project = projectWith(
      'consumer.mjs',
      `import { createVerifier } from '@rolecast/permission-sdk'
      import '@rolecast/permission-sdk/middy'
      console.log(typeof createVerifier)`,
    )
    const printed = execFileSync(process.execPath, [join(project, 'consumer.mjs')], { encoding: 'utf8' })
    expect(printed.trim()).toBe('function')
  })
})
