/**
 * Trimble App Xchange. Exactly one base role plus any number of additional roles (S1:L9, S1:L25). Read Only is a ceiling:
 * its holder only views, whatever additional roles would add. Additional roles take effect at the next sign-in (S1:L25).
 *
 * Not here: Guest, a marker of membership and no role; that a guest cannot be Administrator is an attribute of that role.
 * What an Administrator "cannot do without the appropriate permissions" (S1:L13) is not granted, and not denied either:
 * an additional role brings it.
 */
import { defineCatalog } from '@rolecast/core/domain/catalog/define'

export const catalog = defineCatalog({
  application: 'app-xchange',
  title: 'Trimble App Xchange',
  sections: {
    account: { title: 'Account data', description: 'Data, partners and customers of the account' },
    users: { title: 'Users', description: 'People of the account and their roles' },
    workspaces: { title: 'Workspaces', description: 'Where flows and integrations live' },
    flows: { title: 'Flows and schedules', description: 'Building and running flows' },
    integrations: { title: 'Integrations', description: 'Building and operating integrations' },
    connectors: { title: 'Connectors', description: 'Building connectors' },
    app_builder: { title: 'App Builder', description: 'Connectors in the App Builder' },
    platform: { title: 'Platform', description: 'Administration of the platform itself' },
  },
  features: {},
  qualifiers: {
    'accessible-workspaces': {
      title: 'in workspaces the account has access to',
      attribute: 'workspace',
      within: 'accessibleWorkspaces',
    },
  },
  permissions: {
    'account.data.view': { title: 'View account data', description: 'Read data of the account', section: 'account' },
    'account.data.full': {
      title: 'Full data access',
      description: 'Read and operate on data of the account',
      section: 'account',
    },
    'account.partners_customers.manage': {
      title: 'Manage partners and customers',
      description: 'Full management of partners and customers',
      section: 'account',
    },
    'users.invite': { title: 'Invite users', description: 'Invite people into the account', section: 'users' },
    'users.manage': { title: 'Manage users', description: 'Manage people of the account', section: 'users' },
    'users.roles.modify': {
      title: 'Modify roles of users',
      description: 'Change base and additional roles',
      section: 'users',
    },
    'workspaces.manage': {
      title: 'Manage workspaces',
      description: 'Manage workspaces of the account',
      section: 'workspaces',
    },
    'flows.run': {
      title: 'Run flow',
      description: 'Execute a flow',
      section: 'flows',
      qualifiers: ['accessible-workspaces'],
    },
    'schedules.run': { title: 'Run schedule', description: 'Execute a schedule', section: 'flows' },
    'flows.create': {
      title: 'Create flow',
      description: 'Create a flow in the flow builder',
      section: 'flows',
      qualifiers: ['accessible-workspaces'],
    },
    'flows.update': {
      title: 'Edit flow',
      description: 'Change a flow, its configuration and its steps',
      section: 'flows',
      qualifiers: ['accessible-workspaces'],
    },
    'flows.sensitive.view': {
      title: 'View sensitive flows',
      description: 'See flows that are marked sensitive',
      section: 'flows',
    },
    'services.manage': { title: 'Manage services', description: 'Manage services that flows use', section: 'flows' },
    'integrations.existing.edit': {
      title: 'Edit existing integrations',
      description: 'Change integrations that exist',
      section: 'integrations',
    },
    'integrations.config.update': {
      title: 'Update integration config',
      description: 'Change the config on an integration',
      section: 'integrations',
    },
    'integrations.deployments.operate': {
      title: 'Operate deployments',
      description: 'Configuration, syncing and feature status of integrations deployed for customers',
      section: 'integrations',
    },
    'integrations.create': {
      title: 'Create integration',
      description: 'Create in the integration builder',
      section: 'integrations',
    },
    'integrations.features.edit': {
      title: 'Edit integration features',
      description: 'Change features and configuration as an author',
      section: 'integrations',
    },
    'connectors.create': {
      title: 'Create connector',
      description: 'Create in the connector builder',
      section: 'connectors',
    },
    'connectors.update': { title: 'Manage connector', description: 'Change a connector', section: 'connectors' },
    'connectors.configuration.define': {
      title: 'Define connector configuration',
      description: 'Define an entire configuration in the connector builder',
      section: 'connectors',
    },
    'connectors.code.submit': {
      title: 'Submit connector code',
      description: 'Hand in updates of connector code',
      section: 'connectors',
    },
    'app_builder.connectors.manage': {
      title: 'Manage connectors in App Builder',
      description: 'Read and write connectors there',
      section: 'app_builder',
    },
    'platform.admin.all': {
      title: 'All administrative actions',
      description: 'Everything administrative on the platform',
      section: 'platform',
    },
    'platform.cloud_services.manage': {
      title: 'Manage Cloud Services',
      description: 'Change Cloud Services',
      section: 'platform',
    },
    'platform.settings.manage': {
      title: 'Manage Platform Settings',
      description: 'Change settings of the platform',
      section: 'platform',
    },
  },
  roles: {
    administrator: {
      title: 'Administrator',
      description: 'Most access to one account',
      kind: 'base',
      level: 'organization',
      // Assumed from "the most access": an Administrator does what a User does.
      includes: ['user'],
      grants: [
        'users.invite',
        'users.manage',
        'users.roles.modify',
        'integrations.existing.edit',
        'workspaces.manage',
        'account.partners_customers.manage',
      ],
      attributes: { forbiddenForGuests: true },
    },
    user: {
      title: 'User',
      description: 'Sees and operates most data of an account',
      kind: 'base',
      level: 'organization',
      grants: [
        'account.data.view',
        'account.data.full',
        'flows.run',
        'schedules.run',
        'integrations.config.update',
        'integrations.deployments.operate',
      ],
    },
    read_only: {
      title: 'Read Only',
      description: 'Views data of the account',
      kind: 'base',
      level: 'organization',
      grants: ['account.data.view'],
      ceiling: ['account.data.view', 'flows.sensitive.view'],
    },
    flow_author: {
      title: 'Flow Author',
      description: 'Authors flows and services in workspaces the account has access to',
      kind: 'additional',
      level: 'organization',
      grants: [
        'services.manage',
        'flows.create[accessible-workspaces]',
        'flows.update[accessible-workspaces]',
        'flows.run[accessible-workspaces]',
        'flows.sensitive.view',
      ],
    },
    integration_author: {
      title: 'Integration Author',
      description: 'Authors integrations',
      kind: 'additional',
      level: 'organization',
      grants: ['integrations.create', 'integrations.features.edit', 'integrations.existing.edit'],
    },
    connector_author: {
      title: 'Connector Author',
      description: 'Authors connectors',
      kind: 'additional',
      level: 'organization',
      formerTitles: ['Connector Builder Author'],
      grants: ['connectors.create', 'connectors.update', 'connectors.configuration.define', 'connectors.code.submit'],
    },
    app_builder_author: {
      title: 'App Builder Author',
      description: 'Manages connectors in the App Builder',
      kind: 'additional',
      level: 'organization',
      grants: ['app_builder.connectors.manage'],
    },
    platform_administrator: {
      title: 'Platform Administrator',
      description: 'All administrative actions, Cloud Services and Platform Settings',
      kind: 'additional',
      // Its actions are of the platform, not of one account. Whether it brings Administrator is not said: it does not.
      level: 'system',
      grants: ['platform.admin.all', 'platform.cloud_services.manage', 'platform.settings.manage'],
      attributes: { restrictedAvailability: 'small subset of users' },
    },
  },
  policy: {
    base: { min: 1, max: 1 },
    additional: { min: 0, max: null },
    empty: 'forbidden',
    assignmentTakesEffect: 'next_sign_in',
    // Not documented; the stricter reading follows the assignment.
    definitionTakesEffect: 'next_sign_in',
    customRoles: 'none',
    customRoleDeletion: 'not_applicable',
    mayAssign: 'users.roles.modify',
    mayDefine: null,
  },
  conflicts: [],
  routes: {
    'GET /account': { permission: 'account.data.view' },
    'PUT /account': { permission: 'account.data.full' },
    'POST /invitations': { permission: 'users.invite' },
    'PUT /users/{userId}': { permission: 'users.manage' },
    'PUT /users/{userId}/roles': { permission: 'users.roles.modify', freshness: 'strong' },
    'POST /workspaces': { permission: 'workspaces.manage' },
    'POST /workspaces/{workspaceId}/flows': { permission: 'flows.create', productDecides: true },
    'PUT /workspaces/{workspaceId}/flows/{flowId}': { permission: 'flows.update', productDecides: true },
    'POST /workspaces/{workspaceId}/flows/{flowId}/runs': { permission: 'flows.run', productDecides: true },
    'POST /schedules/{scheduleId}/runs': { permission: 'schedules.run' },
    'POST /integrations': { permission: 'integrations.create' },
    'PUT /integrations/{integrationId}': { permission: 'integrations.existing.edit' },
    'PUT /integrations/{integrationId}/config': { permission: 'integrations.config.update' },
    'POST /connectors': { permission: 'connectors.create' },
    'PUT /connectors/{connectorId}': { permission: 'connectors.update' },
    'PUT /platform/settings': { permission: 'platform.settings.manage', freshness: 'strong' },
  },
})
