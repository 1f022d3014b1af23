import type { DirectoryResource } from '@rolecast/core/application/directory/ports'
import type { Attribute } from '@rolecast/core/domain/scim/attribute'
import { foldCase, valuesAt } from '@rolecast/core/domain/scim/evaluate-filter'
import { isObject, type Json, type JsonObject } from '@rolecast/core/domain/scim/json'
import type { AttributePath, ResourceType } from '@rolecast/core/domain/scim/resource-type'
import type { Position } from './cursor.ts'
import type { Query } from './query.ts'

/** A resource that a search has found. */
export interface Found {
  readonly type: ResourceType
  readonly resource: DirectoryResource
  readonly whole: JsonObject
  /** By which it is sorted. */
  readonly key: string
}

/** In the order asked for; without a value last, or first when descending (RFC 7644 section 3.4.2.3). */
export function sort(found: readonly Found[], query: Query): readonly Found[] {
  return [...found].sort((one, other) => compare(one, at(other), query))
}

export function at({ type, key, resource }: Found): Position['after'] {
  return [type.kind, key, resource.id]
}

export function compare(one: Found, [kind, key, id]: Position['after'], { sort: asked }: Query): number {
  const byKey = order(one.key, key)
  if (asked !== undefined && byKey !== 0) return asked.descending ? -byKey : byKey
  // Users come before groups.
  const byKind = order(kind, one.type.kind)
  return byKind !== 0 ? byKind : order(one.resource.id, id)
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Texts as they are compared; the primary value of several, or the first. What has no value comes behind every value. */
export function sortKey(resource: JsonObject, path: AttributePath): string {
  const leaf = leafOf(path)
  const values = valuesAt(resource, { ...path, ...leaf })
  const all = path.attribute === undefined ? [] : valuesAt(resource, { ...path, attribute: path.attribute })
  const primary = all.findIndex((each) => isObject(each) && each['primary'] === true)
  const value = values[primary] ?? values[0]
  const attribute = leaf.sub ?? path.attribute
  return value === undefined || attribute === undefined ? '\uffff' : ` ${sortText(attribute, value)}`
}

function leafOf({ attribute, sub }: AttributePath): { readonly sub?: Attribute } {
  const value = sub ?? attribute?.subAttributes?.find(({ name }) => name === 'value')
  return value === undefined ? {} : { sub: value }
}

function sortText(attribute: Attribute, value: Json): string {
  return typeof value === 'string' ? foldCase(attribute, value) : JSON.stringify(value)
}
