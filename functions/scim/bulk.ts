import { accept, type Outcome, refuse } from '@rolecast/core/domain/decision/refusal'
import { attempt, fail } from '@rolecast/core/domain/scim/attempt'
import { isObject, type Json, type JsonObject } from '@rolecast/core/domain/scim/json'
import { checkSchemas } from '@rolecast/core/domain/scim/read-resource'
import type { ScimContext } from './context.ts'
import { errorBody, type ScimAnswer, type ScimRequest } from './http.ts'
import { memberOf } from './patch-request.ts'
import { bulkLimits } from './service-provider-config.ts'

const requestSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const responseSchema = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'

interface Operation {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly bulkId?: string
  readonly version?: string
  readonly data: Json
}

type Route = (request: ScimRequest) => Promise<Outcome<ScimAnswer>>

/**
 * Several operations in one request (RFC 7644 section 3.7), each as if it had come alone. What another creates under a `bulkId` is named
 * `bulkId:<it>`; operations wait for those that they name. After `failOnErrors` errors the rest is not done, and not
 * in the answer. Refuses with `scim_invalid_syntax`, `scim_invalid_value` or `scim_too_large`.
 */
export async function answerBulk(context: ScimContext, body: Json, route: Route): Promise<Outcome<JsonObject>> {
  const read = readBulk(body)
  if (!read.ok) return read
  const { operations, failOnErrors } = read.value
  const created = new Map<string, string | undefined>()
  const results = new Map<number, JsonObject>()
  let errors = 0
  let left = [...operations.entries()]
  while (left.length > 0 && errors < failOnErrors) {
    // Where all that is left waits for each other, the first goes ahead, and is refused what it asks for too early.
    const ready = left.find(([, each]) => referencesOf(each, operations).every((id) => created.has(id))) ?? left[0]
    if (ready === undefined) break
    const [index, operation] = ready
    left = left.filter((each) => each !== ready)
    const result = await perform(operation, created, { route, baseUrl: context.baseUrl })
    if (result.id !== undefined && operation.bulkId !== undefined) created.set(operation.bulkId, result.id)
    if (result.id === undefined && operation.bulkId !== undefined) created.set(operation.bulkId, undefined)
    if (Number(result.shown['status']) >= 400) errors += 1
    results.set(index, result.shown)
  }
  const shown = [...results].sort(([one], [other]) => one - other).map(([, each]) => each)
  return accept({ schemas: [responseSchema], Operations: shown })
}

function readBulk(body: Json): Outcome<{ readonly operations: readonly Operation[]; readonly failOnErrors: number }> {
  return attempt(() => {
    if (!isObject(body)) return fail('scim_invalid_syntax', 'the body is no JSON object')
    checkSchemas(body, requestSchema)
    const given = memberOf(body, 'Operations')
    if (!Array.isArray(given)) return fail('scim_invalid_syntax', '"Operations" is missing, or no list')
    if (given.length > bulkLimits.operations) {
      return fail('scim_too_large', `a bulk request has at most ${bulkLimits.operations} operations`)
    }
    const limit = memberOf(body, 'failOnErrors') ?? Number.MAX_SAFE_INTEGER
    if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1) {
      return fail('scim_invalid_value', '"failOnErrors" is a whole number from 1')
    }
    const operations = given.map(readOperation)
    const ids = operations.flatMap(({ bulkId }) => bulkId ?? [])
    if (new Set(ids).size !== ids.length) return fail('scim_invalid_value', 'a "bulkId" is there twice')
    return { operations, failOnErrors: limit }
  })
}

