import type { Attribute } from './attribute.ts'
import { isObject, type Json, type JsonObject } from './json.ts'
import { type AttributePath, type ResourceType, resolvePath } from './resource-type.ts'

/** Which attributes an answer shows (RFC 7644 section 3.9): only these, or all but these. Names that do not exist count for nothing. */
export interface Projection {
  readonly attributes?: readonly string[]
  readonly excluded?: readonly string[]
}

/** The part of a resource that the request asks for; what is always returned stays. */
export function projectResource(type: ResourceType, resource: JsonObject, projection: Projection): JsonObject {
  const { attributes, excluded } = projection
  if (attributes !== undefined && attributes.length > 0) return only(type, resource, attributes)
  return excluded === undefined || excluded.length === 0 ? resource : without(type, resource, excluded)
}

/** Whether the answer shows an attribute of the core schema at all: what is not shown need not be read. */
export function isShown(type: ResourceType, name: string, { attributes, excluded }: Projection): boolean {
  const names = (paths: readonly string[]) => paths.map((path) => resolvePath(type, path))
  if (attributes !== undefined && attributes.length > 0) {
    return names(attributes).some((path) => path?.extension === undefined && path?.attribute?.name === name)
  }
  return !names(excluded ?? []).some(
    (path) => path?.extension === undefined && path?.attribute?.name === name && path.sub === undefined,
  )
}

/** Whether the request names a part of an attribute that is only returned then (`returned` is `request`). */
export function isAskedFor(
  type: ResourceType,
  { attribute, sub }: { readonly attribute: string; readonly sub: string },
  { attributes }: Projection,
): boolean {
  return (attributes ?? [])
    .map((path) => resolvePath(type, path))
    .some((path) => path?.attribute?.name === attribute && path.sub?.name === sub)
}

const always = ['schemas', 'id'] as const

function only(type: ResourceType, resource: JsonObject, names: readonly string[]): JsonObject {
  const shown: Record<string, Json> = {}
  for (const name of always) if (resource[name] !== undefined) shown[name] = resource[name]
  for (const path of names.map((name) => resolvePath(type, name))) {
    if (path === undefined) continue
    const { extension, attribute } = path
    const from = extension === undefined ? resource : resource[extension]
    if (!isObject(from)) continue
    if (attribute === undefined) {
      if (extension !== undefined) shown[extension] = from
      continue
    }
    const value = from[attribute.name]
    if (value === undefined) continue
    const place = extension === undefined ? shown : child(shown, extension)
    place[attribute.name] = path.sub === undefined ? value : merge(place[attribute.name], part(value, path.sub))
  }
  return shown
}

function without(type: ResourceType, resource: JsonObject, names: readonly string[]): JsonObject {
  const shown: Record<string, Json> = { ...resource }
  for (const path of names.map((name) => resolvePath(type, name))) {
    if (path === undefined || isAlways(path)) continue
    const { extension, attribute } = path
    if (extension === undefined) drop(shown, path)
    else if (attribute === undefined) delete shown[extension]
    else if (isObject(shown[extension])) {
      const left = { ...shown[extension] }
      drop(left, path)
      if (Object.keys(left).length === 0) delete shown[extension]
      else shown[extension] = left
    }
  }
  return shown
}

function isAlways({ attribute, sub }: AttributePath): boolean {
  return attribute?.returned === 'always' || sub?.returned === 'always'
}

function drop(place: Record<string, Json>, { attribute, sub }: AttributePath): void {
  if (attribute === undefined) return
  const value = place[attribute.name]
  if (value === undefined) return
  if (sub === undefined) {
    delete place[attribute.name]
    return
  }
  const left = Array.isArray(value) ? value.map((each) => minus(each, sub)) : minus(value, sub)
  place[attribute.name] = left
}

function minus(value: Json, sub: Attribute): Json {
  if (!isObject(value)) return value
  const { [sub.name]: _, ...rest } = value
  return rest
}

function part(value: Json, sub: Attribute): Json {
  if (Array.isArray(value)) return value.map((each) => part(each, sub))
  return isObject(value) && value[sub.name] !== undefined ? { [sub.name]: value[sub.name] ?? null } : {}
}

function merge(before: Json | undefined, after: Json): Json {
  if (before === undefined) return after
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.map((each, index) => merge(each, after[index] ?? {}))
  }
  return isObject(before) && isObject(after) ? { ...before, ...after } : after
}

function child(shown: Record<string, Json>, name: string): Record<string, Json> {
  const present = shown[name]
  const made = { ...(isObject(present) ? present : {}) }
  shown[name] = made
  return made
}
