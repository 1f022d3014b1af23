import type { Outcome } from '../decision/refusal.ts'
import { attempt, fail, quoted } from './attempt.ts'
import { type Attribute, attributeNamed, valueAttribute } from './attribute.ts'
import { sameValue, satisfies } from './evaluate-filter.ts'
import type { Filter } from './filter.ts'
import { isObject, type Json, type JsonObject, listOf, member } from './json.ts'
import { type PatchTarget, parsePatchPath } from './patch-path.ts'
import { checkResource, isPrimary } from './read-resource.ts'
import { readAttributeValue, readSingle } from './read-value.ts'
import { type ResourceType, resolvePath } from './resource-type.ts'

export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path?: string
  readonly value?: Json
}

type Draft = Record<string, Json>

/**
 * The attributes after all operations, in their order (RFC 7644 section 3.5.2); nothing of them where one is refused. Refuses with
 * `scim_invalid_path`, `scim_invalid_filter`, `scim_no_target`, `scim_mutability` or `scim_invalid_value`.
 *
 * Beyond the RFC, because clients send it and mean only this: names in a value without path may be paths themselves; read-only
 * ones among them are ignored (Okta sends `id`); `remove` with a list of values takes those away (Entra); `add` to
 * a value that a filter does not find creates it from the filter's equalities (Entra).
 */
export function applyPatch(
  type: ResourceType,
  resource: JsonObject,
  operations: readonly PatchOperation[],
): Outcome<JsonObject> {
  return attempt(() => {
    const draft = copy(resource)
    for (const operation of operations) apply(type, draft, operation)
    checkResource(type, draft)
    return draft
  })
}

/** Extensions are changed in place; values never are. */
function copy(resource: JsonObject): Draft {
  return Object.fromEntries(
    Object.entries(resource).map(([name, value]) => [name, isObject(value) ? { ...value } : value]),
  )
}

function apply(type: ResourceType, draft: Draft, { op, path, value }: PatchOperation): void {
  if (path !== undefined && isPassword(path)) return
  if (op === 'remove') {
    if (path === undefined) fail('scim_no_target', '"remove" needs a path')
    remove(draft, parsePatchPath(type, path), value)
  } else {
    if (value === undefined) fail('scim_invalid_value', `"${op}" needs a value`)
    if (path === undefined) assignEach(type, draft, { op, value })
    else assign(type, draft, { op, target: parsePatchPath(type, path), value })
  }
}

function assignEach(type: ResourceType, draft: Draft, { op, value }: Omit<Assignment, 'target'>): void {
  if (!isObject(value)) fail('scim_invalid_value', 'without a path, the value is an object of attributes')
  for (const [name, each] of Object.entries(value)) {
    if (isPassword(name)) continue
    const target = resolvePath(type, name)
    // Extensions that are not known here are ignored as in POST and PUT; a slip in a name is not.
    if (target === undefined && name.toLowerCase().startsWith('urn:')) continue
    const known = target ?? parsePatchPath(type, name)
    const isReadOnly = known.attribute?.mutability === 'readOnly' || known.sub?.mutability === 'readOnly'
    if (!isReadOnly) assign(type, draft, { op, target: known, value: each })
  }
}

/** Passwords are not kept, and clients that send them with everything else are not stopped by that. */
function isPassword(name: string): boolean {
  return name.toLowerCase() === 'password'
}

interface Assignment {
  readonly op: 'add' | 'replace'
  readonly target: PatchTarget
  readonly value: Json
}

function assign(type: ResourceType, draft: Draft, { op, target, value }: Assignment): void {
  const { extension, attribute } = target
  if (attribute === undefined) {
    assignExtension(type, draft, { op, target, value })
    return
  }
  refuseReadOnly(attribute, target.sub)
  const place = extension === undefined ? draft : open(draft, extension)
  const before = member(place, attribute.name)
  const after = attribute.multiValued
    ? assignMany(attribute, listOf(before), { op, target, value })
    : assignOne(attribute, before, { op, target, value })
  if (attribute.mutability === 'immutable' && before !== undefined && !sameValue(attribute, before, after ?? null)) {
    fail('scim_mutability', `${quoted(attribute.name)} has a value already, which stays`)
  }
  put(place, attribute.name, after)
  if (extension !== undefined) close(draft, extension)
}

function assignExtension(type: ResourceType, draft: Draft, { op, target, value }: Assignment): void {
  const schema = type.extensions.find(({ id }) => id === target.extension)
  if (!isObject(value) || schema === undefined) fail('scim_invalid_value', 'an extension is an object')
  for (const [name, each] of Object.entries(value)) {
    const attribute = attributeNamed(schema.attributes, name)
    if (attribute === undefined) fail('scim_invalid_path', `there is no attribute ${quoted(name)}`)
    if (attribute.mutability !== 'readOnly') {
      assign(type, draft, { op, target: { extension: schema.id, attribute }, value: each })
    }
  }
}

function assignOne(attribute: Attribute, before: Json | undefined, { target, value }: Assignment): Json | undefined {
  const { sub } = target
  if (sub !== undefined) return withSub(isObject(before) ? before : {}, sub, value)
  if (Array.isArray(value)) return fail('scim_invalid_value', `${quoted(attribute.name)} takes one value`)
  // Entra sets `manager` to the bare id.
  const after = readSingle(attribute, value)
  // Sub-attributes that are not named stay (RFC 7644 sections 3.5.2.1 and 3.5.2.3).
  return isObject(before) && isObject(after) ? { ...before, ...after } : after
}

