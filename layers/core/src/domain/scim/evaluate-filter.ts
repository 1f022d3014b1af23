import { type Attribute, valueAttribute } from './attribute.ts'
import type { Filter, Literal, Operator } from './filter.ts'
import { isObject, type Json, type JsonObject, listOf, member } from './json.ts'
import type { AttributePath } from './resource-type.ts'

/** Whether a resource (its SCIM representation, attributes under their schema's spelling) satisfies a filter. */
export function satisfies(resource: JsonObject, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => satisfies(resource, part))
    case 'or':
      return filter.parts.some((part) => satisfies(resource, part))
    case 'not':
      return !satisfies(resource, filter.part)
    case 'present':
      return valuesAt(resource, filter.path).some(isPresent)
    case 'values':
      return valuesAt(resource, filter.path).some((value) => isObject(value) && satisfies(value, filter.filter))
    case 'compare':
      return compares(resource, filter)
  }
}

/** Every value at a path: those of a multi-valued attribute one by one, none where it is unassigned. */
export function valuesAt(resource: JsonObject, { extension, attribute, sub }: AttributePath): readonly Json[] {
  const place = extension === undefined ? resource : member(resource, extension)
  if (attribute === undefined) return place === undefined || place === resource ? [] : [place]
  const values = listOf(isObject(place) ? member(place, attribute.name) : undefined)
  if (sub === undefined) return values
  return values.flatMap((value) => listOf(isObject(value) ? member(value, sub.name) : undefined))
}

/** Assigned and not empty (RFC 7643 section 2.5, RFC 7644 table 3). */
export function isPresent(value: Json): boolean {
  if (value === null || value === '') return false
  if (Array.isArray(value)) return value.some(isPresent)
  return isObject(value) ? Object.values(value).some(isPresent) : true
}

/** Any of several values suffices; of none, only `ne` and a comparison with null hold. */
function compares(
  resource: JsonObject,
  { path, operator, value }: { readonly path: AttributePath; readonly operator: Operator; readonly value: Literal },
): boolean {
  const values = valuesAt(resource, path).filter((each) => each !== null)
  if (value === null) return (values.length === 0) === (operator === 'eq')
  if (values.length === 0) return operator === 'ne'
  const leaf = path.sub ?? path.attribute
  return leaf !== undefined && values.some((each) => holds(leaf, operator, each, value))
}

function holds(attribute: Attribute, operator: Operator, stored: Json, value: Literal): boolean {
  const [one, other] = [comparable(attribute, operator, stored), comparable(attribute, operator, value)]
  if (one === undefined || other === undefined || typeof one !== typeof other) return operator === 'ne'
  switch (operator) {
    case 'eq':
      return one === other
    case 'ne':
      return one !== other
    case 'co':
      return String(one).includes(String(other))
    case 'sw':
      return String(one).startsWith(String(other))
    case 'ew':
      return String(one).endsWith(String(other))
    case 'gt':
      return one > other
    case 'ge':
      return one >= other
    case 'lt':
      return one < other
    case 'le':
      return one <= other
  }
}

/** Times by the moment they name; texts without case, unless the schema says that case matters. */
function comparable(attribute: Attribute, operator: Operator, value: Json): string | number | boolean | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  if (attribute.type === 'dateTime' && !['co', 'sw', 'ew'].includes(operator)) {
    const time = Date.parse(value)
    return Number.isNaN(time) ? undefined : time
  }
  return foldCase(attribute, value)
}

/** The text as it is compared and sorted. */
export function foldCase({ caseExact, type }: Attribute, value: string): string {
  const exact = caseExact === true || type === 'binary' || type === 'reference'
  return exact ? value : value.toLowerCase()
}

/** What equals what among the values of an attribute: by `value` where they have one, else whole. */
export function sameValue(attribute: Attribute, one: Json, other: Json): boolean {
  const key = valueAttribute(attribute)
  if (key !== undefined && isObject(one) && isObject(other)) {
    const [first, second] = [one, other].map((each) => {
      const { primary: _, ...rest } = Object.fromEntries(Object.entries(each).filter(([name]) => name !== '$ref'))
      return JSON.stringify(sorted(rest))
    })
    return first === second
  }
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, each]) => [name, sorted(each)]),
  )
}
