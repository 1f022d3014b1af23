/**
 * Intuidy, the platform of the "Roles & Permissions walkthrough". Eight permissions, no predefined roles, at most one
 * custom role per account (a single dropdown, S3:L69).
 *
 * Roles restrict here: no role means full access (S3:L21), and deleting a role throws its holders back to that (S3:L60).
 * So `empty` is `full_access`, which takes effect only where the organization opted in and the source said completely
 * that the account has no role. A role with every toggle off is a role that grants nothing, not "no role": reading it as
 * "empty permissions" (S3:L21) would make taking the last permission away give all of them.
 */
import { defineCatalog, type GrantKeyOf } from '@rolecast/core/domain/catalog/define'

export const catalog = defineCatalog({
  application: 'intuidy',
  title: 'Intuidy',
  sections: {
    organization: { title: 'Organization', description: 'Settings, sharing policies and people of the organization' },
    integrations: { title: 'Integrations', description: 'Connections to other products' },
    dashboards: { title: 'Dashboards', description: 'Dashboards and their tiles' },
    workflows: { title: 'Workflows', description: 'Building and running workflows' },
    billing: { title: 'Billing', description: 'Tokens and subscriptions' },
  },
  features: {},
  qualifiers: {},
  permissions: {
    manage_organization: {
      title: 'Manage organization',
      description: 'View and edit settings of the organization and policies of sharing between companies',
      section: 'organization',
    },
    manage_users: {
      title: 'Manage users',
      description: 'Add, edit, deactivate and delete other users',
      section: 'organization',
    },
    manage_integrations: {
      title: 'Manage integrations',
      description: 'Connect, configure and manage integrations',
      section: 'integrations',
    },
    view_dashboards: {
      title: 'View dashboards',
      description: 'View dashboards and the data of tiles',
      section: 'dashboards',
    },
    edit_dashboards: {
      title: 'Edit dashboards',
      description: 'Create, modify and delete dashboards and tiles',
      section: 'dashboards',
    },
    run_workflows: { title: 'Run workflows', description: 'Execute existing workflows', section: 'workflows' },
    edit_workflows: {
      title: 'Edit workflows',
      description: 'Create, modify and delete workflows',
      section: 'workflows',
    },
    manage_billing: {
      title: 'Manage billing',
      description: 'See billing settings, buy tokens, manage subscriptions',
      section: 'billing',
    },
  },
  roles: {},
  policy: {
    base: { min: 0, max: 0 },
    additional: { min: 0, max: 1 },
    empty: 'full_access',
    // Not stated for assignments.
    assignmentTakesEffect: 'next_access',
    definitionTakesEffect: 'immediately',
    customRoles: 'grants',
    customRoleDeletion: 'holders_fall_back_to_empty',
    // Assumed: assigning happens on the Users page (S3:L65), and the Roles page lies under Organization (S3:L13, S3:L90).
    mayAssign: 'manage_users',
    mayDefine: 'manage_organization',
  },
  conflicts: [],
  routes: {
    'GET /dashboards': { permission: 'view_dashboards' },
    'GET /dashboards/{dashboardId}': { permission: 'view_dashboards' },
    'POST /dashboards': { permission: 'edit_dashboards' },
    'PUT /dashboards/{dashboardId}': { permission: 'edit_dashboards' },
    'DELETE /dashboards/{dashboardId}': { permission: 'edit_dashboards', freshness: 'strong' },
    'POST /workflows/{workflowId}/runs': { permission: 'run_workflows' },
    'POST /workflows': { permission: 'edit_workflows' },
    'PUT /workflows/{workflowId}': { permission: 'edit_workflows' },
    'PUT /integrations/{integrationId}': { permission: 'manage_integrations' },
    'PUT /organization': { permission: 'manage_organization' },
    'POST /users': { permission: 'manage_users' },
    'DELETE /users/{userId}': { permission: 'manage_users', freshness: 'strong' },
    'GET /billing': { permission: 'manage_billing' },
    'POST /billing/tokens': { permission: 'manage_billing', freshness: 'strong' },
  },
})

/** A custom role as an organization might define it. */
interface RoleTemplate {
  readonly title: string
  readonly description: string
  readonly grants: readonly GrantKeyOf<typeof catalog>[]
}

/** The walkthrough's examples of custom roles (S3:L74 to S3:L84), by the id that demonstration data gives them. */
export const roleTemplates = {
  viewer: {
    title: 'Viewer',
    description: 'Sees reports and changes nothing',
    // Assumed: the walkthrough lists no permissions here.
    grants: ['view_dashboards'],
  },
  analyst: {
    title: 'Analyst',
    description: 'Creates dashboards and runs workflows, does not manage the organization',
    // Viewing is assumed: whoever edits a dashboard sees it.
    grants: ['view_dashboards', 'edit_dashboards', 'run_workflows'],
  },
  admin: {
    title: 'Admin',
    description: 'Full control of the organization',
    grants: [
      'manage_organization',
      'manage_users',
      'manage_integrations',
      'view_dashboards',
      'edit_dashboards',
      'run_workflows',
      'edit_workflows',
      'manage_billing',
    ],
  },
} as const satisfies Record<string, RoleTemplate>
