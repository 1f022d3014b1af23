import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = { readonly [name: string]: Json }

/** An operation with its references resolved. */
export interface Operation extends JsonObject {
  readonly path: string
  readonly method: string
  readonly operationId: string
  readonly parameters: readonly JsonObject[]
  readonly responses: { readonly [status: string]: JsonObject }
}

/** Validators for the schemas of an OpenAPI document, by ajv in strict mode: a keyword that JSON Schema does not know is an error. */
export function schemasOf(document: JsonObject): (schema: Json) => ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: false })
  const components = document['components'] as { schemas: JsonObject }
  ajv.addSchema({ $id: 'contract', $defs: moved(components.schemas) as JsonObject })
  return (schema) => ajv.compile(relative(moved(schema)) as JsonObject)
}

// OpenAPI keeps schemas under #/components/schemas, where ajv's strict mode does not look: they move to #/$defs.
function moved(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"#/$defs/'))
}

function relative(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"contract#/$defs/'))
}

export function operationsOf(document: JsonObject): readonly Operation[] {
  return Object.entries(document['paths'] as { [path: string]: JsonObject }).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => ['get', 'put', 'post', 'delete', 'patch'].includes(method))
      .map(([method, operation]) => {
        const own = operation as Operation
        const shared = (item['parameters'] ?? []) as readonly JsonObject[]
        const parameters = [...shared, ...(own.parameters ?? [])].map((each) => resolved(document, each))
        const responses = Object.entries(own.responses).map(([status, each]) => [status, resolved(document, each)])
        return { ...own, path, method, parameters, responses: Object.fromEntries(responses) }
      }),
  )
}

/** What an object's `$ref` stands for, or the object itself. */
export function resolved(document: JsonObject, value: JsonObject): JsonObject {
  const reference = value['$ref']
  if (typeof reference !== 'string') return value
  return (at(document, reference.slice(2).split('/')) ?? {}) as JsonObject
}

/** The value at a path of member names; `undefined` if it leads nowhere. */
export function at(value: Json, path: readonly string[]): Json | undefined {
  let here: Json | undefined = value
  for (const step of path) here = here !== null && typeof here === 'object' ? (here as JsonObject)[step] : undefined
  return here
}
