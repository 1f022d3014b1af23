import type { catalog } from '@rolecast/catalogs/customer-v2/catalog'
import * as flows from './flows.ts'
import * as integrations from './integrations.ts'
import * as reports from './reports.ts'
import type { Respond } from './request.ts'

/** Every route of the catalog and what answers it: a route without an answer, or the other way round, does not compile. */
export const routes: Readonly<Record<keyof typeof catalog.routes, Respond>> = {
  'GET /flows': flows.listFlows,
  'POST /flows': flows.createFlow,
  'GET /flows/{flowId}': flows.readFlow,
  'DELETE /flows/{flowId}': flows.deleteFlow,
  'GET /flows/{flowId}/configuration': flows.readConfiguration,
  'GET /flows/{flowId}/runs': flows.listRuns,
  'PUT /flows/{flowId}/steps': flows.editSteps,
  'PUT /flows/{flowId}/settings': flows.editSettings,
  'PUT /flows/{flowId}/draft': flows.saveDraft,
  'PUT /flows/{flowId}/integrations/{integrationId}': flows.useIntegration,
  'POST /flows/{flowId}/validate': flows.validateFlow,
  'POST /flows/{flowId}/test': flows.testFlow,
  'POST /flows/{flowId}/publish': flows.publishFlow,
  'POST /flows/{flowId}/release': flows.releaseFlow,
  'POST /flows/{flowId}/execute': flows.executeFlow,
  'PUT /flows/{flowId}/channels/{channel}': flows.configureChannel,
  'POST /flows/{flowId}/deployments': flows.deployFlow,
  'POST /chat-widgets': integrations.createWidget,
  'PUT /chat-widgets/{widgetId}': integrations.updateWidget,
  'GET /reports': reports.viewReports,
  'POST /reports/query': reports.queryReports,
  'GET /reports/export': reports.exportReports,
  'GET /live-sessions': reports.liveSessions,
  'GET /extracts': reports.listExtracts,
  'POST /extracts': reports.createExtract,
  'GET /integrations': integrations.listIntegrations,
  'POST /integrations': integrations.createIntegration,
  'PUT /integrations/{integrationId}': integrations.configureIntegration,
  'PUT /integrations/{integrationId}/settings': integrations.updateSettings,
  'POST /integrations/{integrationId}/validate': integrations.validateConnectivity,
}
