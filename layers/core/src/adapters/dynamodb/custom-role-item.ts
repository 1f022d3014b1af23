import * as v from 'valibot'
import type { CustomRole } from '../../domain/assignment/organization.ts'
import type { Item } from './conditions.ts'
import { customRoleItemKey } from './keys.ts'
import { count, expectSame, parseItem } from './parse-item.ts'

const customRoleItem = v.object({
  kind: v.literal('role'),
  organization: v.string(),
  application: v.string(),
  id: v.string(),
  title: v.string(),
  description: v.string(),
  grants: v.array(v.string()),
  gates: v.array(v.string()),
  revision: v.pipe(count, v.minValue(1)),
})

export function toCustomRoleItem(role: CustomRole, revision: number): Item {
  const { organization, application, id, title, description, grants, gates } = role
  return {
    ...customRoleItemKey(organization, application, id),
    kind: 'role',
    organization,
    application,
    id,
    title,
    description,
    grants: [...grants],
    gates: [...gates],
    revision,
  }
}

export function fromCustomRoleItem(organization: string, application: string, item: Item): CustomRole {
  const { kind, ...role } = parseItem(customRoleItem, item, 'role')
  expectSame(kind, {
    organization: [role.organization, organization],
    application: [role.application, application],
    id: [customRoleItemKey(organization, application, role.id).sk, String(item['sk'])],
  })
  return role
}
