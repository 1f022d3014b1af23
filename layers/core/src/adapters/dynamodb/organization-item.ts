import * as v from 'valibot'
import type { Organization } from '../../domain/assignment/organization.ts'
import type { RoleChanges } from '../../domain/catalog/role-changes.ts'
import type { Item } from './conditions.ts'
import { organizationItemKey } from './keys.ts'
import { organizationListAttributes } from './listings.ts'
import { count, expectSame, moment, parseItem } from './parse-item.ts'

const roleChanges = v.array(v.object({ role: v.string(), enabled: v.array(v.string()), disabled: v.array(v.string()) }))
const settings = v.object({
  application: v.string(),
  features: v.array(v.string()),
  defaultFull: v.boolean(),
  roleChanges: v.exactOptional(roleChanges),
})

/** Applications and roles are lists: the SDK drops a map's member that is named `__proto__`. */
const organizationItem = v.object({
  kind: v.literal('organization'),
  organization: v.string(),
  title: v.string(),
  issuer: v.string(),
  applications: v.array(settings),
  identityAdmin: v.exactOptional(v.string()),
  dirtySince: v.exactOptional(moment),
  revision: v.pipe(count, v.minValue(1)),
})

export function toOrganizationItem(organization: Organization, revision: number): Item {
  const applications = Object.entries(organization.applications).map(([application, settings]) => ({
    application,
    features: [...settings.features],
    defaultFull: settings.defaultFull,
    ...(settings.roleChanges === undefined ? {} : { roleChanges: toRoleChangeItems(settings.roleChanges) }),
  }))
  return {
    ...organizationItemKey(organization.organization),
    ...organizationListAttributes(organization),
    kind: 'organization',
    organization: organization.organization,
    title: organization.title,
    issuer: organization.issuer,
    applications,
    ...(organization.identityAdmin !== undefined && { identityAdmin: organization.identityAdmin }),
    ...(organization.dirtySince !== undefined && { dirtySince: organization.dirtySince }),
    revision,
  }
}

export function fromOrganizationItem(asked: string, item: Item): Organization {
  const { kind, applications, ...rest } = parseItem(organizationItem, item, 'organization')
  expectSame(kind, { organization: [rest.organization, asked] })
  return {
    ...rest,
    applications: Object.fromEntries(
      applications.map(({ application, roleChanges, ...settings }) => [
        application,
        roleChanges === undefined ? settings : { ...settings, roleChanges: fromRoleChangeItems(roleChanges) },
      ]),
    ),
  }
}

type RoleChangeItems = v.InferOutput<typeof roleChanges>

function toRoleChangeItems(changes: RoleChanges): RoleChangeItems {
  return Object.entries(changes).map(([role, { enabled, disabled }]) => ({
    role,
    enabled: [...enabled],
    disabled: [...disabled],
  }))
}

function fromRoleChangeItems(items: RoleChangeItems): RoleChanges {
  return Object.fromEntries(items.map(({ role, ...change }) => [role, change]))
}
