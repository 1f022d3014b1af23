import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type AssetFolders, readAssets } from './assets.ts'
import { LocalError } from './local-error.ts'
import type { Template } from './template.ts'

/** One stack of a synthesized stage. */
export interface StackArtifact {
  readonly name: string
  readonly account: string
  readonly region: string
  readonly template: Template
  readonly assets: AssetFolders
}

interface Manifest {
  readonly artifacts?: Readonly<Record<string, Artifact>>
}

interface Artifact {
  readonly type: string
  readonly environment?: string
  readonly displayName?: string
  readonly properties?: {
    readonly directoryName?: string
    readonly displayName?: string
    readonly templateFile?: string
    readonly stackName?: string
    readonly file?: string
  }
}

/** Accounts and regions of stacks that were synthesized for no environment in particular. */
const ANY_ACCOUNT = '000000000000'
const ANY_REGION = 'eu-west-1'

/**
 * All stacks of one stage of a cloud assembly.
 *
 * @param stage name of a CDK Stage, whole or its last part (`local` finds `rolecast-local`); absent: the stacks that belong to no stage.
 * @throws LocalError `assembly_missing` or `stage_unknown`, which names the stages there are.
 */
export function readStage(outdir: string, stage?: string): readonly StackArtifact[] {
  const folder = resolve(outdir)
  const artifacts = readManifest(folder)
  if (stage === undefined) return stacksOf(folder, artifacts)
  const stages = artifacts.flatMap(([id, { type, properties }]) =>
    type === 'cdk:cloud-assembly' && properties?.directoryName !== undefined
      ? [{ name: properties.displayName ?? id, directory: properties.directoryName }]
      : [],
  )
  const found =
    stages.find(({ name }) => name === stage) ?? stages.find(({ name }) => name.split(/[-/]/).at(-1) === stage)
  if (found === undefined) {
    const names = stages.map(({ name }) => name).join(', ') || 'none'
    throw new LocalError('stage_unknown', `The assembly ${folder} has no stage "${stage}" (it has: ${names}).`)
  }
  const inner = join(folder, found.directory)
  return stacksOf(inner, readManifest(inner))
}

function readManifest(folder: string): readonly (readonly [string, Artifact])[] {
  const file = join(folder, 'manifest.json')
  if (!existsSync(file)) {
    throw new LocalError(
      'assembly_missing',
      `There is no synthesized assembly in ${folder}: run "npm run synth" first.`,
    )
  }
  return Object.entries((JSON.parse(readFileSync(file, 'utf8')) as Manifest).artifacts ?? {})
}

function stacksOf(folder: string, artifacts: readonly (readonly [string, Artifact])[]): readonly StackArtifact[] {
  const assets = readAssets(
    folder,
    artifacts.flatMap(([, { type, properties }]) =>
      type === 'cdk:asset-manifest' && properties?.file !== undefined ? [properties.file] : [],
    ),
  )
  return artifacts.flatMap(([id, { type, environment, properties }]) => {
    if (type !== 'aws:cloudformation:stack' || properties?.templateFile === undefined) return []
    const [account = '', region = ''] = (environment ?? '').replace('aws://', '').split('/')
    return [
      {
        name: properties.stackName ?? id,
        account: /^\d{12}$/.test(account) ? account : ANY_ACCOUNT,
        region: region === '' || region === 'unknown-region' ? ANY_REGION : region,
        template: JSON.parse(readFileSync(join(folder, properties.templateFile), 'utf8')) as Template,
        assets,
      },
    ]
  })
}
