import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { type BuildOptions, build } from 'esbuild'
import { type BuiltFile, measure } from './built-file.ts'

const run = promisify(execFile)

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
  const [built] = await Promise.all([bundle(root, target, entries), declare(root, join(target, 'types'), entries)])
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
  const built = await Promise.all([
    bundleFor(forNode, { platform: 'node', target: 'node24' }),
    bundleFor(forBrowser, { platform: 'browser', target: 'es2022' }),
  ])
  return built.flat()
}

/** Emits declarations of the SDK and of the part of the domain it names, with paths that resolve inside the package. */
async function declare(root: string, target: string, entries: readonly SdkEntry[]): Promise<void> {
  const layers = join(root, 'layers')
  // Inside the repository, where the compiler finds its packages; of its own, because builds may run side by side.
  mkdirSync(join(root, 'dist'), { recursive: true })
  const scratch = mkdtempSync(join(root, 'dist/.types-'))
  const config = {
    extends: relative(scratch, join(root, 'tsconfig.json')),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      stripInternal: true,
      rootDir: layers,
      outDir: target,
      lib: ['es2024', 'esnext.iterator', 'dom'],
      // Through the package name the domain counts as a foreign library, of which nothing is emitted.
      paths: { '@rolecast/core/*': [join(layers, 'core/src/*.ts')] },
      skipLibCheck: true,
    },
    files: entries.map(({ file }) => file),
    include: [],
  }
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(config))
  try {
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', scratch])
  } catch (cause) {
    const { stdout } = cause as { readonly stdout?: string }
    throw new Error(`The types of the permission SDK do not compile:\n${stdout ?? ''}`, { cause })
  } finally {
    rmSync(scratch, { recursive: true })
  }
  for (const file of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.d.ts')) localize(join(target, file), target)
  }
}

/** `@rolecast/core/domain/x` and `./x.ts` become relative paths that end in `.js`. */
function localize(file: string, types: string): void {
  const code = readFileSync(file, 'utf8').replaceAll(
    /((?:from|import)\s*\(?\s*)(['"])([^'"]+)\2/g,
    (whole, before: string, quote: string, specifier: string) => {
      const core = /^@rolecast\/core\/(.+)$/.exec(specifier)?.[1]
      if (core !== undefined) {
        const path = relative(dirname(file), join(types, 'core/src', core))
        return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}.js${quote}`
      }
      return specifier.startsWith('.') ? `${before}${quote}${specifier.replace(/\.ts$/, '.js')}${quote}` : whole
    },
  )
  writeFileSync(file, code)
}
