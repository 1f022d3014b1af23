/** `npm run build`: what is deployed, into dist/. Prints the size of each bundle. */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { catalogs } from '@rolecast/catalogs'
import { writeAuthorizerAsset } from '../infra/constructs/rolecast-authorizer/authorizer-asset.ts'
import { allDone } from './build/all-done.ts'
import { type BuiltFile, formatTable } from './build/built-file.ts'
import { bundleFunctions, findEntries } from './build/functions.ts'
import { buildPermissionSdk } from './build/permission-sdk.ts'

const root = join(import.meta.dirname, '..')

/**
 * Builds everything anew into `outdir`. Equal sources give equal bytes. What was there before is replaced only once the
 * whole build has succeeded.
 */
export async function buildAll(outdir = join(root, 'dist')): Promise<readonly BuiltFile[]> {
  mkdirSync(outdir, { recursive: true })
  const next = mkdtempSync(join(outdir, '.next-'))
  try {
    const [functions, sdk] = await allDone([
      bundleFunctions(root, findEntries(root), join(next, 'functions')),
      buildPermissionSdk(root, join(next, 'layers/permission-sdk')),
    ])
    const bundle = join(next, 'functions/authorizer')
    for (const [application, catalog] of Object.entries(catalogs)) {
      writeAuthorizerAsset(join(next, 'authorizers', application), bundle, catalog)
    }
    for (const folder of ['functions', 'layers', 'authorizers']) {
      rmSync(join(outdir, folder), { recursive: true, force: true })
      renameSync(join(next, folder), join(outdir, folder))
    }
    return [...functions, ...sdk]
  } finally {
    rmSync(next, { recursive: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  try {
    console.log(formatTable(await buildAll()))
  } catch (error) {
    // esbuild has printed its own errors, with their place.
    if (!(error instanceof Error && 'errors' in error)) throw error
    process.exitCode = 1
  }
}
