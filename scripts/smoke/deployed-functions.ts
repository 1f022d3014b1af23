import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** A function as a cloud assembly would deploy it. */
export interface DeployedFunction {
  /** Where it stands in the construct tree. */
  readonly path: string
  /** Folder of its code. */
  readonly code: string
  /** Folders of its layers. */
  readonly layers: readonly string[]
  /** Its environment, with stand-ins for what only a deployment knows. */
  readonly environment: Readonly<Record<string, string>>
}

interface Resource {
  readonly Type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template has no static type
  readonly Properties: any
  readonly Metadata?: Readonly<Record<string, string>>
}

/** Every function of our own in a cloud assembly; those that the CDK brings along are written for other handlers. */
export function deployedFunctions(assembly: string): readonly DeployedFunction[] {
  const templates = readdirSync(assembly, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.template.json'),
  )
  return templates.sort().flatMap((file) => {
    const resources: Readonly<Record<string, Resource>> = JSON.parse(
      readFileSync(join(assembly, file), 'utf8'),
    ).Resources
    // Assets lie beside the assembly of the app, whichever stage names them.
    const folderOf = ({ Metadata }: Resource) => join(assembly, basename(Metadata?.['aws:asset:path'] ?? ''))
    return Object.values(resources)
      .filter(({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.Handler === 'index.handler')
      .filter(({ Metadata }) => Metadata?.['aws:asset:path'] !== undefined && Metadata['aws:asset:property'] === 'Code')
      .map((resource) => ({
        path: resource.Metadata?.['aws:cdk:path'] ?? '',
        code: folderOf(resource),
        layers: [resource.Properties.Layers ?? []].flat().flatMap(({ Ref }: { Ref: string }) => {
          const layer = resources[Ref]
          return layer === undefined ? [] : [folderOf(layer)]
        }),
        environment: Object.fromEntries(
          Object.entries(resource.Properties.Environment?.Variables ?? {}).map(([name, value]) => [
            name,
            standIn(value),
          ]),
        ),
      }))
  })
}

/** Text for a value of a template, with something in place of every reference. */
export function standIn(value: unknown): string {
  if (typeof value === 'string') return value
  const [[intrinsic, argument] = []] = Object.entries(value as Record<string, unknown>)
  if (intrinsic === 'Fn::Join') return (argument as [string, unknown[]])[1].map(standIn).join('')
  if (intrinsic === 'Ref' && argument === 'AWS::URLSuffix') return 'amazonaws.com'
  if (intrinsic === 'Ref' && argument === 'AWS::Region') return 'eu-west-1'
  return 'abc123'
}
