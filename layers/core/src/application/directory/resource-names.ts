import { nameKey } from '../../domain/directory/name-key.ts'
import type { JsonObject } from '../../domain/scim/json.ts'
import { type DirectoryResource, type NameAttribute, nameAttributes, type ResourceKind } from './ports.ts'

/** The values by which a resource with these attributes is found, as they are compared. */
export function namesOf(kind: ResourceKind, attributes: JsonObject): ReadonlyMap<NameAttribute, string> {
  const names = new Map<NameAttribute, string>()
  for (const attribute of nameAttributes[kind]) {
    const value = attributes[attribute]
    if (typeof value === 'string') names.set(attribute, nameKey(attribute, value))
  }
  return names
}

/** The same values as the client wrote them. */
export function namesAsWritten(kind: ResourceKind, attributes: JsonObject): JsonObject {
  return Object.fromEntries(
    nameAttributes[kind].flatMap((name) => {
      const value = attributes[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** `formerly` of a resource that gets other attributes: it stays where its names do. */
export function formerNames(
  { kind, attributes: before }: Pick<DirectoryResource, 'kind' | 'attributes'>,
  after: JsonObject,
): Pick<DirectoryResource, 'formerly'> {
  const [had, has] = [namesAsWritten(kind, before), namesAsWritten(kind, after)]
  return nameAttributes[kind].every((name) => had[name] === has[name]) ? {} : { formerly: had }
}
