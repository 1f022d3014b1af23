import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const bin = (name: string) => join(root, 'node_modules', name)

/**
 * Lints files planted in a copy of the tree that holds nothing but the lint configuration; one run for all of them.
 * Returns, for each planted file, whether an import boundary was broken.
 */
function lint(files: readonly { readonly path: string; readonly from: string }[]): readonly boolean[] {
  const box = mkdtempSync(join(tmpdir(), 'boundaries-'))
  try {
    const config = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
    writeFileSync(join(box, 'biome.json'), JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }))
    const planted = files.map(({ path, from }, index) => {
      const file = path.replace('planted', `planted-${index}`)
      mkdirSync(join(box, dirname(file)), { recursive: true })
      writeFileSync(join(box, file), `import { x } from '${from}'\n\nexport const y = x\n`)
      return file
    })
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
    const flags = ['lint', '--reporter=json', '--max-diagnostics=none', '.']
    const run = spawnSync(process.execPath, [biome, ...flags], { cwd: box, encoding: 'utf8' })
    const report: { diagnostics: { category: string; location: { path: string | { file: string } } }[] } = JSON.parse(
      run.stdout,
    )
    const broken = report.diagnostics
      .filter(({ category }) => category === 'lint/style/noRestrictedImports')
      .map(({ location: { path } }) => (typeof path === 'string' ? path : path.file))
    return planted.map((file) => broken.some((path) => path.endsWith(file)))
  } finally {
    rmSync(box, { recursive: true })
  }
}

const forbidden = [
  ['layers/core/src/domain/grant/planted.ts', 'jose'],
  ['layers/core/src/domain/grant/planted.ts', 'node:crypto'],
  ['layers/core/src/domain/grant/planted.ts', '@aws-sdk/client-dynamodb'],
  ['layers/core/src/domain/grant/planted.ts', '../../application/ports.ts'],
  ['layers/core/src/domain/grant/planted.ts', '../../adapters/memory/account-store.ts'],
  ['layers/core/src/application/planted.ts', '../adapters/dynamodb/keys.ts'],
  ['layers/core/src/application/planted.ts', '@aws-sdk/lib-dynamodb'],
  ['layers/core/src/application/planted.ts', 'node:https'],
  ['layers/core/src/adapters/dynamodb/planted.ts', '../../application/exchange-token.ts'],
  ['layers/core/src/adapters/dynamodb/planted.ts', '@rolecast/catalogs'],
  ['functions/token/planted.ts', '../authorizer/config.ts'],
  ['functions/token/planted.ts', '@rolecast/core/adapters/dynamodb/account-store'],
  ['functions/token/planted.ts', '@aws-sdk/client-kms'],
  ['functions/token/planted.ts', 'aws-cdk-lib/aws-lambda'],
  ['layers/permission-sdk/src/planted.ts', 'jose'],
  ['layers/permission-sdk/src/planted.ts', '@aws-sdk/client-dynamodb'],
  ['layers/permission-sdk/src/planted.ts', '../../core/src/adapters/dynamodb/keys.ts'],
  ['layers/catalogs/infobip/planted.ts', '@rolecast/core/application/ports'],
  ['layers/core/src/domain/grant/planted.ts', '@rolecast/core/application/ports'],
  ['infra/stacks/planted.ts', '../../functions/token/config.ts'],
  ['infra/constructs/planted.ts', '../../scripts/build.ts'],
] as const

const allowed = [
  ['layers/core/src/domain/grant/planted.ts', '../catalog/catalog.ts'],
  ['layers/core/src/domain/grant/planted.ts', './grant.ts'],
  ['layers/core/src/application/planted.ts', '../domain/grant/grant.ts'],
  ['layers/core/src/application/planted.ts', './ports.ts'],
  ['layers/core/src/adapters/dynamodb/planted.ts', '../../application/ports.ts'],
  ['layers/core/src/adapters/dynamodb/planted.ts', '@aws-sdk/lib-dynamodb'],
  ['functions/token/planted.ts', '@rolecast/core/application/exchange-token'],
  ['functions/token/config.ts', '@rolecast/core/adapters/environment/settings'],
  ['functions/token/dependencies.ts', '@rolecast/core/adapters/dynamodb/account-store'],
  ['layers/permission-sdk/src/planted.ts', 'node:crypto'],
  ['layers/permission-sdk/src/planted.ts', '@rolecast/core/domain/grant/decide'],
  ['layers/catalogs/infobip/planted.ts', '@rolecast/core/domain/catalog/define'],
  ['scripts/planted.ts', '../infra/constructs/rolecast-authorizer/authorizer-asset.ts'],
] as const

describe('import boundaries', () => {
  const cases = [...forbidden, ...allowed].map(([path, from]) => ({ path, from }))
  let broken: readonly boolean[]
  beforeAll(() => {
    broken = lint(cases)
  })
  it.each(forbidden.map(([path, from], index) => [path, from, index] as const))(
    '%s may not import %s',
    (_path, _from, index) => {
      expect(broken[index]).toBe(true)
    },
  )
  it.each(allowed.map(([path, from], index) => [path, from, forbidden.length + index] as const))(
    '%s may import %s',
    (_path, _from, index) => {
      expect(broken[index]).toBe(false)
    },
  )
})

test('the import boundaries hold for the tree as it is', () => {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const flags = ['lint', '--only=style/noRestrictedImports', '--colors=off', '.']
  const run = spawnSync(process.execPath, [biome, ...flags], { cwd: root, encoding: 'utf8' })
  expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('Checked') })
})

describe('the domain compiles without Node', () => {
  const compile = (code: string) => {
    mkdirSync(join(root, '.rolecast'), { recursive: true })
    const box = mkdtempSync(join(root, '.rolecast', 'boundaries-'))
    try {
      writeFileSync(join(box, 'planted.ts'), code)
      const config = {
        extends: '../../layers/core/src/domain/tsconfig.json',
        compilerOptions: { rootDir: '.' },
        include: ['planted.ts'],
      }
      writeFileSync(join(box, 'tsconfig.json'), JSON.stringify(config))
      return spawnSync(process.execPath, [bin('typescript/bin/tsc'), '-p', box], { encoding: 'utf8' })
    } finally {
      rmSync(box, { recursive: true })
    }
  }

  it.each([
    'export const x = Buffer.alloc(1)\n',
    'export const x = process.env\n',
    "export { readFileSync } from 'node:fs'\n",
    'export const x = fetch\n',
    'export const x = setTimeout\n',
  ])('refuses %j', (code) => {
    expect(compile(code).status).not.toBe(0)
  })
  it('takes plain language', () => {
    expect(compile('export const x = new Uint32Array(1)\n').status).toBe(0)
  })
  it('holds for the domain as it is', () => {
    execFileSync(process.execPath, [bin('typescript/bin/tsc'), '-p', join(root, 'layers/core/src/domain')])
  })
})
