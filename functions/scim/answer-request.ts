import { defaultSettings } from '@rolecast/core/application/directory/ports'
import { parseStrictJson } from '@rolecast/core/domain/claims/strict-json'
import { accept, type Outcome, type Refusal, refuse } from '@rolecast/core/domain/decision/refusal'
import type { Json, JsonObject } from '@rolecast/core/domain/scim/json'
import type { ResourceType } from '@rolecast/core/domain/scim/resource-type'
import { answerBulk } from './bulk.ts'
import type { ScimContext, ScimDependencies } from './context.ts'
import { groups, resourceTypes, users } from './definitions.ts'
import { describeResourceTypes, describeRoles, describeSchemas, oneOf, wholeList } from './discovery.ts'
import { errorAnswer, type ScimAnswer, type ScimRequest } from './http.ts'
import { readQuery, readSearch } from './query.ts'
import { answerResource, answerResources } from './resource-routes.ts'
import { search } from './search.ts'
import { bulkLimits, serviceProviderConfig } from './service-provider-config.ts'

/** Answers a request of a SCIM client. Whom it speaks for is said by its token alone: no path names an organization. */
export async function answerRequest(dependencies: ScimDependencies, request: ScimRequest): Promise<ScimAnswer> {
  // RFC 7643 section 5: how to authenticate is to be found out without having authenticated.
  const isOpen = request.path.toLowerCase() === '/serviceproviderconfig' && isRead(request.method)
  if (isOpen) return request.query.has('filter') ? refused(dependencies, filtered) : describeItself(dependencies)
  const context = await authenticate(dependencies, request)
  if (!context.ok) return refused(dependencies, context.refusal)
  const answer = await route(context.value, request)
  return answer.ok ? answer.value : refused(dependencies, answer.refusal)
}

function refused({ log }: ScimDependencies, refusal: Refusal): ScimAnswer {
  log('refused', { code: refusal.code })
  const allow = refusal.evidence?.['allow']
  return errorAnswer(refusal, typeof allow === 'string' ? { allow } : {})
}

/** The organization whose token was presented (RFC 6750 section 2.1). Tokens are found by their hash, which no caller can steer. */
async function authenticate(dependencies: ScimDependencies, { headers }: ScimRequest): Promise<Outcome<ScimContext>> {
  const { scimTokens, directory, clock, hash } = dependencies
  const header = headers['authorization']
  if (header === undefined) return refuse('no_token')
  const [, token] = /^bearer +([A-Za-z0-9._~+/=-]{1,256})$/i.exec(header) ?? []
  if (token === undefined) return refuse('scim_token_refused')
  const tokenHash = hash(token)
  const found = await scimTokens.findToken(tokenHash, clock())
  if (found === undefined) return refuse('scim_token_refused')
  const { organization } = found
  const settings = (await directory.readSettings(organization)) ?? { organization, ...defaultSettings }
  return accept({ ...dependencies, organization, settings, tokenHash })
}

const readMethods = ['GET', 'HEAD']

function isRead(method: string): boolean {
  return readMethods.includes(method)
}

/** Which route a path is; endpoints are compared as they are written, ids exactly. */
async function route(context: ScimContext, request: ScimRequest): Promise<Outcome<ScimAnswer>> {
  const [, endpoint = '', id, ...more] = request.path.split('/')
  if (more.length > 0) return refuse('no_such_endpoint')
  const type = resourceTypes.find((each) => each.endpoint === `/${endpoint}`)
  if (type !== undefined) return typeRoute(context, request, { type, id })
  switch (endpoint) {
    case '':
      return allowing(['GET'], request) ?? searched(context, [users, groups], request)
    case '.search':
      return id === undefined ? searchRoute(context, [users, groups], request) : refuse('no_such_endpoint')
    case 'Me':
      return refuse('scim_not_implemented')
    case 'Bulk':
      return id === undefined ? bulkRoute(context, request) : refuse('no_such_endpoint')
    default:
      return describing(context, request, { endpoint, id })
  }
}

