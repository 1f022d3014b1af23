/**
 * Two organizations to try Rolecast with: for each of the five role systems somebody who shows what its document says.
 * Names say what a person may do; usernames are `<organization>.<first name>`.
 */
import { catalogs } from '@rolecast/catalogs'
import { roleTemplates } from '@rolecast/catalogs/intuidy/catalog'
import type { CustomRole, Organization } from '@rolecast/core/domain/assignment/organization'
import type { RoleAssignment } from '@rolecast/core/domain/assignment/statement'

/** Somebody with an account, as iX Admin and the identity provider know them. */
export interface Person {
  readonly organization: string
  readonly account: string
  readonly name: string
  readonly username: string
  readonly email: string
  readonly status: 'active' | 'inactive'
  readonly roles: readonly RoleAssignment[]
}

/** An application and its roles, as the dropdown of "Manage Roles" offers them. */
export interface RolesOnOffer {
  readonly application: string
  readonly title: string
  readonly roles: readonly { readonly role: string; readonly title: string }[]
}

/** Who holds this in iX Admin changes roles in the own organization (S0:L7). It is a right there, no role of a product. */
export const organizationAdmin: RoleAssignment = { application: 'ix-admin', role: 'organization_admin' }

const v2 = (...roles: readonly string[]): RoleAssignment[] =>
  roles.map((role) => ({ application: 'customer-v2', role }))

type Entry = readonly [first: string, name: string, roles: readonly RoleAssignment[], status?: Person['status']]

const inEveryOrganization: readonly Entry[] = [
  ['vera', 'Vera Viewer', v2('flow_viewer')],
  ['edo', 'Edo Editor', v2('flow_editor')],
  ['pia', 'Pia Publisher', v2('flow_publisher')],
  ['rea', 'Rea Reports', v2('report_viewer')],
  ['ina', 'Ina Integrations', v2('integrations_admin')],
  ['olga', 'Olga Admin', [organizationAdmin]],
  ['nia', 'Nia Newcomer', []],
  ['leo', 'Leo Leaver', v2('flow_viewer', 'flow_publisher'), 'inactive'],
]

const inAcmeToo: readonly Entry[] = [
  // A ceiling: Read Only views, whatever Flow Author adds (S1:L21).
  ['cap', 'Cap Readonly', ['read_only', 'flow_author'].map((role) => ({ application: 'app-xchange', role }))],
  ['ada', 'Ada Author', ['user', 'flow_author'].map((role) => ({ application: 'app-xchange', role }))],
  // A gate: of the secured flows an agent runs only what a custom role names (S4:L6).
  ['gus', 'Gus Agent', ['agent', 'custom:claims-desk'].map((role) => ({ application: 'interact', role }))],
  ['dan', 'Dan Designer', [{ application: 'interact', role: 'designer' }]],
  // A custom role that adds permissions (S2:L62), and a predefined one that grants only drafts (S2:L27).
  ['nat', 'Nat Nightshift', [{ application: 'infobip', role: 'custom:night-shift' }]],
  ['cam', 'Cam Campaigns', [{ application: 'infobip', role: 'campaign_manager' }]],
  // Roles that restrict: without one everything, with one only what it says (S3:L21).
  ['ria', 'Ria Restricted', [{ application: 'intuidy', role: 'custom:viewer' }]],
]

// The walkthrough's "no role, full access" applies to Will of acme, which opted in, and not to Wilma of globex, which did not.
const withoutRole = { acme: ['will', 'Will Walkthrough'], globex: ['wilma', 'Wilma Walkthrough'] } as const

/** Nobody's accounts: `npm run probe` takes their role away and gives it back, and measures when that has effect. */
export const synthetic: readonly Person[] = Array.from({ length: 8 }, (_, place) =>
  person('globex', `probe-${place + 1}`, `Probe ${place + 1}`, v2('flow_viewer')),
)

/** Everybody, in the order in which a list should show them. */
export const people: readonly Person[] = [
  ...peopleOf('acme'),
  ...inAcmeToo.map((each) => person('acme', ...each)),
  person('acme', ...withoutRole.acme, []),
  ...peopleOf('globex'),
  person('globex', ...withoutRole.globex, []),
  ...synthetic,
]

/** What the custom roles of the organizations are; `revision` 0: not stored yet. */
export const customRoles: readonly CustomRole[] = [
  {
    organization: 'acme',
    application: 'infobip',
    id: 'night-shift',
    title: 'Night shift',
    description: 'Replies to and reads every conversation, so that nobody waits until the morning',
    grants: ['conversations/reply', 'conversations/view'],
    gates: [],
    revision: 0,
  },
  {
    organization: 'acme',
    application: 'interact',
    id: 'claims-desk',
    title: 'Claims desk',
    description: 'May run the secured flows of the claims desk',
    grants: [],
    gates: ['flow:claims-intake', 'flow:claims-status'],
    revision: 0,
  },
  {
    organization: 'acme',
    application: 'intuidy',
    id: 'viewer',
    ...roleTemplates.viewer,
    gates: [],
    revision: 0,
  },
]

/** The organizations, whose people sign in at `issuer`; `revision` 0: not stored yet. */
export function organizations(issuer: string): readonly Organization[] {
  const features = Object.keys(catalogs['customer-v2'].catalog.features)
  const off = { features: [], defaultFull: false }
  return [
    {
      organization: 'acme',
      title: 'Acme',
      issuer,
      applications: {
        'customer-v2': { features, defaultFull: false },
        'app-xchange': off,
        infobip: off,
        interact: off,
        intuidy: { features: [], defaultFull: true },
      },
      revision: 0,
    },
    {
      organization: 'globex',
      title: 'Globex',
      issuer,
      // No features: nobody here sees run history or reports, whatever the roles.
      applications: { 'customer-v2': off, intuidy: off },
      revision: 0,
    },
  ]
}

/** Every role that iX Admin knows: those of the catalogs, the custom ones, and its own. */
export const rolesOnOffer: readonly RolesOnOffer[] = [
  {
    application: organizationAdmin.application,
    title: 'iX Admin',
    roles: [{ role: organizationAdmin.role, title: 'Organization Admin' }],
  },
  ...Object.values(catalogs).map(({ catalog: { application, title, roles } }) => ({
    application,
    title,
    roles: [
      ...Object.entries<{ readonly title: string }>(roles).map(([role, { title }]) => ({ role, title })),
      ...customRoles
        .filter((each) => each.application === application)
        .map((each) => ({ role: `custom:${each.id}`, title: each.title })),
    ],
  })),
]

/** Those that every organization has. */
export function peopleOf(organization: string): readonly Person[] {
  return inEveryOrganization.map((each) => person(organization, ...each))
}

function person(organization: string, ...[first, name, roles, status = 'active']: Entry): Person {
  return {
    organization,
    account: `${organization}-${first}`,
    name,
    username: `${organization}.${first}`,
    email: `${first}@${organization}.example`,
    status,
    roles,
  }
}
