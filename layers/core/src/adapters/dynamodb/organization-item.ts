import * as v from 'valibot'
import type { Organization } from '../../domain/assignment/organization.ts'
import type { Item } from './conditions.ts'
import { organizationItemKey } from './keys.ts'
import { count, expectSame, parseItem } from './parse-item.ts'

/** Applications are a list: the SDK drops a map's member that is named `__proto__`. */
const organizationItem = v.object({
  kind: v.literal('organization'),
  organization: v.string(),
  title: v.string(),
  issuer: v.string(),
  applications: v.array(v.object({ application: v.string(), features: v.array(v.string()), defaultFull: v.boolean() })),
  revision: v.pipe(count, v.minValue(1)),
})

export function toOrganizationItem(organization: Organization, revision: number): Item {
  const applications = Object.entries(organization.applications).map(([application, { features, defaultFull }]) => ({
    application,
    features: [...features],
    defaultFull,
  }))
  return {
    ...organizationItemKey(organization.organization),
    kind: 'organization',
    organization: organization.organization,
    title: organization.title,
    issuer: organization.issuer,
    applications,
    revision,
  }
}

export function fromOrganizationItem(asked: string, item: Item): Organization {
  const { kind, applications, ...rest } = parseItem(organizationItem, item, 'organization')
  expectSame(kind, { organization: [rest.organization, asked] })
  return {
    ...rest,
    applications: Object.fromEntries(
      applications.map(({ application, features, defaultFull }) => [application, { features, defaultFull }]),
    ),
  }
}
