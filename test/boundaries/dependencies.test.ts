import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const [, deployed = '', rest = ''] = readFileSync(join(root, 'docs/dependencies.md'), 'utf8').split(/^## .*$/m)

/** Packages named in the first column of a table. */
function packagesIn(text: string): string[] {
  const rows = text.split('\n').filter((line) => line.startsWith('| `'))
  return rows
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))
    .sort()
}

describe('docs/dependencies.md', () => {
  test('gives a reason for every runtime dependency, and for nothing else', () => {
    expect(packagesIn(deployed)).toEqual(Object.keys(manifest.dependencies).sort())
  })

  test('names every development dependency', () => {
    expect(packagesIn(rest)).toEqual(Object.keys(manifest.devDependencies).sort())
  })

  test('names every optional dependency', () => {
    for (const name of Object.keys(manifest.optionalDependencies)) expect(rest).toContain(`\`${name}\``)
  })
})

test('every version is exact', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifest
  for (const version of Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  }
})

test('the permission SDK has no dependency', () => {
  const sdk = JSON.parse(readFileSync(join(root, 'layers/permission-sdk/package.json'), 'utf8'))
  expect({ ...sdk.dependencies, ...sdk.peerDependencies }).toEqual({})
})