function typeRoute(
  context: ScimContext,
  request: ScimRequest,
  { type, id }: { readonly type: ResourceType; readonly id: string | undefined },
): Promise<Outcome<ScimAnswer>> | Outcome<ScimAnswer> {
  if (id === '.search') return searchRoute(context, [type], request)
  if (id === undefined) {
    if (isRead(request.method)) return searched(context, [type], request)
    return (
      allowing(['GET', 'POST'], request) ?? withBody(request, (body) => answerResources(context, type, request, body))
    )
  }
  const wrong = allowing(['GET', 'PUT', 'PATCH', 'DELETE'], request)
  if (wrong !== undefined) return wrong
  const target = { type, id: decoded(id) }
  if (request.method === 'PUT' || request.method === 'PATCH') {
    return withBody(request, (body) => answerResource(context, target, request, body))
  }
  return answerResource(context, target, request, null)
}

async function searched(
  context: ScimContext,
  types: readonly ResourceType[],
  { query }: ScimRequest,
): Promise<Outcome<ScimAnswer>> {
  const read = readQuery(query)
  if (!read.ok) return read
  const found = await search(context, types, read.value)
  return found.ok ? accept(answered(found.value)) : found
}

function searchRoute(
  context: ScimContext,
  types: readonly ResourceType[],
  request: ScimRequest,
): Promise<Outcome<ScimAnswer>> | Outcome<ScimAnswer> {
  return (
    allowing(['POST'], request) ??
    withBody(request, async (body) => {
      const read = readSearch(body)
      if (!read.ok) return read
      const found = await search(context, types, read.value)
      return found.ok ? accept(answered(found.value)) : found
    })
  )
}

function bulkRoute(context: ScimContext, request: ScimRequest): Promise<Outcome<ScimAnswer>> | Outcome<ScimAnswer> {
  return (
    allowing(['POST'], request) ??
    withBody(request, async (body) => {
      const done = await answerBulk(context, body, (each) => route(context, each))
      return done.ok ? accept(answered(done.value)) : done
    })
  )
}

/** What describes the service (RFC 7644 section 4): lists that are neither filtered nor paged. */
async function describing(
  context: ScimContext,
  request: ScimRequest,
  { endpoint, id }: { readonly endpoint: string; readonly id: string | undefined },
): Promise<Outcome<ScimAnswer>> {
  // Reading it was answered before anybody had to say who they are.
  if (endpoint === 'ServiceProviderConfig' && id === undefined)
    return refuse('method_not_allowed', { allow: 'GET, HEAD' })
  const resources = await describedAt(context, endpoint)
  if (resources === undefined) return refuse('no_such_endpoint')
  const wrong = allowing(['GET'], request)
  if (wrong !== undefined) return wrong
  if (request.query.has('filter')) return { ok: false, refusal: filtered }
  if (id === undefined) return accept(answered(wholeList(resources)))
  const found = oneOf(resources, decoded(id))
  return found.ok ? accept(answered(found.value)) : found
}

async function describedAt(context: ScimContext, endpoint: string): Promise<readonly JsonObject[] | undefined> {
  switch (endpoint) {
    case 'ResourceTypes':
      return describeResourceTypes(context)
    case 'Schemas':
      return describeSchemas(context)
    case 'Roles':
      return describeRoles(context, 'Role')
    case 'Entitlements':
      return describeRoles(context, 'Entitlement')
    default:
      return undefined
  }
}

const filtered: Refusal = { code: 'scim_filter_forbidden' }

function describeItself({ baseUrl }: ScimDependencies): ScimAnswer {
  return answered(serviceProviderConfig(baseUrl))
}

function answered(body: JsonObject): ScimAnswer {
  return { status: 200, headers: {}, body }
}

/** `undefined` where the method is one of these; HEAD goes with GET. */
function allowing(methods: readonly string[], { method }: ScimRequest): Outcome<never> | undefined {
  const all = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  return all.includes(method) ? undefined : refuse('method_not_allowed', { allow: all.join(', ') })
}

const mediaTypes = ['application/scim+json', 'application/json']

async function withBody(
  { headers, body }: ScimRequest,
  answer: (body: Json) => Promise<Outcome<ScimAnswer>>,
): Promise<Outcome<ScimAnswer>> {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== undefined && !mediaTypes.includes(type)) return refuse('scim_media_type')
  if (body.length > bulkLimits.payload) {
    return refuse('scim_too_large', { detail: `a body has at most ${bulkLimits.payload} bytes` })
  }
  const read = parseStrictJson(Buffer.from(body).toString('utf8'), deepest)
  if (read === undefined) {
    return refuse('scim_invalid_syntax', { detail: 'the body is no JSON, repeats a name, or is nested too deep' })
  }
  return answer(read.value as Json)
}

/** No resource nests more than a few levels; a bulk request a few more. */
const deepest = 20

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
