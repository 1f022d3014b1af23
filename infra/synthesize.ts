import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import type { CloudAssembly } from 'aws-cdk-lib/cx-api'
import { AwsSolutionsChecks } from 'cdk-nag'
import { RolecastStage } from './rolecast-stage.ts'
import { deployedStages, type StageName, stageNamed } from './stages.ts'

const root = join(import.meta.dirname, '..')

export interface SynthesizeOptions {
  /** Default: the context's `stage`, or every stage that is deployed. */
  readonly stages?: readonly string[]
  /** Where the assembly goes. Default: what the CDK command line says, or a temporary folder. */
  readonly outdir?: string
  /** Folder that `npm run build` writes. Default: `dist` of this repository. */
  readonly dist?: string
  /** False: without cdk-nag and template validation, which take most of the time. Default: true. */
  readonly validate?: boolean
  /** Context beside and above the one of cdk.json. */
  readonly context?: Readonly<Record<string, unknown>>
}

/**
 * The CDK app with these stages, not yet synthesized. Needs no account and no network.
 * @throws {UnknownStage} @throws {InvalidDeployment}
 */
export function createApp(options: SynthesizeOptions = {}): App {
  const dist = options.dist ?? join(root, 'dist')
  if (!existsSync(join(dist, 'functions'))) throw new Error(`${dist} is not built: run npm run build first`)
  const validate = options.validate ?? true
  const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'))
  const app = new App({
    ...(options.outdir === undefined ? {} : { outdir: options.outdir }),
    analyticsReporting: false,
    // As the CDK command line does: whoever reads the assembly finds the code of a function by these.
    context: { ...context, 'aws:cdk:enable-asset-metadata': true, 'aws:cdk:enable-path-metadata': true },
    postCliContext: {
      ...options.context,
      ...(validate ? {} : { '@aws-cdk/core:validateAgainstDefaultRules': false }),
    },
  })
  if (validate) Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
  for (const stage of options.stages?.map(stageNamed) ?? chosenStages(app)) new RolecastStage(app, { stage, dist })
  return app
}

function chosenStages(app: App): readonly StageName[] {
  const stage: unknown = app.node.tryGetContext('stage')
  return stage === undefined ? deployedStages : [stageNamed(String(stage))]
}

/** Synthesizes these stages; each is a nested assembly, `assembly-rolecast-<stage>`. */
export function synthesize(options: SynthesizeOptions): CloudAssembly {
  return createApp(options).synth()
}
