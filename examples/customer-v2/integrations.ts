import { randomUUID } from 'node:crypto'
import type { Kind } from './documents.ts'
import { json, problem, type Respond, text } from './request.ts'

const create =
  (kind: Kind): Respond =>
  async ({ body, documents, organization, account }) => {
    const name = text(body, 'name')
    if (name === undefined) return problem(400, 'A name is missing', 'body.name is a text of 1 to 200 characters')
    return json(201, await documents.write(organization, kind, { id: randomUUID(), name, createdBy: account }))
  }

const update =
  (kind: Kind, parameter: string, member?: string): Respond =>
  async (request) => {
    const { body, documents, organization, account } = request
    const found = await documents.read(organization, kind, request.parameter(parameter))
    if (found === undefined) return problem(404, `There is no such ${kind}`)
    const name = text(body, 'name') ?? found['name']
    const changed = member === undefined ? { name } : { [member]: body }
    return json(200, await documents.write(organization, kind, { ...found, ...changed, changedBy: account }))
  }

export const listIntegrations: Respond = async ({ documents, organization, can }) => {
  const integrations = await documents.list(organization, 'integration')
  return json(200, { integrations, mayCreate: can('integrations.create') })
}

export const createIntegration: Respond = create('integration')
export const configureIntegration: Respond = update('integration', 'integrationId')
export const updateSettings: Respond = update('integration', 'integrationId', 'settings')
export const createWidget: Respond = create('widget')
export const updateWidget: Respond = update('widget', 'widgetId')

export const validateConnectivity: Respond = async (request) => {
  const found = await request.documents.read(request.organization, 'integration', request.parameter('integrationId'))
  if (found === undefined) return problem(404, 'There is no such integration')
  return json(200, { id: found.id, configured: found['settings'] !== undefined })
}
