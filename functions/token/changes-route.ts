import type { ChangeFeed } from '@rolecast/core/application/change-feed'
import { type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { type HttpAnswer, type HttpRequest, jsonAnswer, noStore } from './http.ts'
import { readParameter } from './presented-token.ts'
import { problem } from './refusals.ts'

interface ChangesDependencies {
  readonly changeFeed: Pick<ChangeFeed, 'readPage'>
  readonly catalogs: ReadonlyMap<string, unknown>
}

/** `GET /changes?application=&after=`: what was taken away, for those who verify tokens. Public: it names nobody. */
export async function changes(dependencies: ChangesDependencies, request: HttpRequest): Promise<HttpAnswer> {
  const question = readQuestion(dependencies, request)
  const page = question.ok ? await dependencies.changeFeed.readPage(question.value) : question
  return page.ok ? jsonAnswer(page.value, noStore) : problem(page.refusal)
}

function readQuestion(
  { catalogs }: ChangesDependencies,
  { query }: HttpRequest,
): Outcome<{ readonly application: string; readonly after?: string }> {
  const application = readParameter(query, 'application')
  if (!application.ok) return application
  if (application.value === undefined) {
    return refuse('invalid_request', { parameter: 'application', reason: 'missing' })
  }
  if (!catalogs.has(application.value)) return refuse('unknown_application')
  const after = readParameter(query, 'after')
  if (!after.ok) return after
  return {
    ok: true,
    value: { application: application.value, ...(after.value !== undefined && { after: after.value }) },
  }
}
