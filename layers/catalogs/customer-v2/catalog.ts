/**
 * iX Hello Customer v2. Roles are held centrally in iX Admin; the product only translates them (S0:L3). Five peer roles
 * that add up (S0:L17, S0:L26), no role means no access, nobody defines roles of their own.
 *
 * Not here: Organization Admin (S0:L7). It is a right inside iX Admin to assign these roles, not one of them, so no token
 * of this application ever carries it.
 *
 * A comment marks what the page does not say. "if available", "if supported" of the page are features of the organization.
 */
import { defineCatalog } from '@rolecast/core/domain/catalog/define'

export const catalog = defineCatalog({
  application: 'customer-v2',
  title: 'iX Hello Customer v2',
  sections: {
    flows: { title: 'Flows', description: 'Conversation flows: seeing, building, testing and releasing them' },
    deployments: { title: 'Deployments', description: 'Voice and chat channels, and the widgets of web chat' },
    reporting: { title: 'Reporting', description: 'Dashboards, live sessions and data extracts' },
    integrations: { title: 'Integrations', description: 'Connectors to other systems' },
    runtime_api: { title: 'Headless execution', description: 'Running flows by API, without a channel' },
  },
  features: {
    run_history: { title: 'Run history', description: 'Past runs of flows are kept' },
    reporting: { title: 'Reporting', description: 'Dashboards and reports' },
    report_export: { title: 'Report export', description: 'Reports can be filtered and exported' },
    connectivity_validation: { title: 'Connectivity check', description: 'Integrations can be tried out' },
  },
  qualifiers: {},
  permissions: {
    'flows.list.view': { title: 'View flow list', description: 'See which flows exist', section: 'flows' },
    'flows.detail.view': { title: 'View flow details', description: 'Open one flow, read-only', section: 'flows' },
    'flows.configuration.view': {
      title: 'View configuration',
      description: 'See the configuration of a flow',
      section: 'flows',
    },
    'flows.run_history.view': {
      title: 'View run history',
      description: 'See past runs',
      section: 'flows',
      feature: 'run_history',
    },
    'flows.create': { title: 'Create flow', description: 'Create a new flow', section: 'flows' },
    'flows.steps.edit': {
      title: 'Edit steps and configuration',
      description: 'Change what a flow does',
      section: 'flows',
    },
    'flows.settings.edit': {
      title: 'Edit flow settings',
      description: 'Change name, description, persona, language and voice of a flow',
      section: 'flows',
    },
    'flows.draft.save': {
      title: 'Save draft',
      description: 'Keep changes to the version that is not published',
      section: 'flows',
    },
    'flows.validate': { title: 'Validate flow', description: 'Check the logic in the builder', section: 'flows' },
    'flows.test': { title: 'Test flow', description: 'Try the conversation in the builder', section: 'flows' },
    'flows.delete': { title: 'Delete flow', description: 'Remove a flow', section: 'flows' },
    'flows.publish': { title: 'Publish flow', description: 'Promote a draft to live', section: 'flows' },
    'flows.release.approve': {
      title: 'Approve and release',
      description: 'Release a change to wider users or environments',
      section: 'flows',
    },
    'deployments.channels.configure': {
      title: 'Configure channels',
      description: 'Set up voice or chat channels for a flow',
      section: 'deployments',
    },
    'deployments.flow.deploy': {
      title: 'Deploy flow',
      description: 'Attach a flow to a voice or chat channel',
      section: 'deployments',
    },
    'deployments.chat_widgets.manage': {
      title: 'Manage chat widgets',
      description: 'Create and edit web chat widgets: name, allowed domains, appearance',
      section: 'deployments',
    },
    'reporting.dashboards.view': {
      title: 'View reports',
      description: 'See dashboards and reports on flows, usage and outcomes',
      section: 'reporting',
      feature: 'reporting',
    },
    'reporting.filter': {
      title: 'Filter reports',
      description: 'Narrow the data of a report',
      section: 'reporting',
      feature: 'report_export',
    },
    'reporting.export': {
      title: 'Export reports',
      description: 'Take the data of a report away',
      section: 'reporting',
      feature: 'report_export',
    },
    'reporting.live_sessions.view': {
      title: 'View live sessions',
      description: 'Follow running sessions with their transcript',
      section: 'reporting',
    },
    'reporting.datafeed.manage': {
      title: 'Manage data extracts',
      description: 'Create, list, download and schedule extracts',
      section: 'reporting',
    },
    'integrations.use': {
      title: 'Use integration',
      description: 'Choose a configured integration in a flow',
      section: 'integrations',
    },
    'integrations.create': { title: 'Create integration', description: 'Add a connector', section: 'integrations' },
    'integrations.configure': {
      title: 'Configure integration',
      description: 'See, configure and manage connectors',
      section: 'integrations',
    },
    'integrations.settings.update': {
      title: 'Update integration settings',
      description: 'Change tokens, endpoints and permissions of a connector',
      section: 'integrations',
    },
    'integrations.connectivity.validate': {
      title: 'Validate connectivity',
      description: 'Troubleshoot or try out a connector',
      section: 'integrations',
      feature: 'connectivity_validation',
    },
    // No role grants it: the vendor runs flows by an API key of the organization, which is not an account with roles.
    'flows.execute': {
      title: 'Execute flow by API',
      description: 'Run a flow without a channel',
      section: 'runtime_api',
    },
  },
  roles: {
    flow_viewer: {
      title: 'Flow Viewer',
      description: 'Sees existing configuration',
      kind: 'system',
      level: 'organization',
      grants: ['flows.list.view', 'flows.detail.view', 'flows.configuration.view', 'flows.run_history.view'],
    },
    flow_editor: {
      title: 'Flow Editor',
      description: 'Creates and edits flows, configures integrations',
      kind: 'system',
      level: 'organization',
      // Assumed: whoever edits or releases a flow sees it.
      includes: ['flow_viewer'],
      grants: [
        'flows.create',
        'flows.steps.edit',
        'flows.draft.save',
        'integrations.configure',
        // Assumed from here: parts of editing. Nobody is documented to delete; whoever creates flows may, and asks anew.
        'flows.settings.edit',
        'flows.validate',
        'flows.test',
        'flows.delete',
        'integrations.use',
      ],
    },
    flow_publisher: {
      title: 'Flow Publisher',
      description: 'Configures channels, publishes and releases existing flows',
      kind: 'system',
      level: 'organization',
      includes: ['flow_viewer'],
      grants: [
        'deployments.channels.configure',
        'flows.publish',
        'flows.release.approve',
        // Assumed: parts of configuring channels.
        'deployments.flow.deploy',
        'deployments.chat_widgets.manage',
      ],
    },
    report_viewer: {
      title: 'Report Viewer',
      description: 'Sees, filters and exports reports',
      kind: 'system',
      level: 'organization',
      grants: [
        'reporting.dashboards.view',
        'reporting.filter',
        'reporting.export',
        // Assumed: live sessions are reporting, and a scheduled extract is an export; neither changes a flow.
        'reporting.live_sessions.view',
        'reporting.datafeed.manage',
      ],
    },
    integrations_admin: {
      title: 'Integrations Admin',
      description: 'Manages integrations',
      kind: 'system',
      level: 'organization',
      grants: [
        'integrations.create',
        'integrations.configure',
        'integrations.settings.update',
        'integrations.connectivity.validate',
      ],
    },
  },
  policy: {
    base: { min: 0, max: null },
    additional: { min: 0, max: null },
    // Not stated; roles grant here, so none of them grants nothing.
    empty: 'no_access',
    assignmentTakesEffect: 'next_access',
    definitionTakesEffect: 'next_access',
    customRoles: 'none',
    customRoleDeletion: 'not_applicable',
    mayAssign: 'Organization Admin of iX Admin, for the own organization',
    mayDefine: null,
  },
  conflicts: [
    {
      between: ['flows.steps.edit', 'flows.publish'],
      reason: 'Flow Publisher exists to separate who can edit from who can release.',
    },
  ],
  routes: {
    'GET /flows': { permission: 'flows.list.view' },
    'POST /flows': { permission: 'flows.create' },
    'GET /flows/{flowId}': { permission: 'flows.detail.view' },
    'DELETE /flows/{flowId}': { permission: 'flows.delete', freshness: 'strong' },
    'GET /flows/{flowId}/configuration': { permission: 'flows.configuration.view' },
    'GET /flows/{flowId}/runs': { permission: 'flows.run_history.view' },
    'PUT /flows/{flowId}/steps': { permission: 'flows.steps.edit' },
    'PUT /flows/{flowId}/settings': { permission: 'flows.settings.edit' },
    'PUT /flows/{flowId}/draft': { permission: 'flows.draft.save' },
    'PUT /flows/{flowId}/integrations/{integrationId}': { permission: 'integrations.use' },
    'POST /flows/{flowId}/validate': { permission: 'flows.validate' },
    'POST /flows/{flowId}/test': { permission: 'flows.test' },
    'POST /flows/{flowId}/publish': { permission: 'flows.publish', freshness: 'strong' },
    'POST /flows/{flowId}/release': { permission: 'flows.release.approve', freshness: 'strong' },
    'POST /flows/{flowId}/execute': { permission: 'flows.execute' },
    'PUT /flows/{flowId}/channels/{channel}': { permission: 'deployments.channels.configure' },
    'POST /flows/{flowId}/deployments': { permission: 'deployments.flow.deploy' },
    'POST /chat-widgets': { permission: 'deployments.chat_widgets.manage' },
    'PUT /chat-widgets/{widgetId}': { permission: 'deployments.chat_widgets.manage' },
    'GET /reports': { permission: 'reporting.dashboards.view' },
    'POST /reports/query': { permission: 'reporting.filter' },
    'GET /reports/export': { permission: 'reporting.export' },
    'GET /live-sessions': { permission: 'reporting.live_sessions.view' },
    'GET /extracts': { permission: 'reporting.datafeed.manage' },
    'POST /extracts': { permission: 'reporting.datafeed.manage' },
    'GET /integrations': { permission: 'integrations.configure' },
    'POST /integrations': { permission: 'integrations.create' },
    'PUT /integrations/{integrationId}': { permission: 'integrations.configure' },
    'PUT /integrations/{integrationId}/settings': { permission: 'integrations.settings.update' },
    'POST /integrations/{integrationId}/validate': { permission: 'integrations.connectivity.validate' },
  },
})
