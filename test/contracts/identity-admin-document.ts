import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parse } from 'yaml'

const CONTRACT = new URL('../../events/identity-admin/', import.meta.url)

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
export type JsonObject = { readonly [name: string]: Json }

export interface Sample {
  readonly name: string
  readonly schema: string
  readonly body: JsonObject
}

/** The contract's document, as it stands in events/identity-admin. */
export function readContract(): JsonObject {
  return parse(readFileSync(new URL('openapi.yaml', CONTRACT), 'utf8'))
}

/** Validators for the contract's schemas, by ajv in strict mode: a keyword that JSON Schema does not know is an error. */
export function contractSchemas(document: JsonObject = readContract()): (schema: Json) => ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: false })
  const components = document['components'] as { schemas: JsonObject }
  ajv.addSchema({ $id: 'contract', $defs: moved(components.schemas) as JsonObject })
  return (schema) => ajv.compile(relative(moved(schema)) as JsonObject)
}

/** The samples beside the contract; `refused` ones say why. */
export function contractSamples(folder: 'accepted' | 'refused'): readonly Sample[] {
  const at = new URL(`samples/${folder}/`, CONTRACT)
  return readdirSync(at).map((file) => ({
    name: file.replace(/\.json$/, ''),
    ...JSON.parse(readFileSync(new URL(file, at), 'utf8')),
  }))
}

// OpenAPI keeps schemas under #/components/schemas, where ajv's strict mode does not look: they move to #/$defs.
function moved(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/schemas/', '"#/$defs/'))
}

function relative(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"contract#/$defs/'))
}
