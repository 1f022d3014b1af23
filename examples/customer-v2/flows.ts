import { randomUUID } from 'node:crypto'
import type { Document } from './documents.ts'
import { type Answer, json, problem, type Request, type Respond, text } from './request.ts'

type Flow = Document & { readonly name: string; readonly state: 'draft' | 'live'; readonly version: number }

/** A flow as this person sees it, with what they may do next: the user interface shows exactly these controls. */
function present(flow: Document, { can }: Request) {
  const actions = {
    edit: can('flows.steps.edit'),
    publish: can('flows.publish'),
    delete: can('flows.delete'),
    deploy: can('deployments.flow.deploy'),
  }
  return { ...flow, actions }
}

async function withFlow(request: Request, then: (flow: Flow) => Promise<Answer>): Promise<Answer> {
  const flow = await request.documents.read(request.organization, 'flow', request.parameter('flowId'))
  return flow === undefined ? problem(404, 'There is no such flow') : then(flow as Flow)
}

const change =
  (edit: (flow: Flow, request: Request) => Record<string, unknown>): Respond =>
  (request) =>
    withFlow(request, async (flow) => {
      const next = { ...flow, ...edit(flow, request), changedBy: request.account }
      return json(200, present(await request.documents.write(request.organization, 'flow', next), request))
    })

export const listFlows: Respond = async (request) => {
  const flows = await request.documents.list(request.organization, 'flow')
  return json(200, { flows: flows.map((flow) => present(flow, request)), mayCreate: request.can('flows.create') })
}

export const createFlow: Respond = async (request) => {
  const name = text(request.body, 'name')
  if (name === undefined) return problem(400, 'A flow needs a name', 'body.name is a text of 1 to 200 characters')
  const flow: Flow = { id: randomUUID(), name, state: 'draft', version: 1, createdBy: request.account }
  return json(201, present(await request.documents.write(request.organization, 'flow', flow), request))
}

export const readFlow: Respond = (request) => withFlow(request, async (flow) => json(200, present(flow, request)))

export const readConfiguration: Respond = (request) =>
  withFlow(request, async ({ id, settings = {}, integrations = [], channels = {} }) =>
    json(200, { id, settings, integrations, channels }),
  )

export const deleteFlow: Respond = async (request) => {
  const removed = await request.documents.remove(request.organization, 'flow', request.parameter('flowId'))
  return removed ? { statusCode: 204, body: '' } : problem(404, 'There is no such flow')
}

export const editSteps: Respond = change((flow, { body }) => ({
  steps: body['steps'] ?? [],
  state: 'draft',
  version: flow.version + 1,
}))

export const editSettings: Respond = change((flow, { body }) => ({
  name: text(body, 'name') ?? flow.name,
  settings: body['settings'] ?? flow['settings'] ?? {},
}))

export const saveDraft: Respond = change((_flow, { body }) => ({ draft: body['draft'] ?? {} }))

export const useIntegration: Respond = change((flow, request) => {
  const used = Array.isArray(flow['integrations']) ? flow['integrations'] : []
  return { integrations: [...new Set([...used, request.parameter('integrationId')])] }
})

export const publishFlow: Respond = change((flow, { account }) => ({
  state: 'live',
  published: { version: flow.version, by: account },
}))

export const releaseFlow: Respond = change((flow, { account }) => ({
  released: { version: flow.version, by: account },
}))

export const configureChannel: Respond = change((flow, request) => ({
  channels: { ...(flow['channels'] as object | undefined), [request.parameter('channel')]: request.body },
}))

export const deployFlow: Respond = (request) =>
  withFlow(request, async ({ id, version }) => {
    const deployment = { id: randomUUID(), flow: id, version, by: request.account }
    return json(201, await request.documents.write(request.organization, 'deployment', deployment))
  })

export const validateFlow: Respond = (request) =>
  withFlow(request, async (flow) => {
    const empty = !Array.isArray(flow['steps']) || flow['steps'].length === 0
    return json(200, { valid: !empty, findings: empty ? ['The flow has no steps'] : [] })
  })

/** Testing and executing both leave a run behind; `kind` tells them apart in the history. */
const run =
  (kind: 'test' | 'execution'): Respond =>
  (request) =>
    withFlow(request, async ({ id, version }) => {
      const record = { id: randomUUID(), flow: id, version, kind, by: request.account }
      return json(202, await request.documents.write(request.organization, 'run', record))
    })

export const testFlow: Respond = run('test')
export const executeFlow: Respond = run('execution')

export const listRuns: Respond = async (request) => {
  const runs = await request.documents.list(request.organization, 'run')
  return json(200, { runs: runs.filter(({ flow }) => flow === request.parameter('flowId')) })
}
