import { groupSchema, userSchema } from '@rolecast/core/domain/directory/schema-names'
import type { Attribute, Schema } from '@rolecast/core/domain/scim/attribute'
import type { ResourceType } from '@rolecast/core/domain/scim/resource-type'
import definitions from 'scimmy/schemas'

/** The definitions of RFC 7643 section 8.7, as scimmy keeps them, with what this service provider does differently. */
function describe(definition: { describe: () => unknown }): Schema {
  const { id, name, description, attributes } = JSON.parse(JSON.stringify(definition.describe())) as Schema
  return { id, name, description, attributes }
}

function change(
  schema: Schema,
  changes: Readonly<Record<string, (attribute: Attribute) => Attribute | undefined>>,
): Schema {
  const attributes = schema.attributes.flatMap((each) => {
    const changed = changes[each.name]
    return changed === undefined ? each : (changed(each) ?? [])
  })
  return { ...schema, attributes }
}

const text = {
  type: 'string',
  multiValued: false,
  required: false,
  caseExact: true,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
} as const satisfies Partial<Attribute>

/** Passwords are not kept here, so there is no such attribute; what clients send of it is dropped with other unknown ones. */
export const user: Schema = {
  ...change(describe(definitions.User.definition), {
    password: () => undefined,
    groups: (groups) => ({
      ...groups,
      subAttributes: (groups.subAttributes ?? []).map((each) =>
        each.name === '$ref' ? { ...each, referenceTypes: ['Group'] } : each,
      ),
    }),
  }),
  id: userSchema,
}

export const enterpriseUser: Schema = describe(definitions.EnterpriseUser.definition)

/** Members are users: groups within groups are not taken. */
export const group: Schema = change(describe(definitions.Group.definition), {
  members: (members) => ({
    ...members,
    subAttributes: (members.subAttributes ?? []).map((each) => {
      if (each.name === '$ref') return { ...each, referenceTypes: ['User'] }
      if (each.name === 'type') return { ...each, canonicalValues: ['User'] }
      // It is that of the user, and RFC 7643 section 8.7.1 has none here: only who asks for it gets it.
      if (each.name === 'display') return { ...each, mutability: 'readOnly', returned: 'request' }
      return each
    }),
  }),
})

export const groupExtension: Schema = {
  id: groupSchema,
  name: 'GroupRoles',
  description: 'What membership in a group brings',
  attributes: [
    {
      ...text,
      name: 'roles',
      type: 'complex',
      multiValued: true,
      description: 'Roles that every member of the group holds',
      subAttributes: [
        { ...text, name: 'value', description: 'The role, as <application>/<role>' },
        { ...text, name: 'display', caseExact: false, description: 'The name of the role, for people' },
        { ...text, name: 'type', description: 'The application, where the value names the role alone' },
      ],
    },
  ],
}

const readOnly = { ...text, mutability: 'readOnly' } as const

/** A role or an entitlement that users can be given, as Okta's entitlement management discovers them. */
function onOffer(name: 'Role' | 'Entitlement'): Schema {
  return {
    id: `urn:okta:scim:schemas:core:1.0:${name}`,
    name,
    description: `What may stand in ${name === 'Role' ? 'roles' : 'entitlements'} of a user`,
    attributes: [
      { ...readOnly, name: 'displayName', caseExact: false, description: 'The name, for people' },
      { ...readOnly, name: 'type', description: 'The application' },
      { ...readOnly, name: 'description', caseExact: false, description: 'What it gives' },
    ],
  }
}

export const role: Schema = onOffer('Role')
export const entitlement: Schema = onOffer('Entitlement')

/** RFC 9865 section 4 adds `pagination`. */
export const serviceProviderConfig: Schema = withPagination(describe(definitions.ServiceProviderConfig.definition))

export const resourceType: Schema = describe(definitions.ResourceType.definition)

function withPagination(schema: Schema): Schema {
  const part = (name: string, type: Attribute['type'], description: string, required = false): Attribute => ({
    ...readOnly,
    name,
    type,
    description,
    required,
    caseExact: false,
  })
  const pagination: Attribute = {
    ...part('pagination', 'complex', 'How lists are paged'),
    subAttributes: [
      part('cursor', 'boolean', 'Whether pages are had by cursor', true),
      part('index', 'boolean', 'Whether pages are had by index', true),
      part('defaultPaginationMethod', 'string', 'What holds for a request that names neither'),
      part('defaultPageSize', 'integer', 'Resources on a page where the request does not say how many'),
      part('maxPageSize', 'integer', 'Resources on a page at most'),
      part('cursorTimeout', 'integer', 'Seconds that a cursor holds'),
    ],
  }
  return { ...schema, attributes: [...schema.attributes, pagination] }
}

export const users: ResourceType = {
  kind: 'user',
  name: 'User',
  endpoint: '/Users',
  description: 'A person with an account',
  schema: user,
  extensions: [enterpriseUser],
}

export const groups: ResourceType = {
  kind: 'group',
  name: 'Group',
  endpoint: '/Groups',
  description: 'Users who hold something in common',
  schema: group,
  extensions: [groupExtension],
}

export const resourceTypes: readonly ResourceType[] = [users, groups]
