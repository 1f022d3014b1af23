import type { IncomingMessage } from 'node:http'
import type { AccountKey } from '@rolecast/core/domain/assignment/statement'
import * as v from 'valibot'
import { type Account, type Accounts, type Change, etagOf, statementOf } from './accounts.ts'
import type { Clients, Scope } from './clients.ts'
import type { Faults, Target } from './faults.ts'
import { json, parseJson, plainProblem, problem, type Reply, readText } from './http.ts'
import type { RateLimiter } from './rate-limit.ts'

const MAX_PEOPLE = 50
const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._~@|:+-]{0,127}$/
const ENTITY_TAG = /^"[\x21\x23-\x7e]{1,126}"$/

const newRoles = v.strictObject({
  roles: v.pipe(
    v.array(
      v.strictObject({
        application: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,63}$/)),
        role: v.pipe(v.string(), v.regex(/^(custom:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)),
      }),
    ),
    v.maxLength(300),
    v.check((roles) => new Set(roles.map((each) => `${each.application} ${each.role}`)).size === roles.length),
  ),
})

export interface ApiParts {
  readonly accounts: Accounts
  readonly clients: Clients
  readonly faults: Faults
  readonly limiter: RateLimiter
}

/** An answer, and what it was about, by which a fault may hit it. */
export interface ApiReply {
  readonly reply: Reply
  readonly target?: Target
}

type Handler = (call: Call) => ApiReply | Promise<ApiReply>

interface Call {
  readonly parts: ApiParts
  readonly request: IncomingMessage
  readonly query: URLSearchParams
  readonly organization: string
  readonly account: string
}

interface Operation {
  readonly method: 'GET' | 'PUT'
  readonly path: RegExp
  readonly scope: Scope
  readonly handle: Handler
}

const operations: readonly Operation[] = [
  {
    method: 'GET',
    path: /^\/v1\/organizations\/([^/]+)\/accounts$/,
    scope: 'statements:read',
    handle: (call) => ({ reply: listStatements(call), target: { organization: call.organization } }),
  },
  {
    method: 'GET',
    path: /^\/v1\/organizations\/([^/]+)\/accounts\/([^/]+)$/,
    scope: 'statements:read',
    handle: (call) => ({
      reply: readStatement(call),
      target: { organization: call.organization, account: call.account },
    }),
  },
  {
    method: 'PUT',
    path: /^\/v1\/organizations\/([^/]+)\/accounts\/([^/]+)\/roles$/,
    scope: 'roles:write',
    handle: async (call) => ({ reply: await replaceRoles(call) }),
  },
  {
    method: 'GET',
    path: /^\/v1\/organizations\/([^/]+)\/people$/,
    scope: 'people:read',
    handle: (call) => ({ reply: searchPeople(call) }),
  },
]

/** Answers the operations of events/identity-admin/openapi.yaml. */
export async function answerApi(parts: ApiParts, request: IncomingMessage, url: URL): Promise<ApiReply> {
  if (url.pathname === '/oauth/token') return answerToken(parts, request)
  const onPath = operations.filter(({ path }) => path.test(url.pathname))
  const operation = onPath.find(({ method }) => method === request.method)
  if (operation === undefined) {
    const allow = onPath.map(({ method }) => method).join(', ')
    return { reply: allow === '' ? plainProblem(404, 'No such path') : plainProblem(405, 'No such method', { allow }) }
  }

  const client = parts.clients.verify(request.headers.authorization)
  if (client === undefined) {
    return { reply: problem('unauthenticated', { headers: { 'www-authenticate': 'Bearer realm="ix-admin"' } }) }
  }
  const seconds = parts.limiter.take(client.clientId)
  if (seconds > 0) return { reply: problem('too-many-requests', { headers: { 'retry-after': String(seconds) } }) }
  if (!client.scopes.includes(operation.scope)) return { reply: problem('insufficient-scope') }

  const [, ...parameters] = operation.path.exec(url.pathname) ?? []
  const [organization, account = ''] = parameters.map(decoded)
  if (
    organization === undefined ||
    !parameters.map(decoded).every((each) => each !== undefined && IDENTIFIER.test(each))
  ) {
    return { reply: problem('bad-request', { detail: 'A name in the path is not one that can exist' }) }
  }
  if (!parts.accounts.hasOrganization(organization)) return { reply: problem('organization-not-found') }
  return operation.handle({ parts, request, query: url.searchParams, organization, account })
}