function readOperation(value: Json): Operation {
  if (!isObject(value)) return fail('scim_invalid_syntax', 'an operation is an object')
  const text = (name: string) => {
    const given = memberOf(value, name)
    return given === undefined || typeof given === 'string' ? given : fail('scim_invalid_syntax', `"${name}" is a text`)
  }
  const method = (['POST', 'PUT', 'PATCH', 'DELETE'] as const).find((each) => each === text('method')?.toUpperCase())
  if (method === undefined) return fail('scim_invalid_syntax', '"method" is POST, PUT, PATCH or DELETE')
  const path = text('path')
  if (path === undefined || !/^\/(?:Users|Groups)(?:\/[^/?#]+)?$/.test(path)) {
    return fail('scim_invalid_path', '"path" is that of a resource, or of its type')
  }
  const bulkId = text('bulkId')
  if (method === 'POST' && bulkId === undefined) return fail('scim_invalid_syntax', 'POST needs a "bulkId"')
  const version = text('version')
  return {
    method,
    path,
    ...(bulkId !== undefined && { bulkId }),
    ...(version !== undefined && { version }),
    data: memberOf(value, 'data') ?? null,
  }
}

const reference = /^bulkId:(.+)$/

/** The `bulkId`s that an operation names and that another one of the request creates. */
function referencesOf({ path, data }: Operation, operations: readonly Operation[]): readonly string[] {
  const named = new Set<string>()
  const note = (text: string) => {
    const [, id] = reference.exec(text) ?? []
    if (id !== undefined) named.add(id)
  }
  note(path.split('/')[2] ?? '')
  const walk = (value: Json): void => {
    if (typeof value === 'string') note(value)
    else if (Array.isArray(value)) for (const each of value) walk(each)
    else if (isObject(value)) for (const each of Object.values(value)) walk(each)
  }
  walk(data)
  return operations.flatMap(({ method, bulkId }) =>
    method === 'POST' && bulkId !== undefined && named.has(bulkId) ? bulkId : [],
  )
}

interface Result {
  readonly shown: JsonObject
  /** Of the resource, where it exists after the operation. */
  readonly id?: string | undefined
}

async function perform(
  operation: Operation,
  created: ReadonlyMap<string, string | undefined>,
  { route, baseUrl }: { readonly route: Route; readonly baseUrl: string },
): Promise<Result> {
  const { method, bulkId, version } = operation
  const head = { method, ...(bulkId !== undefined && { bulkId }), ...(version !== undefined && { version }) }
  const resolved = resolve(operation, created)
  const answer = resolved.ok ? await route(resolved.value) : resolved
  if (!answer.ok) {
    const response = errorBody(answer.refusal)
    const location = method === 'POST' ? {} : { location: `${baseUrl}${operation.path}` }
    return { shown: { ...head, ...location, status: String(response['status']), response } }
  }
  const { status, headers, body } = answer.value
  const location = headers['location'] ?? `${baseUrl}${operation.path}`
  const tag = headers['etag']
  return {
    shown: {
      ...head,
      location,
      ...(tag !== undefined && { version: tag }),
      status: String(status),
      ...(status >= 400 && body && { response: body }),
    },
    id: method === 'DELETE' ? undefined : location.split('/').at(-1),
  }
}

/** The request that the operation stands for. Refuses with `scim_invalid_value` where it names what was not created. */
function resolve(
  { method, path, version, data }: Operation,
  created: ReadonlyMap<string, string | undefined>,
): Outcome<ScimRequest> {
  let isMissing = false
  const replace = (text: string): string => {
    const [, id] = reference.exec(text) ?? []
    if (id === undefined) return text
    const made = created.get(id)
    if (made === undefined) isMissing = true
    return made ?? text
  }
  const walk = (value: Json): Json => {
    if (typeof value === 'string') return replace(value)
    if (Array.isArray(value)) return value.map(walk)
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, walk(each)])) : value
  }
  const [, endpoint = '', id] = path.split('/')
  const request = {
    method,
    path: id === undefined ? `/${endpoint}` : `/${endpoint}/${replace(id)}`,
    headers: { 'content-type': 'application/scim+json', ...(version !== undefined && { 'if-match': version }) },
    query: new URLSearchParams(),
    body: Buffer.from(JSON.stringify(walk(data))),
  }
  return isMissing
    ? refuse('scim_invalid_value', { detail: 'a "bulkId" names nothing that was created' })
    : accept(request)
}
