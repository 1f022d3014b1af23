import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, Validations } from 'aws-cdk-lib'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { describe, expect, it } from 'vitest'
import { RolecastStage } from './rolecast-stage.ts'
import { deployment, fakeDist } from './stage.fixture.ts'
import { deployedStages, stages } from './stages.ts'
import { createApp } from './synthesize.ts'

const root = join(import.meta.dirname, '..')
const context = Object.fromEntries(Object.keys(stages).map((stage) => [`rolecast:${stage}`, deployment]))

/** Every exception from a rule, with its reason. */
function exceptionsIn(app: App): readonly { readonly id: string; readonly reason: string }[] {
  return app.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries<string>(data))
    .map(([id, reason]) => ({ id, reason }))
}

describe('the validation of every synthesis', () => {
  it('finds nothing to object to in any stage but what is excepted with a reason', () => {
    const app = createApp({ stages: Object.keys(stages), dist: fakeDist, context })
    app.synth()
    const report = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'))
    expect(report.pluginReports).toEqual([])
    const excepted = [
      ...new Set(exceptionsIn(app).map(({ id, reason }) => `${id.replace(/^.*?::(?=Aws)/, '')}: ${reason}`)),
    ]
    expect(excepted.sort()).toEqual([
      expect.stringMatching(/^AwsSolutions-APIG2: The product checks its input itself/),
      expect.stringMatching(/^AwsSolutions-APIG3: Throttled, and refused without a token/),
      expect.stringMatching(/^AwsSolutions-APIG4: It is the authorization server/),
      expect.stringMatching(/^AwsSolutions-APIG6: Execution logs would hold what authorizers hand over/),
      expect.stringMatching(/^AwsSolutions-COG4: Rolecast authorizes, by a Lambda authorizer/),
      expect.stringMatching(/^AwsSolutions-IAM5\[Resource::\*\]: X-Ray knows no resources/),
      expect.stringMatching(/^AwsSolutions-SMG4: The identity admin issues this secret/),
    ])
  })

  it('objects to what AWS Solutions objects to, in a stage: the check above can fail', () => {
    const app = createApp({ stages: ['dev'], dist: fakeDist, context })
    const [stage] = app.node.children.filter((child) => child instanceof RolecastStage)
    if (stage !== undefined) new Bucket(stage.data, 'Planted')
    expect(() => app.synth()).toThrow(/AwsSolutions-S1/)
  })
})

describe('the synthesis', () => {
  const guard = join(import.meta.dirname, 'no-network.fixture.mjs')

  /** Runs a command in which every attempt to use the network fails; answers the attempts. */
  function runGuarded(command: string, args: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), 'guarded-'))
    const log = join(folder, 'attempts')
    writeFileSync(log, '')
    const { PATH } = process.env
    const env = { PATH, HOME: folder, NODE_OPTIONS: `--import=${guard}`, NETWORK_LOG: log, NO_COLOR: '1' }
    const run = spawnSync(command, args, { cwd: root, encoding: 'utf8', env })
    return { status: run.status, output: run.stdout + run.stderr, attempts: readFileSync(log, 'utf8') }
  }

  it('uses no network, no account and sends no telemetry', () => {
    const folder = mkdtempSync(join(tmpdir(), 'app-'))
    const app = join(folder, 'app.mjs')
    const synthesize = JSON.stringify(join(root, 'infra/synthesize.ts'))
    writeFileSync(
      app,
      `import { createApp } from ${synthesize}\ncreateApp({ dist: ${JSON.stringify(fakeDist)} }).synth()\n`,
    )
    const cdk = join(root, 'node_modules/aws-cdk/bin/cdk')
    const out = join(folder, 'out')
    const run = runGuarded(process.execPath, [
      cdk,
      'synth',
      '--quiet',
      '--app',
      `${process.execPath} ${app}`,
      '--output',
      out,
    ])
    expect(run).toMatchObject({ status: 0, attempts: '' })
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(deployedStages.map((stage) => `assembly-rolecast-${stage}`)),
    )
  })

  it('would be caught using it', () => {
    const run = runGuarded(process.execPath, ['--eval', `await fetch('http://192.0.2.1/').catch(() => {})`])
    expect(run.attempts).toContain('192.0.2.1')
  })
})
