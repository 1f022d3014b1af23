/** `npm run build:packages`: what product teams install, into dist/packages/, ready for a registry of your own. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildAuthorizerConstruct } from './build/authorizer-construct.ts'
import { buildAll } from './build.ts'

const root = join(import.meta.dirname, '..')

/** Builds everything, and from it the packages. */
export async function buildPackages(outdir = join(root, 'dist')): Promise<void> {
  await buildAll(outdir)
  const packages = join(outdir, 'packages')
  rmSync(packages, { recursive: true, force: true })
  const layer = join(outdir, 'layers/permission-sdk/nodejs/node_modules/@rolecast/permission-sdk')
  cpSync(layer, join(packages, 'permission-sdk'), { recursive: true })
  await buildAuthorizerConstruct(root, join(outdir, 'functions/authorizer'), join(packages, 'cdk-authorizer'))
}

if (process.argv[1] === import.meta.filename) {
  await buildPackages()
  console.log('dist/packages/permission-sdk\ndist/packages/cdk-authorizer')
}
