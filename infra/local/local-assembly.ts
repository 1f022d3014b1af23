import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { localHooks, localIdentityAdmins } from '../deployment.ts'
import { API_RESOURCE, CLI_CLIENT, CONSOLE_CLIENT } from './identity-provider/configuration.ts'
import type { SystemPorts } from './ports.ts'

const root = join(import.meta.dirname, '../..')

/** What the bundles and templates are made from. */
const sources = [
  '{functions,layers,examples,scripts}/**/*.{ts,json}',
  'infra/{app,deployment,rolecast-stage,stages,synthesize}.ts',
  'infra/{stacks,constructs}/**/*.ts',
  'cdk.json',
  'package-lock.json',
]

/** The build or the synthesis went wrong; the message holds what they printed. */
export class AssemblyFailed extends Error {
  override readonly name = 'AssemblyFailed'
}

/** The deployment of stage `local`: everything on this machine. */
export function localDeployment(ports: SystemPorts) {
  const at = (port: number) => `http://127.0.0.1:${port}`
  const issuer = at(ports.identityProvider)
  return {
    issuer: at(ports.tokenService),
    providers: [
      {
        issuer,
        jwksUri: `${issuer}/jwks`,
        audiences: [API_RESOURCE],
        clientIds: [CLI_CLIENT, CONSOLE_CLIENT],
        organization: { claim: 'org' },
      },
    ],
    identityAdmins: localIdentityAdmins({ ixAdmin: at(ports.ixAdmin), okta: at(ports.okta) }),
    hooks: localHooks(at(ports.signals)),
  }
}

/**
 * Builds the bundles and synthesizes stage `local` into `folder`, unless both are there from the same sources. The synthesis
 * runs in a process of its own, whose memory is gone when it ends.
 * @throws {AssemblyFailed}
 */
export async function makeAssembly(folder: string, ports: SystemPorts, note: (text: string) => void): Promise<void> {
  const context = JSON.stringify({ 'rolecast:local': localDeployment(ports) })
  const made = createHash('sha256').update(context)
  for (const file of sources.flatMap((pattern) => globSync(pattern, { cwd: root, exclude: isNoSource })).sort()) {
    made.update(file).update(readFileSync(join(root, file)))
  }
  const state = made.digest('hex')
  const mark = join(folder, 'made-from')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === state) return note('unchanged since the last start')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  note('building the functions')
  const dist = join(folder, 'dist')
  const build = `import { buildAll } from './scripts/build.ts'; await buildAll(process.argv[1])`
  await run(['--input-type=module-typescript', '-e', build, resolve(dist)])
  note('synthesizing the stacks')
  const options = `{ stages: ['local'], outdir, dist, validate: false, context: JSON.parse(context) }`
  const synthesis = `import { synthesize } from './infra/synthesize.ts'
    const [, outdir, dist, context] = process.argv; synthesize(${options})`
  await run(['--input-type=module-typescript', '-e', synthesis, resolve(folder), resolve(dist), context])
  writeFileSync(mark, state)
}

function isNoSource(file: string): boolean {
  return /node_modules|\.test(-d)?\.ts$|\.fixture\.ts$/.test(file)
}

function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new AssemblyFailed(output.trim()))))
  })
}
