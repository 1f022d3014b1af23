/**
 * Jacada Interact Server. Every user has one system role (S4:L1). They include each other (S4:L5): System Admin all others,
 * Account Admin > Flow Admin > Designer > Agent; VXML Connector Admin hangs in that chain only below System Admin, because
 * no other role is said to encompass it.
 *
 * Custom roles add no permission. They name applications and flows, and gate running those that are secured (S4:L6, S4:L7):
 * `flows.run_published` is therefore `gated`, and the routes that need it leave the decision to the product, which knows
 * whether the resource is secured. What a custom role lists is no permission of its own here.
 */
import { defineCatalog } from '@rolecast/core/domain/catalog/define'

export const catalog = defineCatalog({
  application: 'interact',
  title: 'Jacada Interact Server',
  sections: {
    system: { title: 'System', description: 'All accounts, and the server itself' },
    account: { title: 'Account management', description: 'The account, its applications, users and roles' },
    communication: { title: 'Communication settings', description: 'Chat, after hours and email' },
    admin_console: { title: 'Admin Console', description: 'Flows and resources of the account' },
    designer: { title: 'Designer', description: 'Building flows' },
    clients: { title: 'Clients and runtime', description: 'Running published flows' },
  },
  features: {},
  qualifiers: {
    'most-menus': { title: 'in most menus', attribute: 'menu', within: 'communicationMenus' },
    limited: { title: 'limited', attribute: 'resource', within: 'serverResources' },
  },
  permissions: {
    'system.accounts.all': {
      title: 'All operations in any account',
      description: 'Every operation in every account of the system',
      section: 'system',
    },
    'system.server.manage': {
      title: 'Manage server',
      description: 'Activities that concern the Interact server',
      section: 'system',
    },
    'account.info.update': {
      title: 'Update account information',
      description: 'Everything but license subscriptions',
      section: 'account',
    },
    'account.license.update': {
      title: 'Update license subscriptions',
      description: 'The part of the account information that Account Admins do not update',
      section: 'account',
    },
    'account.applications.manage': {
      title: 'Manage applications',
      description: 'Manage applications of the account',
      section: 'account',
    },
    'account.users.manage': { title: 'Manage users', description: 'Manage other users', section: 'account' },
    'account.roles.create': { title: 'Create custom roles', description: 'Add a role', section: 'account' },
    'account.environment.rollback': {
      title: 'Roll back environment',
      description: 'Return to a prior snapshot of the environment',
      section: 'account',
    },
    'account.menus.view': {
      title: 'View account menus',
      description: 'View the menus of account management',
      section: 'account',
    },
    'account.menus.update': {
      title: 'Update account menus',
      description: 'Update the menus of account management',
      section: 'account',
    },
    'communication.settings.update': {
      title: 'Update communication settings',
      description: 'Chat, after hours and email settings',
      section: 'communication',
      qualifiers: ['most-menus'],
    },
    'flows.status.change': {
      title: 'Change flow status',
      description: 'Change the status of a flow',
      section: 'admin_console',
    },
    'flows.folders.organize': {
      title: 'Organize folders',
      description: 'Organize flows in folders',
      section: 'admin_console',
    },
    'resources.manage': {
      title: 'Manage server resources',
      description: 'Variables, integration points, images and themes',
      section: 'admin_console',
    },
    'deployments.perform': {
      title: 'Deploy',
      description: 'Deploy resources and whole environments',
      section: 'admin_console',
    },
    'admin_console.read': {
      title: 'Read the Admin Console',
      description: 'See the Admin Console without changing anything',
      section: 'admin_console',
    },
    'flows.create': { title: 'Create flows', description: 'Create flows in the Designer', section: 'designer' },
    'flows.publish': { title: 'Publish flows', description: 'Publish flows from the Designer', section: 'designer' },
    'flows.run': {
      title: 'Run flows in the Designer',
      description: 'Try flows while building them',
      section: 'designer',
    },
    'resources.view': {
      title: 'View server resources',
      description: 'System variables, integration points and RPA services',
      section: 'designer',
      qualifiers: ['limited'],
    },
    'clients.access': {
      title: 'Access clients',
      description: 'Use the mobile, web and agent clients',
      section: 'clients',
    },
    'flows.run_published': {
      title: 'Run published flows',
      description: 'Run published applications and flows; where they are secured, only those a custom role names',
      section: 'clients',
      gated: true,
    },
  },
  roles: {
    system_admin: {
      title: 'System Admin',
      description: 'Everything in every account and on the server',
      kind: 'system',
      level: 'system',
      includes: ['account_admin', 'vxml_connector_admin'],
      // Licenses are assumed: "all operations in any account", and nobody else updates them.
      grants: ['system.accounts.all', 'system.server.manage', 'account.license.update'],
    },
    account_admin: {
      title: 'Account Admin',
      description: 'Controls and manages one account',
      kind: 'system',
      level: 'organization',
      includes: ['flow_admin'],
      grants: [
        'account.info.update',
        'account.applications.manage',
        'account.users.manage',
        'account.roles.create',
        'account.environment.rollback',
        'communication.settings.update',
        // Assumed: the menus lead to what the role manages.
        'account.menus.view',
        'account.menus.update',
      ],
    },
    flow_admin: {
      title: 'Flow Admin',
      description: 'Manages flows in the Admin Console',
      kind: 'system',
      level: 'organization',
      formerTitles: ['Interaction Admin'],
      includes: ['designer'],
      grants: ['flows.status.change', 'flows.folders.organize', 'resources.manage', 'deployments.perform'],
    },
    designer: {
      title: 'Designer',
      description: 'Builds flows in the Designer, reads the Admin Console',
      kind: 'system',
      level: 'organization',
      includes: ['agent'],
      grants: ['flows.create', 'flows.publish', 'flows.run', 'resources.view', 'admin_console.read'],
    },
    agent: {
      title: 'Agent',
      description: 'Uses clients and runs published flows',
      kind: 'system',
      level: 'organization',
      grants: ['clients.access', 'flows.run_published'],
    },
    vxml_connector_admin: {
      title: 'VXML Connector Admin',
      description: 'Account menus and most communication menus, limited server resources',
      kind: 'system',
      level: 'organization',
      grants: [
        'account.menus.view',
        'account.menus.update',
        'communication.settings.update[most-menus]',
        'resources.view[limited]',
      ],
    },
  },
  policy: {
    // "a Role" when the user is added; at most one is assumed, because inclusion makes more pointless.
    base: { min: 1, max: 1 },
    additional: { min: 0, max: null },
    empty: 'forbidden',
    // Not documented from here: the defaults of a product that pulls on access.
    assignmentTakesEffect: 'next_access',
    definitionTakesEffect: 'next_access',
    customRoles: 'gates',
    customRoleDeletion: 'holders_lose_it',
    // The page speaks of permissions "enabled by default for each user Role" (S4:L59): so they may be changed.
    roleDefaults: 'organization_may_change',
    mayAssign: 'account.users.manage',
    mayDefine: 'account.roles.create',
  },
  conflicts: [],
  routes: {
    'PUT /account': { permission: 'account.info.update' },
    'PUT /account/license': { permission: 'account.license.update', freshness: 'strong' },
    'POST /users': { permission: 'account.users.manage' },
    'POST /roles': { permission: 'account.roles.create', freshness: 'strong' },
    'PUT /communication/{menu}': { permission: 'communication.settings.update', productDecides: true },
    'GET /console': { permission: 'admin_console.read' },
    'GET /resources/{resource}': { permission: 'resources.view', productDecides: true },
    'PUT /resources/{resource}': { permission: 'resources.manage' },
    'POST /flows': { permission: 'flows.create' },
    'PUT /flows/{flowId}/status': { permission: 'flows.status.change' },
    'POST /flows/{flowId}/publish': { permission: 'flows.publish', freshness: 'strong' },
    'POST /flows/{flowId}/trials': { permission: 'flows.run' },
    'POST /flows/{flowId}/runs': { permission: 'flows.run_published', productDecides: true },
    'POST /applications/{applicationId}/runs': { permission: 'flows.run_published', productDecides: true },
    'POST /rollbacks': { permission: 'account.environment.rollback', freshness: 'strong' },
    'PUT /server': { permission: 'system.server.manage', freshness: 'strong' },
  },
})
