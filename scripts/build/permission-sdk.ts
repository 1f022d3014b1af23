import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { allDone } from './all-done.ts'
import { type BuiltFile, measure } from './built-file.ts'
import { declare } from './declarations.ts'

/**
 * Builds the permission SDK as a Lambda layer (`<outdir>/nodejs/node_modules/@rolecast/permission-sdk`): self-contained
 * JavaScript and types, without a dependency, so the folder can be published to a registry as it is.
 * @throws when the SDK does not bundle or its types do not compile.
 */
export async function buildPermissionSdk(root: string, outdir: string): Promise<readonly BuiltFile[]> {
  const source = join(root, 'layers/permission-sdk')
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const target = join(outdir, 'nodejs/node_modules', manifest.name)
  rmSync(outdir, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  const entries = Object.entries<string>(manifest.exports)
    // `./parts/*` is for the authorizer in this repository; it is no part of what is published.
    .filter(([path]) => !path.includes('*'))
    .map(([path, file]) => ({ path, file: join(source, file), name: path === '.' ? 'index' : path.slice('./'.length) }))
  const files = entries.map(({ file }) => file)
  const [built] = await allDone([
    bundle(root, target, entries),
    declare({ root, rootDir: 'layers', target: join(target, 'types'), files }),
  ])
  const published = {
    name: manifest.name,
    version: manifest.version,
    license: manifest.license,
    type: 'module',
    sideEffects: false,
    exports: {
      // `default`, not `import`: require() of an ES module asks for the conditions `require` and `default`.
      ...Object.fromEntries(
        entries.map(({ path, name }) => [
          path,
          { types: `./types/permission-sdk/src/${name}.d.ts`, default: `./${name}.js` },
        ]),
      ),
      './package.json': './package.json',
    },
  }
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
  return built
}

interface SdkEntry {
  readonly name: string
  readonly file: string
}

/** The entries for Node share one chunk, so that a token verified through one of them is known to the other. */
async function bundle(root: string, target: string, entries: readonly SdkEntry[]): Promise<readonly BuiltFile[]> {
  const bundleFor = async (chosen: readonly SdkEntry[], options: BuildOptions) => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: Object.fromEntries(chosen.map(({ name, file }) => [name, file])),
      outdir: target,
      bundle: true,
      splitting: true,
      chunkNames: 'shared-[hash]',
      format: 'esm',
      minify: true,
      legalComments: 'none',
      logLevel: 'warning',
      ...options,
      metafile: true,
    })
    return chosen.map(({ name }) =>
      measure(`layers/permission-sdk/${name}`, metafile, {
        folder: root,
        entry: relative(root, join(target, `${name}.js`)),
      }),
    )
  }
  const forBrowser = entries.filter(({ name }) => name === 'browser')
  const forNode = entries.filter(({ name }) => name !== 'browser')
  const built = await allDone([
    bundleFor(forNode, { platform: 'node', target: 'node24' }),
    bundleFor(forBrowser, { platform: 'browser', target: 'es2022' }),
  ])
  return built.flat()
}
