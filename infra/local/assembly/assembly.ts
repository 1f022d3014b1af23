import { assetFolder } from './assets.ts'
import { LocalError } from './local-error.ts'
import { readStage } from './read-stage.ts'
import { openStack, type Stack } from './stack.ts'
import { isMissing } from './support.ts'
import type { Properties } from './template.ts'

/** A resource of some stack, its properties resolved to local values. */
export interface Resource {
  readonly stack: string
  readonly account: string
  readonly region: string
  readonly logicalId: string
  readonly type: string
  /** Path of the construct, as `aws:cdk:path` says, or stack and logical id. */
  readonly path: string
  readonly ref: string
  readonly properties: Properties
  attribute(name: string): string
  /** Folder that a function's Code or a layer's Content was packed from. */
  asset(property: 'Code' | 'Content'): string
}

/** All stacks of one stage. */
export interface Assembly {
  readonly stacks: readonly string[]
  resources(...types: readonly string[]): readonly Resource[]
  /** Every stack's outputs, those that only carry values between stacks left out. */
  outputs(): Readonly<Record<string, Readonly<Record<string, string>>>>
  /** One line for each resource that would matter and is not emulated. */
  warnings(): readonly string[]
}

export interface AssemblyOptions {
  readonly outdir: string
  readonly stage?: string
  readonly parameters?: Readonly<Record<string, string>>
  /** Replaces addresses that AWS would give out by those of this machine. */
  readonly localize?: (text: string) => string
}

/** @throws LocalError when the assembly or the stage is missing. Values are resolved, and may throw, when asked for. */
export function openAssembly({ outdir, stage, parameters = {}, localize = (text) => text }: AssemblyOptions): Assembly {
  const stacks: Stack[] = []
  const exported = (name: string): unknown => {
    for (const stack of stacks) {
      const found = stack.exports().find((output) => output.name === name)
      if (found !== undefined) return found.value()
    }
    throw new LocalError('reference_unknown', `No stack of the stage exports "${name}".`)
  }
  const ssmParameter = (name: string): string | undefined => {
    for (const stack of stacks) {
      const found = stack.logicalIds.find(
        (id) => stack.resource(id).Type === 'AWS::SSM::Parameter' && stack.ref(id) === name,
      )
      if (found !== undefined) return stack.attribute(found, 'Value')
    }
    return undefined
  }
  for (const artifact of readStage(outdir, stage)) {
    stacks.push(openStack(artifact, { exported, parameters, ssmParameter, finish: localize }))
  }
  const all = stacks.flatMap((stack) => stack.logicalIds.map((id) => ({ stack, id, type: stack.resource(id).Type })))
  return {
    stacks: stacks.map(({ artifact }) => artifact.name),
    resources: (...types) =>
      all.filter(({ type }) => types.includes(type)).map(({ stack, id }) => openResource(stack, id)),
    outputs: () => Object.fromEntries(stacks.map((stack) => [stack.artifact.name, ownOutputs(stack)])),
    warnings: () =>
      all.flatMap(({ stack, id, type }) =>
        isMissing(type)
          ? [`${stack.artifact.name}/${id}: ${type} is not emulated; what depends on it will not work.`]
          : [],
      ),
  }
}

function openResource(stack: Stack, logicalId: string): Resource {
  const { artifact } = stack
  const template = stack.resource(logicalId)
  const label = `${artifact.name}/${logicalId}`
  const path = template.Metadata?.['aws:cdk:path']
  return {
    stack: artifact.name,
    account: artifact.account,
    region: artifact.region,
    logicalId,
    type: template.Type,
    path: typeof path === 'string' ? path : label,
    ref: stack.ref(logicalId),
    get properties() {
      return stack.properties(logicalId)
    },
    attribute: (name) => stack.attribute(logicalId, name),
    asset: (property) => assetFolder(artifact.assets, template, { property, label }),
  }
}

function ownOutputs(stack: Stack): Readonly<Record<string, string>> {
  const exportsOfCdk = /^ExportsOutput/
  return Object.fromEntries(
    Object.entries(stack.outputs()).flatMap(([id, value]) =>
      exportsOfCdk.test(id) || typeof value === 'object' ? [] : [[id, String(value)]],
    ),
  )
}
