import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, Validations } from 'aws-cdk-lib'
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { describe, expect, it } from 'vitest'
import { RolecastStage } from './rolecast-stage.ts'
import { deployment, fakeDist } from './stage.fixture.ts'
import { stages } from './stages.ts'
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

/** Runs a command in which every attempt to use the network fails; answers the attempts. */
function runGuarded(args: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-'))
  const log = join(folder, 'attempts')
  writeFileSync(log, '')
  const guard = join(import.meta.dirname, 'no-network.fixture.mjs')
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    NODE_OPTIONS: `--import=${guard}`,
    NETWORK_LOG: log,
    NO_COLOR: '1',
  }
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env })
  return { status: run.status, attempts: readFileSync(log, 'utf8') }
}

describe('the synthesis of every stage', () => {
  it('uses no network and no account, sends no telemetry, and finds nothing to object to', () => {
    const folder = mkdtempSync(join(tmpdir(), 'app-'))
    const [app, out] = [join(folder, 'app.mjs'), join(folder, 'out')]
    const options = JSON.stringify({ stages: Object.keys(stages), dist: fakeDist, context })
    const source = JSON.stringify(join(root, 'infra/synthesize.ts'))
    writeFileSync(app, `import { createApp } from ${source}\ncreateApp(${options}).synth()\n`)
    const cdk = join(root, 'node_modules/aws-cdk/bin/cdk')
    const run = runGuarded([cdk, 'synth', '--quiet', '--app', `${process.execPath} ${app}`, '--output', out])
    expect(run).toEqual({ status: 0, attempts: '' })
    const assemblies = Object.keys(stages).map((stage) => `assembly-rolecast-${stage}`)
    expect(readdirSync(out)).toEqual(expect.arrayContaining(assemblies))
    expect(JSON.parse(readFileSync(join(out, 'validation-report.json'), 'utf8')).pluginReports).toEqual([])
  })

  it('would be caught using the network', () => {
    const run = runGuarded(['--eval', "await fetch('http://192.0.2.1/').catch(() => {})"])
    expect(run.attempts).toContain('192.0.2.1')
  })

  it('objects to what AWS Solutions and CloudFormation object to', () => {
    const app = createApp({ stages: ['dev'], dist: fakeDist, context })
    const [stage] = app.node.children.filter((child) => child instanceof RolecastStage)
    if (stage === undefined) throw new Error('no stage')
    new Bucket(stage.data, 'Planted')
    new CfnLogGroup(stage.data, 'Refused', { retentionInDays: 2 })
    expect(() => app.synth()).toThrow(/(?=[\s\S]*AwsSolutions-S1)(?=[\s\S]*CloudFormation-Validate)/)
  })

  it('excepts nothing from those rules without a reason', () => {
    const app = createApp({ stages: Object.keys(stages), dist: fakeDist, context })
    const excepted = exceptionsIn(app).map(({ id, reason }) => `${id.replace(/^.*?::(?=Aws)/, '')}: ${reason}`)
    expect([...new Set(excepted)].sort()).toEqual([
      expect.stringMatching(/^AwsSolutions-APIG2: The product checks its input itself/),
      expect.stringMatching(/^AwsSolutions-APIG3: Throttled, and refused without a token/),
      expect.stringMatching(/^AwsSolutions-APIG4: Each client presents a token/),
      expect.stringMatching(/^AwsSolutions-APIG4: Each sender proves itself/),
      expect.stringMatching(/^AwsSolutions-APIG4: It is the authorization server/),
      expect.stringMatching(/^AwsSolutions-APIG6: Execution logs would hold what authorizers hand over/),
      expect.stringMatching(/^AwsSolutions-COG4: Rolecast authorizes, by a Lambda authorizer/),
      expect.stringMatching(/^AwsSolutions-IAM5\[Resource::\*\]: X-Ray knows no resources/),
      expect.stringMatching(/^AwsSolutions-SMG4: The identity admin issues this secret/),
      expect.stringMatching(/^AwsSolutions-SMG4: The other side has to be given/),
      expect.stringMatching(/^AwsSolutions-SQS3: It is itself where the stream goes/),
    ])
  })
})
