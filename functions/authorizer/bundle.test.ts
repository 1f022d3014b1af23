import { join } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'

let outputs: Metafile['outputs']
let entry: string

beforeAll(async () => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, 'handler.ts')],
    outdir: '/dist',
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    outExtension: { '.js': '.mjs' },
    metafile: true,
    logLevel: 'silent',
  })
  outputs = metafile.outputs
  entry = Object.keys(outputs).find((name) => outputs[name]?.entryPoint?.endsWith('authorizer/handler.ts')) ?? ''
})

/** The files, and the modules of Node, that are loaded before the first event. */
function loadedAtStart(): { readonly files: ReadonlySet<string>; readonly modules: ReadonlySet<string> } {
  const files = new Set<string>()
  const modules = new Set<string>()
  const visit = (name: string): void => {
    if (files.has(name)) return
    files.add(name)
    for (const { path, kind, external } of outputs[name]?.imports ?? []) {
      if (kind !== 'import-statement') continue
      if (external === true) modules.add(path)
      else visit(path)
    }
  }
  visit(entry)
  return { files, modules }
}

describe('the bundle of the authorizer', () => {
  it('loads at most 20 kB at start', () => {
    const bytes = [...loadedAtStart().files].reduce((sum, name) => sum + (outputs[name]?.bytes ?? Number.NaN), 0)
    expect(bytes).toBeLessThanOrEqual(20_000)
  })

  it('imports no module of Node at start', () => {
    expect([...loadedAtStart().modules]).toEqual([])
  })

  it('holds no package, neither at start nor later', () => {
    const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs))
    expect(inputs.length).toBeGreaterThan(20)
    expect(inputs.filter((name) => name.includes('node_modules'))).toEqual([])
  })

  it('leaves what a first allowed request does not need for later', () => {
    const atStart = [...loadedAtStart().files].flatMap((name) => Object.keys(outputs[name]?.inputs ?? {}))
    expect(atStart.filter((name) => /\/later\/|codes\.ts|match\.ts|explain/.test(name))).toEqual([])
  })
})
