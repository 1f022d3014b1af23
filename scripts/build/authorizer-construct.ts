import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { allDone } from './all-done.ts'
import { declare } from './declarations.ts'

const source = 'infra/constructs/rolecast-authorizer'

/**
 * Builds the construct as a package for CDK apps of other teams, `@rolecast/cdk-authorizer`: the construct, its types and
 * the authorizer's bundle, which the construct finds beside itself. The CDK stays outside: an app has one of its own.
 * @throws when the construct does not bundle or its types do not compile.
 */
export async function buildAuthorizerConstruct(root: string, authorizer: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true })
  const entry = join(root, source, 'index.ts')
  const external = ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs']
  await allDone([
    build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: join(target, 'index.js'),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.11',
      legalComments: 'none',
      logLevel: 'warning',
      external,
    }),
    declare({ root, rootDir: '.', target: join(target, 'types'), files: [entry] }),
  ])
  cpSync(authorizer, join(target, 'authorizer'), { recursive: true })
  const { version, license, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const manifest = {
    name: '@rolecast/cdk-authorizer',
    version,
    license,
    type: 'module',
    exports: {
      '.': { types: `./types/${source}/index.d.ts`, default: './index.js' },
      './package.json': './package.json',
    },
    peerDependencies: {
      'aws-cdk-lib': `^${devDependencies['aws-cdk-lib']}`,
      constructs: `^${devDependencies.constructs}`,
    },
  }
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}
