/** A third organization to try Rolecast with, whose roles are groups in an Okta of its own. */
import { catalogs } from '@rolecast/catalogs'
import type { Organization } from '@rolecast/core/domain/assignment/organization'
import { oktaGroups } from '../deployment.ts'
import { type Person, peopleOf } from './demo-data.ts'
import type { SourceUser } from './identity-admins/truth.ts'

const organization = 'hooli'

const groupOf = new Map(Object.entries(oktaGroups).map(([group, role]) => [role, group]))

/** The Okta group that gives a role of Customer v2. */
export function oktaGroup(role: string): string {
  const group = groupOf.get(`customer-v2/${role}`)
  if (group === undefined) throw new Error(`no group gives ${role}`)
  return group
}

/** Everybody; who is what, they have in common with the other organizations. */
export const oktaPeople: readonly Person[] = peopleOf(organization).filter(({ roles }) =>
  roles.every(({ application }) => application === 'customer-v2'),
)

/** As Okta knows them. One holds a group more, which means nothing here. */
export const oktaUsers: readonly SourceUser[] = oktaPeople.map(({ account, email, status, roles }) => ({
  id: account,
  login: email,
  active: status === 'active',
  holds: ['00geveryone000000000', ...roles.map(({ role }) => oktaGroup(role))],
}))

/** The connection by which this Okta says that something has changed. */
export const oktaHook = 'hooli-okta'

/** `revision` 0: not stored yet. */
export function oktaOrganization(issuer: string): Organization {
  const features = Object.keys(catalogs['customer-v2'].catalog.features)
  return {
    organization,
    title: 'Hooli',
    issuer,
    identityAdmin: 'okta-hooli',
    applications: { 'customer-v2': { features, defaultFull: false } },
    revision: 0,
  }
}
