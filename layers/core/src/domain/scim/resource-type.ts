import { type Attribute, attributeNamed, type Schema } from './attribute.ts'
import { commonAttributes } from './common-attributes.ts'

/** A kind of resource that clients keep here (RFC 7643 section 6). */
export interface ResourceType {
  readonly kind: 'user' | 'group'
  readonly name: 'User' | 'Group'
  readonly endpoint: '/Users' | '/Groups'
  readonly description: string
  readonly schema: Schema
  readonly extensions: readonly Schema[]
}

/**
 * Where an attribute is in a resource: `extension` is the URN of the member it stands under. Without `attribute` the extension
 * itself is meant.
 */
export interface AttributePath {
  readonly extension?: string
  readonly attribute?: Attribute
  readonly sub?: Attribute
}

/** The attribute that a path such as `name.familyName` or `urn:…:User:userName` names; `undefined` where there is none. */
export function resolvePath(type: ResourceType, path: string): AttributePath | undefined {
  const { schema, rest } = splitSchema(type, path)
  if (schema === undefined) return undefined
  const isExtension = schema !== type.schema
  const at = isExtension ? { extension: schema.id } : {}
  if (rest === '') return isExtension ? at : undefined
  const dot = rest.indexOf('.')
  const name = dot < 0 ? rest : rest.slice(0, dot)
  const attribute =
    attributeNamed(schema.attributes, name) ?? (isExtension ? undefined : attributeNamed(commonAttributes, name))
  if (attribute === undefined) return undefined
  if (dot < 0) return { ...at, attribute }
  const sub = attributeNamed(attribute.subAttributes, rest.slice(dot + 1))
  return sub === undefined ? undefined : { ...at, attribute, sub }
}

/** URNs are compared without regard to case (RFC 7643 section 2.1, RFC 8141 section 3). */
function splitSchema(type: ResourceType, path: string): { readonly schema?: Schema; readonly rest: string } {
  if (!path.toLowerCase().startsWith('urn:')) return { schema: type.schema, rest: path }
  for (const schema of [type.schema, ...type.extensions]) {
    const start = path.slice(0, schema.id.length).toLowerCase()
    if (start !== schema.id.toLowerCase()) continue
    if (path.length === schema.id.length) return { schema, rest: '' }
    if (path[schema.id.length] === ':') return { schema, rest: path.slice(schema.id.length + 1) }
  }
  return { rest: path }
}
