import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { allDone } from './all-done.ts'
import { type BuiltFile, measure } from './built-file.ts'

/** A function to bundle. */
export interface Entry {
  /** Folder name in the output. */
  readonly name: string
  /** The file that exports `handler`. */
  readonly file: string
  /** True where the permission SDK comes from its layer instead of the bundle. */
  readonly layered: boolean
}

/** Every folder of `functions/` and `examples/` with a `handler.ts`, by name. */
export function findEntries(root: string): readonly Entry[] {
  const within = (folder: string, layered: boolean): Entry[] => {
    const path = join(root, folder)
    if (!existsSync(path)) return []
    return readdirSync(path)
      .map((name) => ({ name, file: join(path, name, 'handler.ts'), layered }))
      .filter(({ file }) => existsSync(file))
  }
  const entries = [...within('functions', false), ...within('examples', true)]
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * Bundles each entry into `<outdir>/<name>/`: `index.mjs` with everything a start needs, and beside it what is imported
 * dynamically (in the AWS SDK, too), so that a cold start reads less. Nothing but Node itself stays outside. CommonJS
 * packages are taken in their ESM form, because an ESM bundle has no `require`.
 * @throws when a file cannot be bundled; esbuild has printed why.
 */
export async function bundleFunctions(
  root: string,
  entries: readonly Entry[],
  outdir: string,
): Promise<readonly BuiltFile[]> {
  return allDone(
    entries.map(async ({ name, file, layered }) => {
      const folder = join(outdir, name)
      const { metafile } = await build({
        absWorkingDir: root,
        entryPoints: { index: file },
        outdir: folder,
        outExtension: { '.js': '.mjs' },
        bundle: true,
        splitting: true,
        format: 'esm',
        platform: 'node',
        target: 'node24',
        mainFields: ['module', 'main'],
        minify: true,
        legalComments: 'none',
        logLevel: 'warning',
        metafile: true,
        external: layered ? ['@rolecast/permission-sdk', '@rolecast/permission-sdk/*'] : [],
      })
      return measure(`functions/${name}`, metafile, { folder: root, entry: relative(root, join(folder, 'index.mjs')) })
    }),
  )
}
