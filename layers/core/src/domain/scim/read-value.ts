import { fail, quoted } from './attempt.ts'
import { type Attribute, attributeNamed, valueAttribute } from './attribute.ts'
import { isObject, type Json, type JsonObject, listOf } from './json.ts'

/**
 * A value as a client sent it, checked against its attribute and under the schema's spelling; `undefined` for what means
 * unassigned: null, an empty list, an object without any known member (RFC 7643 section 2.5). Only within `attempt`.
 *
 * What clients really send and what can only be meant one way is taken: "True" and "False" for booleans (Entra), one value in
 * place of a list, a bare text in place of an object with `value`, and a role as JSON in a string (Entra).
 */
export function readAttributeValue(attribute: Attribute, value: Json): Json | undefined {
  if (!attribute.multiValued) return readSingle(attribute, value)
  const values = listOf(value).flatMap((each) => readSingle(attribute, each) ?? [])
  return values.length === 0 ? undefined : values
}

/** One value of an attribute. */
export function readSingle(attribute: Attribute, value: Json): Json | undefined {
  if (value === null) return undefined
  return attribute.type === 'complex' ? readComplex(attribute, value) : readSimple(attribute, value)
}

function readComplex(attribute: Attribute, value: Json): JsonObject | undefined {
  const given = expand(attribute, value)
  if (!isObject(given)) {
    return fail('scim_invalid_value', `a value of ${quoted(attribute.name)} is an object`)
  }
  const read = new Map<string, Json>()
  for (const [name, each] of Object.entries(given)) {
    const sub = attributeNamed(attribute.subAttributes, name)
    if (sub === undefined || sub.mutability === 'readOnly') continue
    if (read.has(sub.name)) fail('scim_invalid_syntax', `${quoted(sub.name)} is there twice`)
    const part = readAttributeValue(sub, each)
    if (part !== undefined) read.set(sub.name, part)
  }
  return read.size === 0 ? undefined : Object.fromEntries(read)
}

/** A text in place of an object: its `value`; or, where it is the JSON of an object, that object. */
function expand(attribute: Attribute, value: Json): Json {
  if (typeof value === 'string' && valueAttribute(attribute) !== undefined) return expandRole({ value })
  return isObject(value) ? expandRole(value) : value
}

/**
 * Entra sends a role within PATCH as `{"value": "{\"id\":…,\"value\":…,\"displayName\":…}"}`. What is no JSON object stays as it
 * is.
 */
function expandRole(entry: JsonObject): JsonObject {
  const { value, ...rest } = entry
  if (typeof value !== 'string' || !value.startsWith('{')) return entry
  let inner: Json
  try {
    inner = JSON.parse(value)
  } catch {
    return entry
  }
  if (!isObject(inner)) return entry
  const named = { ...inner }
  const name = named['value'] ?? roleOf(named)
  if (typeof name !== 'string') return entry
  const display = named['display'] ?? named['displayName']
  return { ...rest, value: name, ...(typeof display === 'string' && { display }) }
}

function roleOf({ application, role }: JsonObject): string | undefined {
  return typeof application === 'string' && typeof role === 'string' ? `${application}/${role}` : undefined
}

function readSimple(attribute: Attribute, value: Json): Json {
  const { name, type } = attribute
  const refuse = (): never => fail('scim_invalid_value', `${quoted(name)} takes a value of type ${type}`)
  switch (type) {
    case 'boolean': {
      if (typeof value === 'boolean') return value
      const text = typeof value === 'string' ? value.toLowerCase() : ''
      return text === 'true' || text === 'false' ? text === 'true' : refuse()
    }
    case 'integer':
      return Number.isSafeInteger(value) ? value : refuse()
    case 'decimal':
      return typeof value === 'number' ? value : refuse()
    case 'dateTime':
      return typeof value === 'string' && dateTime.test(value) && !Number.isNaN(Date.parse(value)) ? value : refuse()
    case 'binary':
      return typeof value === 'string' && base64.test(value) ? value : refuse()
    default:
      return typeof value === 'string' && value.isWellFormed() ? value : refuse()
  }
}

/** xsd:dateTime, as far as RFC 7643 section 2.3.5 asks for it. */
const dateTime = /^-?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?$/
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/
