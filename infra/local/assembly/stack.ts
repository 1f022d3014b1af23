import { type IntrinsicScope, NO_VALUE, resolveValue } from './intrinsics.ts'
import { LocalError } from './local-error.ts'
import { pseudoParameters } from './pseudo-parameters.ts'
import type { StackArtifact } from './read-stage.ts'
import { resourceValues } from './resource-values.ts'
import type { Properties, TemplateResource } from './template.ts'

/** What a stack needs from the others of its stage, and from the machine. */
export interface StackSurroundings {
  readonly exported: (name: string) => unknown
  /** Values for template parameters, by name. */
  readonly parameters: Readonly<Record<string, string>>
  /** Value of an SSM parameter that some stack of the stage writes. */
  readonly ssmParameter: (name: string) => string | undefined
  /** See IntrinsicScope.finish. */
  readonly finish: (text: string) => string
}

/** A stack whose values are resolved when they are asked for. */
export interface Stack {
  readonly artifact: StackArtifact
  /** Logical ids of the resources whose condition holds. */
  readonly logicalIds: readonly string[]
  resource(logicalId: string): TemplateResource
  /** Ref of a resource. */
  ref(logicalId: string): string
  attribute(logicalId: string, attribute: string): string
  properties(logicalId: string): Properties
  outputs(): Readonly<Record<string, unknown>>
  exports(): readonly { readonly name: string; readonly value: () => unknown }[]
}

export function openStack(artifact: StackArtifact, surroundings: StackSurroundings): Stack {
  const { template, name, account, region } = artifact
  const pseudo = pseudoParameters(artifact)
  const underway = new Set<string>()

  const resource = (logicalId: string): TemplateResource => {
    const found = template.Resources[logicalId]
    if (found !== undefined) return found
    throw new LocalError('reference_unknown', `${name}: there is no resource or parameter "${logicalId}".`)
  }
  const valuesOf = (logicalId: string) => {
    const { Type, Properties } = resource(logicalId)
    if (underway.has(logicalId)) {
      throw new LocalError('reference_cycle', `${name}/${logicalId} is named after something that refers to it.`)
    }
    underway.add(logicalId)
    try {
      return resourceValues({
        stack: name,
        account,
        region,
        logicalId,
        type: Type,
        property: (property) => {
          const value = resolveValue(Properties?.[property], scope, `${name}/${logicalId}.${property}`)
          return value === NO_VALUE ? undefined : value
        },
      })
    } finally {
      underway.delete(logicalId)
    }
  }
  const parameter = (id: string): unknown => {
    const declared = template.Parameters?.[id]
    const value = surroundings.parameters[id] ?? declared?.Default
    if (value === undefined) {
      throw new LocalError('reference_unknown', `${name}: the parameter "${id}" has no default and was given no value.`)
    }
    if (declared?.Type !== 'AWS::SSM::Parameter::Value<String>') return value
    const stored = surroundings.parameters[id] ?? surroundings.ssmParameter(String(value))
    if (stored !== undefined) return stored
    throw new LocalError('reference_unknown', `${name}: no stack of the stage writes the SSM parameter "${value}".`)
  }
  const scope: IntrinsicScope = {
    ref: (id) => {
      if (pseudo.has(id)) return pseudo.get(id)
      return template.Parameters?.[id] === undefined ? valuesOf(id).ref : parameter(id)
    },
    attribute: (id, attribute) => {
      const value = valuesOf(id).attributes[attribute]
      if (value !== undefined) return value
      const type = resource(id).Type
      throw new LocalError(
        'reference_unknown',
        `${name}/${id}: ${type} has no attribute "${attribute}" on one machine.`,
      )
    },
    imported: surroundings.exported,
    mapping: (map, key, second) => template.Mappings?.[map]?.[key]?.[second],
    condition: (id) => resolveValue(template.Conditions?.[id], scope, `${name}/${id}`) === true,
    finish: (text) => surroundings.finish(withoutDynamicReference(text, name)),
  }
  const holds = (condition: string | undefined) => condition === undefined || scope.condition(condition)
  const outputs = () => Object.entries(template.Outputs ?? {}).filter(([, { Condition }]) => holds(Condition))

  return {
    artifact,
    logicalIds: Object.entries(template.Resources).flatMap(([id, { Condition }]) => (holds(Condition) ? [id] : [])),
    resource,
    ref: (id) => surroundings.finish(valuesOf(id).ref),
    attribute: (id, attribute) => surroundings.finish(String(scope.attribute(id, attribute))),
    properties: (id) => resolveValue(resource(id).Properties ?? {}, scope, `${name}/${id}`) as Properties,
    outputs: () =>
      Object.fromEntries(outputs().map(([id, { Value }]) => [id, resolveValue(Value, scope, `${name}/${id}`)])),
    exports: () =>
      outputs().flatMap(([id, { Value, Export }]) => {
        if (Export === undefined) return []
        const where = `${name}/${id}`
        return [
          { name: String(resolveValue(Export.Name, scope, where)), value: () => resolveValue(Value, scope, where) },
        ]
      }),
  }
}

/** Values that CloudFormation would look up at deployment are not looked up here. */
function withoutDynamicReference(text: string, stack: string): string {
  const [reference] = /\{\{resolve:[^}]*\}\}/.exec(text) ?? []
  if (reference === undefined) return text
  throw new LocalError(
    'intrinsic_unsupported',
    `${stack}: the dynamic reference ${reference} is not known on one machine.`,
  )
}
