import { join } from 'node:path'
import type { Assembly, Resource } from '../assembly/assembly.ts'
import { LocalError } from '../assembly/local-error.ts'
import { isRecord } from '../assembly/template.ts'

/** A function as its template describes it. Times in milliseconds. */
export interface FunctionDefinition {
  readonly name: string
  readonly arn: string
  readonly path: string
  readonly region: string
  /** Folder of the bundle, `/var/task` in Lambda. */
  readonly folder: string
  /** `file.export`, as in the template. */
  readonly handler: string
  /** Folders that hold `nodejs/node_modules`, `/opt` in Lambda, in the order of the template. */
  readonly layers: readonly string[]
  readonly timeoutMs: number
  readonly memoryMb: number
  readonly environment: Readonly<Record<string, string>>
  readonly asynchronous: AsynchronousSettings
}

/** How often an asynchronous invocation is tried again, and where it goes when it still fails. */
export interface AsynchronousSettings {
  readonly retries: number
  /** ARN of a queue. */
  readonly onFailure?: string
}

/** The functions of a stage. CDK's own provider functions are left out: what they do is done by the runner. */
export function functionDefinitions(assembly: Assembly): readonly FunctionDefinition[] {
  const layers = new Map(assembly.resources('AWS::Lambda::LayerVersion').map((layer) => [layer.ref, layer] as const))
  const invokeConfigs = assembly.resources('AWS::Lambda::EventInvokeConfig').map(({ properties }) => properties)
  return assembly
    .resources('AWS::Lambda::Function')
    .filter(({ logicalId }) => !logicalId.startsWith('AWSCDK'))
    .map((resource) => {
      const { properties, ref: name } = resource
      const invokeConfig = invokeConfigs.find(({ FunctionName }) => FunctionName === name)
      return {
        name,
        arn: resource.attribute('Arn'),
        path: resource.path,
        region: resource.region,
        folder: resource.asset('Code'),
        handler: String(properties['Handler']),
        layers: ((properties['Layers'] as readonly string[] | undefined) ?? []).map((ref) =>
          layerFolder(ref, layers, name),
        ),
        timeoutMs: Number(properties['Timeout'] ?? 3) * 1000,
        memoryMb: Number(properties['MemorySize'] ?? 128),
        environment: variables(properties['Environment']),
        asynchronous: asynchronousSettings(properties, invokeConfig),
      }
    })
}

function layerFolder(ref: string, layers: ReadonlyMap<string, Resource>, name: string): string {
  const layer = layers.get(ref)
  if (layer === undefined)
    throw new LocalError('reference_unknown', `${name}: the layer ${ref} is in no stack of the stage.`)
  return join(layer.asset('Content'))
}

function variables(environment: unknown): Readonly<Record<string, string>> {
  const given = isRecord(environment) ? environment['Variables'] : undefined
  return isRecord(given) ? Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)])) : {}
}

function asynchronousSettings(
  properties: Readonly<Record<string, unknown>>,
  config: Readonly<Record<string, unknown>> | undefined,
): AsynchronousSettings {
  const destination =
    at(config, 'DestinationConfig', 'OnFailure', 'Destination') ?? at(properties, 'DeadLetterConfig', 'TargetArn')
  return {
    retries: Number(config?.['MaximumRetryAttempts'] ?? 2),
    ...(typeof destination === 'string' ? { onFailure: destination } : {}),
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)
}
