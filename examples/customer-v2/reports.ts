import { randomUUID } from 'node:crypto'
import type { Document } from './documents.ts'
import { json, type Request, type Respond, text } from './request.ts'

async function figures({ documents, organization }: Request) {
  const [flows, runs] = await Promise.all([documents.list(organization, 'flow'), documents.list(organization, 'run')])
  const count = (member: string, list: readonly Document[]) =>
    Object.fromEntries(
      Object.entries(Object.groupBy(list, (one) => String(one[member]))).map(([k, v]) => [k, v?.length]),
    )
  return { flows: flows.length, byState: count('state', flows), runs: runs.length, byKind: count('kind', runs) }
}

export const viewReports: Respond = async (request) =>
  json(200, { ...(await figures(request)), mayExport: request.can('reporting.export') })

export const queryReports: Respond = async (request) => {
  const state = text(request.body, 'state')
  const flows = await request.documents.list(request.organization, 'flow')
  return json(200, { flows: flows.filter((flow) => state === undefined || flow['state'] === state).length })
}

export const exportReports: Respond = async (request) => {
  const rows = Object.entries(await figures(request)).map(([name, value]) => `${name},"${JSON.stringify(value)}"`)
  return { statusCode: 200, headers: { 'content-type': 'text/csv' }, body: ['figure,value', ...rows].join('\n') }
}

export const liveSessions: Respond = async (request) => {
  const runs = await request.documents.list(request.organization, 'run')
  return json(200, { sessions: runs.filter(({ kind }) => kind === 'execution') })
}

export const listExtracts: Respond = async (request) =>
  json(200, { extracts: await request.documents.list(request.organization, 'extract') })

export const createExtract: Respond = async (request) => {
  const extract = { id: randomUUID(), name: text(request.body, 'name') ?? 'Extract', by: request.account }
  return json(201, await request.documents.write(request.organization, 'extract', extract))
}
