import type { Outcome } from '../decision/refusal.ts'
import { attempt, fail, quoted } from './attempt.ts'
import { type Attribute, attributeNamed } from './attribute.ts'
import { commonAttributes } from './common-attributes.ts'
import { isObject, type Json, type JsonObject, listOf } from './json.ts'
import { readAttributeValue } from './read-value.ts'
import type { ResourceType } from './resource-type.ts'

/**
 * The attributes of a resource that a client wants to create or put in place of another (RFC 7644 sections 3.3 and 3.5.1): checked, under
 * the schema's spelling, without what is read-only or unknown, which is ignored. Refuses with `scim_invalid_syntax` or
 * `scim_invalid_value`.
 */
export function readResource(type: ResourceType, body: Json): Outcome<JsonObject> {
  return attempt(() => {
    if (!isObject(body)) return fail('scim_invalid_syntax', 'the body is no JSON object')
    checkSchemas(body, type.schema.id)
    const known = [...type.schema.attributes, ...commonAttributes]
    const read = new Map<string, Json>()
    const keep = (name: string, value: Json | undefined) => {
      if (read.has(name)) fail('scim_invalid_syntax', `${quoted(name)} is there twice`)
      if (value !== undefined) read.set(name, value)
    }
    for (const [name, value] of Object.entries(body)) {
      const attribute = attributeNamed(known, name)
      const extension = type.extensions.find(({ id }) => id.toLowerCase() === name.toLowerCase())
      if (attribute !== undefined && attribute.mutability !== 'readOnly') {
        keep(attribute.name, readAttributeValue(attribute, value))
      } else if (extension !== undefined) {
        keep(extension.id, readExtension(extension.attributes, value))
      }
    }
    const resource = Object.fromEntries(read)
    checkResource(type, resource)
    return resource
  })
}

/** `schemas` names what the body is (RFC 7643 section 3), whatever the case. Only within `attempt`. */
export function checkSchemas(body: JsonObject, schema: string): void {
  const given = Object.entries(body).find(([name]) => name.toLowerCase() === 'schemas')?.[1]
  const names = listOf(given)
  if (!Array.isArray(given) || names.some((each) => typeof each !== 'string')) {
    fail('scim_invalid_syntax', '"schemas" is missing, or no list of texts')
  }
  if (!names.some((each) => String(each).toLowerCase() === schema.toLowerCase())) {
    fail('scim_invalid_syntax', `"schemas" does not name ${schema}`)
  }
}

/** What must hold of every resource: required attributes have a value, and one value at most is primary. Only within `attempt`. */
export function checkResource(type: ResourceType, resource: JsonObject): void {
  for (const attribute of type.schema.attributes) {
    const value = resource[attribute.name]
    if (attribute.required && (value === undefined || (typeof value === 'string' && value.trim() === ''))) {
      fail('scim_invalid_value', `${quoted(attribute.name)} is required`)
    }
    if (attribute.multiValued && listOf(value).filter(isPrimary).length > 1) {
      fail('scim_invalid_value', `more than one value of ${quoted(attribute.name)} is primary`)
    }
  }
}

export function isPrimary(value: Json): boolean {
  return isObject(value) && value['primary'] === true
}

export function readExtension(attributes: readonly Attribute[], value: Json): JsonObject | undefined {
  if (value === null) return undefined
  if (!isObject(value)) return fail('scim_invalid_value', 'an extension is an object')
  const read = new Map<string, Json>()
  for (const [name, each] of Object.entries(value)) {
    const attribute = attributeNamed(attributes, name)
    if (attribute === undefined) continue
    if (read.has(attribute.name)) fail('scim_invalid_syntax', `${quoted(attribute.name)} is there twice`)
    const part = readAttributeValue(attribute, each)
    if (part !== undefined) read.set(attribute.name, part)
  }
  return read.size === 0 ? undefined : Object.fromEntries(read)
}