async function answerToken(parts: ApiParts, request: IncomingMessage): Promise<ApiReply> {
  if (request.method !== 'POST') return { reply: plainProblem(405, 'No such method', { allow: 'POST' }) }
  const seconds = parts.limiter.take('/oauth/token')
  if (seconds > 0) return { reply: problem('too-many-requests', { headers: { 'retry-after': String(seconds) } }) }
  const body = await readText(request, 'application/x-www-form-urlencoded')
  return { reply: parts.clients.issue(request.headers.authorization, body), target: { token: true } }
}

function readStatement({ parts, request, organization, account }: Call): Reply {
  const found = parts.accounts.find({ organization, account })
  if (found === undefined) return problem('account-not-found')
  const sent = request.headers['if-none-match']
  if (sent !== undefined && !ENTITY_TAG.test(sent)) return problem('bad-request', { detail: 'If-None-Match' })
  // A fault that spoils the content needs some.
  const spoilt = /garbage|partial/.test(parts.faults.for({ organization, account })?.kind ?? '')
  return sent === etagOf(found) && !spoilt ? { status: 304, headers: { etag: sent }, body: '' } : statementReply(found)
}

function listStatements({ parts, query, organization }: Call): Reply {
  const limit = query.get('limit') ?? '100'
  const cursor = query.get('cursor') ?? undefined
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > 500) return problem('bad-request', { detail: 'limit' })
  if (cursor === '' || (cursor?.length ?? 0) > 512) return problem('bad-request', { detail: 'cursor' })
  const after = parts.accounts.after(organization, cursor)
  const page = after.slice(0, Number(limit))
  const next = after.length > page.length ? (page.at(-1)?.account ?? null) : null
  return json(200, { statements: page.map(stated), next, complete: true })
}

function searchPeople({ parts, query, organization }: Call): Reply {
  const wanted = query.get('query') ?? ''
  if (wanted === '' || wanted.length > 200) return problem('bad-request', { detail: 'query' })
  const found = parts.accounts.search(organization, wanted)
  const people = found.slice(0, MAX_PEOPLE).map(({ account, name, username, email, status }) => {
    return { account, name, username, email, status }
  })
  return json(200, { people, complete: people.length === found.length })
}

async function replaceRoles({ parts, request, organization, account }: Call): Promise<Reply> {
  const etag = request.headers['if-match']
  if (etag === undefined) return problem('precondition-required')
  if (!ENTITY_TAG.test(etag)) return problem('bad-request', { detail: 'If-Match' })
  const actor = request.headers['acting-account']
  if (typeof actor !== 'string' || !IDENTIFIER.test(actor)) return problem('bad-request', { detail: 'Acting-Account' })
  const body = v.safeParse(newRoles, parseJson((await readText(request, 'application/json')) ?? ''))
  if (!body.success) return problem('bad-request', { detail: 'The body is not a set of roles' })
  const acting: AccountKey = { organization, account: actor }
  return changeReply(
    await parts.accounts.replaceRoles({ organization, account }, { acting, etag, roles: body.output.roles }),
  )
}

function changeReply(change: Change): Reply {
  switch (change.outcome) {
    case 'changed':
    case 'same':
      return statementReply(change.account)
    case 'not_an_administrator':
      return problem('not-an-administrator')
    case 'not_found':
      return problem('account-not-found')
    case 'changed_since':
      return problem('changed-since')
    case 'unknown_role':
      return problem('unknown-role', { detail: `${change.role.application}: ${change.role.role}` })
  }
}

function statementReply(account: Account): Reply {
  return json(200, stated(account), { etag: etagOf(account) })
}

function stated(account: Account): object {
  const { occurredAt, ...rest } = statementOf(account)
  return { ...rest, complete: true, occurredAt }
}

function decoded(parameter: string): string | undefined {
  try {
    return decodeURIComponent(parameter)
  } catch {
    return undefined
  }
}
