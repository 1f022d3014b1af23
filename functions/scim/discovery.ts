import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import type { Attribute, Schema } from '@rolecast/core/domain/scim/attribute'
import type { JsonObject } from '@rolecast/core/domain/scim/json'
import type { ResourceType } from '@rolecast/core/domain/scim/resource-type'
import type { ScimContext } from './context.ts'
import {
  enterpriseUser,
  entitlement,
  group,
  groupExtension,
  resourceType,
  resourceTypes,
  role,
  serviceProviderConfig,
  user,
} from './definitions.ts'

/** A list of what is never paged. */
export function wholeList(resources: readonly JsonObject[]): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}

/** The resource types (RFC 7643 section 6); those of roles only for organizations whose client wants them. */
export function describeResourceTypes({ baseUrl, settings }: ScimContext): readonly JsonObject[] {
  const kept = resourceTypes.map((type) => describeType(baseUrl, type))
  return settings.announceRoles ? [...kept, ...onOffer.map((type) => describeType(baseUrl, type))] : kept
}

const onOffer = [
  { name: 'Role', endpoint: '/Roles', description: 'A role of an application', schema: role, extensions: [] },
  {
    name: 'Entitlement',
    endpoint: '/Entitlements',
    description: 'A role of an application, held beside others',
    schema: entitlement,
    extensions: [],
  },
] as const

function describeType(
  baseUrl: string,
  {
    name,
    endpoint,
    description,
    schema,
    extensions,
  }: Omit<ResourceType, 'kind' | 'name' | 'endpoint'> & { readonly name: string; readonly endpoint: string },
): JsonObject {
  return {
    schemas: [resourceType.id],
    id: name,
    name,
    endpoint,
    description,
    schema: schema.id,
    ...(extensions.length > 0 && { schemaExtensions: extensions.map(({ id }) => ({ schema: id, required: false })) }),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${name}` },
  }
}

/** The schemas (RFC 7643 section 7). */
export function describeSchemas({ baseUrl, settings }: ScimContext): readonly JsonObject[] {
  const kept = [user, enterpriseUser, group, groupExtension, serviceProviderConfig, resourceType]
  const schemas: readonly Schema[] = settings.announceRoles ? [...kept, role, entitlement] : kept
  return schemas.map(({ id, name, description, attributes }) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id,
    name,
    description,
    attributes: attributes.map(describeAttribute),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
  }))
}

function describeAttribute({ subAttributes, ...attribute }: Attribute): JsonObject {
  const described = Object.fromEntries(Object.entries(attribute).filter(([, value]) => value !== undefined))
  return subAttributes === undefined ? described : { ...described, subAttributes: subAttributes.map(describeAttribute) }
}

/** One of a list by its id, compared without regard to case, as URNs are. */
export function oneOf(resources: readonly JsonObject[], id: string): Outcome<JsonObject> {
  const found = resources.find((each) => String(each['id']).toLowerCase() === id.toLowerCase())
  return found === undefined ? refuse('scim_no_such_resource') : accept(found)
}

/**
 * Every role that may stand in `roles` (or `entitlements`) of a user of this organization: those of the catalogs of its
 * applications, and its own.
 */
export async function describeRoles(
  { baseUrl, catalogs, customRoles, organization, organizations }: ScimContext,
  name: 'Role' | 'Entitlement',
): Promise<readonly JsonObject[]> {
  const schema = name === 'Role' ? role : entitlement
  const applications = Object.keys((await organizations.readOrganization(organization))?.applications ?? {})
  const described: JsonObject[] = []
  for (const application of applications.sort()) {
    const predefined = Object.entries<{ readonly title: string; readonly description?: string }>(
      catalogs.get(application)?.catalog.roles ?? {},
    )
    const own = await customRoles.listCustomRoles(organization, application)
    const all = [
      ...predefined.map(([key, { title, description }]) => ({ key, title, description })),
      ...own.map(({ id, title, description }) => ({ key: `custom:${id}`, title, description })),
    ]
    for (const { key, title, description } of all) {
      const id = `${application}/${key}`
      described.push({
        schemas: [schema.id],
        id,
        displayName: title,
        type: application,
        ...(description !== undefined && description !== '' && { description }),
        meta: {
          resourceType: name,
          location: `${baseUrl}/${name === 'Role' ? 'Roles' : 'Entitlements'}/${encodeURIComponent(id)}`,
        },
      })
    }
  }
  return described
}
