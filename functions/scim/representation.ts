import type { DirectoryResource } from '@rolecast/core/application/directory/ports'
import type { Json, JsonObject } from '@rolecast/core/domain/scim/json'
import { isAskedFor, isShown, type Projection, projectResource } from '@rolecast/core/domain/scim/project-resource'
import type { ResourceType } from '@rolecast/core/domain/scim/resource-type'
import type { ScimContext } from './context.ts'
import { groups as groupType, users as userType } from './definitions.ts'
import { entityTag } from './entity-tag.ts'

/** Where a resource is. */
export function locationOf({ baseUrl }: Pick<ScimContext, 'baseUrl'>, type: ResourceType, id: string): string {
  return `${baseUrl}${type.endpoint}/${id}`
}

/**
 * Resources as clients see them, in the same order, with their groups or members where the request shows these: two reads
 * for a page of users, two for each group.
 */
export async function represent(
  context: ScimContext,
  type: ResourceType,
  resources: readonly DirectoryResource[],
  projection: Projection = {},
): Promise<readonly JsonObject[]> {
  const related =
    type.kind === 'user'
      ? await groupsOf(context, isShown(type, 'groups', projection) ? resources : [])
      : await membersOf(context, isShown(type, 'members', projection) ? resources : [], {
          withNames: isAskedFor(type, { attribute: 'members', sub: 'display' }, projection),
        })
  return resources.map((resource) => {
    const whole = wholeResource(context, type, resource, related.get(resource.id) ?? [])
    return projectResource(type, whole, projection)
  })
}

/** One resource, from its stored form and what it is related to. */
function wholeResource(
  context: Pick<ScimContext, 'baseUrl'>,
  type: ResourceType,
  resource: DirectoryResource,
  related: readonly JsonObject[],
): JsonObject {
  const { id, attributes, createdAt, modifiedAt, revision } = resource
  const extensions = type.extensions.map((each) => each.id).filter((urn) => Object.hasOwn(attributes, urn))
  return {
    schemas: [type.schema.id, ...extensions],
    id,
    ...attributes,
    ...(related.length > 0 && { [type.kind === 'user' ? 'groups' : 'members']: related }),
    meta: {
      resourceType: type.name,
      created: new Date(createdAt).toISOString(),
      lastModified: new Date(modifiedAt).toISOString(),
      location: locationOf(context, type, id),
      version: entityTag(revision),
    },
  }
}

type Related = ReadonlyMap<string, readonly JsonObject[]>

async function groupsOf(context: ScimContext, users: readonly DirectoryResource[]): Promise<Related> {
  const ids = [...new Set(users.flatMap(({ groups }) => groups))]
  const found = await context.directory.readResources(context.organization, 'group', ids)
  const groups = new Map(found.filter(({ deleted }) => !deleted).map((each) => [each.id, each]))
  const shown = (id: string): readonly JsonObject[] => {
    const group = groups.get(id)
    return group === undefined ? [] : [reference(context, groupType, group, { type: 'direct' })]
  }
  return new Map(users.map((user) => [user.id, user.groups.flatMap(shown)]))
}

async function membersOf(
  context: ScimContext,
  groups: readonly DirectoryResource[],
  { withNames }: { readonly withNames: boolean },
): Promise<Related> {
  const { directory, organization } = context
  const related = new Map<string, readonly JsonObject[]>()
  for (const { id } of groups) {
    const ids = await directory.listMembers(organization, id)
    const users = await directory.readResources(organization, 'user', ids)
    const members = users
      .filter(({ deleted }) => !deleted)
      .sort((one, other) => (one.id < other.id ? -1 : 1))
      .map((user) => reference(context, userType, user, { type: 'User' }))
      .map(({ display, ...rest }) => (withNames && display !== undefined ? { ...rest, display } : rest))
    related.set(id, members)
  }
  return related
}

function reference(
  context: ScimContext,
  type: ResourceType,
  { id, attributes }: DirectoryResource,
  more: JsonObject,
): JsonObject {
  const display: Json | undefined = attributes['displayName'] ?? attributes['userName']
  return {
    value: id,
    $ref: locationOf(context, type, id),
    ...(typeof display === 'string' && { display }),
    ...more,
  }
}