function assignMany(
  attribute: Attribute,
  before: readonly Json[],
  { op, target, value }: Assignment,
): readonly Json[] | undefined {
  const after = changeMany(attribute, before, { op, target, value })
  return after === undefined ? undefined : withOnePrimary(before, after)
}

function changeMany(
  attribute: Attribute,
  before: readonly Json[],
  { op, target, value }: Assignment,
): readonly Json[] | undefined {
  const { filter, sub } = target
  if (filter === undefined && sub === undefined) {
    const given = listOf(readAttributeValue(attribute, value))
    return op === 'replace' ? given : union(attribute, before, given)
  }
  const chosen = (each: Json) => filter === undefined || (isObject(each) && satisfies(each, filter))
  if (!before.some(chosen)) {
    if (op === 'replace' && filter !== undefined) fail('scim_no_target', 'no value satisfies the filter of the path')
    const made = { ...(filter === undefined ? {} : equalities(filter)), ...asValue(attribute, sub, value) }
    return union(attribute, before, [made])
  }
  return before.flatMap((each) => {
    if (!chosen(each) || !isObject(each)) return each
    if (sub !== undefined) {
      if (sub.mutability === 'immutable' && each[sub.name] !== undefined) {
        return fail('scim_mutability', `${quoted(sub.name)} has a value already, which stays`)
      }
      return withSub(each, sub, value) ?? []
    }
    const given = readSingle(attribute, Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : value)
    if (!isObject(given)) return given ?? []
    return op === 'replace' ? given : { ...each, ...given }
  })
}

function remove(draft: Draft, target: PatchTarget, value: Json | undefined): void {
  const { extension, attribute, filter, sub } = target
  if (attribute === undefined) {
    if (extension !== undefined) delete draft[extension]
    return
  }
  refuseReadOnly(attribute, sub)
  if (sub?.required === true || (sub === undefined && filter === undefined && attribute.required)) {
    fail('scim_mutability', `${quoted((sub ?? attribute).name)} is required`)
  }
  const place = extension === undefined ? draft : draft[extension]
  const before = isObject(place) ? member(place, attribute.name) : undefined
  if (!isObject(place) || before === undefined) return
  const listed = listOf(value).flatMap((each) => readSingle(attribute, each) ?? [])
  const isChosen = (each: Json) => {
    if (filter !== undefined) return isObject(each) && satisfies(each, filter)
    return listed.length === 0 || listed.some((other) => hasValue(attribute, each, other))
  }
  const after = listOf(before).flatMap((each) => {
    if (!isChosen(each)) return each
    return sub !== undefined && isObject(each) ? (withoutMember(each, sub.name) ?? []) : []
  })
  put(place as Draft, attribute.name, attribute.multiValued ? after : after[0])
  if (extension !== undefined) close(draft, extension)
}

function hasValue(attribute: Attribute, one: Json, other: Json): boolean {
  const key = valueAttribute(attribute)
  if (key === undefined || !isObject(one) || !isObject(other)) return sameValue(attribute, one, other)
  const [first, second] = [one[key.name], other[key.name]]
  return first !== undefined && second !== undefined && sameValue(key, first, second)
}

function union(attribute: Attribute, before: readonly Json[], given: readonly Json[]): readonly Json[] {
  const after = [...before]
  for (const each of given) if (!after.some((other) => sameValue(attribute, other, each))) after.push(each)
  return after
}

/** What an equality of the filter says of a value that satisfies it. */
function equalities(filter: Filter): Draft {
  if (filter.kind === 'and') return Object.assign({}, ...filter.parts.map(equalities))
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || filter.value === null) return {}
  const name = filter.path.attribute?.name
  return name === undefined ? {} : { [name]: filter.value }
}

function asValue(attribute: Attribute, sub: Attribute | undefined, value: Json): JsonObject {
  if (sub !== undefined) return withSub({}, sub, value) ?? {}
  const given = readSingle(attribute, Array.isArray(value) ? (value[0] ?? null) : value)
  return isObject(given) ? given : {}
}

function withSub(object: JsonObject, sub: Attribute, value: Json): JsonObject | undefined {
  const part = readAttributeValue(sub, Array.isArray(value) && !sub.multiValued ? (value[0] ?? null) : value)
  return part === undefined ? withoutMember(object, sub.name) : { ...object, [sub.name]: part }
}

function withoutMember(object: JsonObject, name: string): JsonObject | undefined {
  const { [name]: _, ...rest } = object
  return Object.keys(rest).length === 0 ? undefined : rest
}

/** A value that becomes primary takes that from the others (RFC 7644 section 3.5.2). */
function withOnePrimary(before: readonly Json[], after: readonly Json[]): readonly Json[] {
  if (after.filter(isPrimary).length < 2) return after
  const were = new Set(before.filter(isPrimary).map((each) => JSON.stringify(each)))
  const fresh = after.findLastIndex((each) => isPrimary(each) && !were.has(JSON.stringify(each)))
  if (fresh < 0) return after
  return after.map((each, index) =>
    index !== fresh && isPrimary(each) && isObject(each) ? { ...each, primary: false } : each,
  )
}

function refuseReadOnly(attribute: Attribute, sub: Attribute | undefined): void {
  if (attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly') {
    fail('scim_mutability', `${quoted((sub ?? attribute).name)} is read-only`)
  }
}

function open(draft: Draft, extension: string): Draft {
  const present = draft[extension]
  if (isObject(present)) return present as Draft
  const made: Draft = {}
  draft[extension] = made
  return made
}

function close(draft: Draft, extension: string): void {
  const present = draft[extension]
  if (isObject(present) && Object.keys(present).length === 0) delete draft[extension]
}

function put(place: Draft, name: string, value: Json | undefined): void {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) delete place[name]
  else place[name] = value
}
