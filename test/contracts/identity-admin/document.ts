import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { JsonObject } from '../openapi.ts'

const CONTRACT = new URL('../../../events/identity-admin/', import.meta.url)

export interface Sample {
  readonly name: string
  readonly schema: string
  readonly body: JsonObject
}

/** The contract's document, as it stands in events/identity-admin. */
export function readContract(): JsonObject {
  return parse(readFileSync(new URL('openapi.yaml', CONTRACT), 'utf8'))
}

/** The samples beside the contract; `refused` ones say why. */
export function contractSamples(folder: 'accepted' | 'refused'): readonly Sample[] {
  const at = new URL(`samples/${folder}/`, CONTRACT)
  return readdirSync(at).map((file) => ({
    name: file.replace(/\.json$/, ''),
    ...JSON.parse(readFileSync(new URL(file, at), 'utf8')),
  }))
}
