import { json, type Reply } from '../ix-admin/http.ts'
import { type Call, type Dialect, type StandIn, type StandInOptions, startStandIn } from './stand-in.ts'
import { type SourceUser, Truth } from './truth.ts'

export interface ScimOptions extends StandInOptions {
  readonly token: string
}

/**
 * A stand-in for a SCIM 2.0 service provider that is read: `/scim/v2/Users` by id, by `eq` filter, by index (RFC 7644) and by cursor
 * (RFC 9865), with ETags. What a user holds is a group where it begins with `group-`, else a role. @throws PortOccupied
 */
export function startScim(options: ScimOptions): Promise<StandIn> {
  const truth = new Truth(options.users)
  const dialect: Dialect = {
    what: 'SCIM service provider',
    unauthorized: ({ authorization }) =>
      authorization === `Bearer ${options.token}` ? undefined : problem(401, 'Who is asking?'),
    answer: (call) => {
      const [scim, v2, users, id, ...more] = call.path
      if (`${scim}/${v2}/${users}` !== 'scim/v2/Users' || more.length > 0)
        return { reply: problem(404, 'No such resource') }
      if (id === undefined) return listed(truth, call)
      const user = truth.find(id)
      return { reply: user === undefined ? problem(404, 'No such resource') : single(truth, user, call), user: id }
    },
    tooMany: ({ seconds }) => problem(429, 'Too many requests', { 'retry-after': String(seconds) }),
  }
  return startStandIn(dialect, truth, options)
}

function single(truth: Truth, user: SourceUser, { headers }: Call): Reply {
  const etag = `W/"${truth.version(user.id)}"`
  if (headers['if-none-match'] === etag) return { status: 304, headers: { etag }, body: '' }
  return scimJson(200, shown(user), { etag })
}

function listed(truth: Truth, call: Call): { reply: Reply; user?: string } {
  const filter = call.query.get('filter')
  if (filter === null) return { reply: page(truth.all(), call.query) }
  const [, attribute = '', quoted = ''] = /^(userName|externalId) eq ("(?:[^"\\]|\\.)*")$/.exec(filter) ?? []
  if (attribute === '') return { reply: problem(400, 'Only eq is understood', {}, 'invalidFilter') }
  const name = String(JSON.parse(quoted)).toLowerCase()
  const found = truth.all().filter(({ login }) => login.toLowerCase() === name)
  return { reply: page(found, call.query), ...(found[0] !== undefined && { user: found[0].id }) }
}

function page(users: readonly SourceUser[], query: URLSearchParams): Reply {
  const count = Math.min(Number(query.get('count') ?? 100), 200)
  const cursor = query.get('cursor')
  const start = cursor === null ? Number(query.get('startIndex') ?? 1) - 1 : Number(cursor)
  if (!Number.isInteger(start) || start < 0) return problem(400, 'No such cursor', {}, 'invalidCursor')
  const Resources = users.slice(start, start + count).map(shown)
  const place = cursor === null ? { startIndex: start + 1 } : {}
  const nextCursor = cursor !== null && start + count < users.length ? { nextCursor: String(start + count) } : {}
  return scimJson(200, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: users.length,
    itemsPerPage: Resources.length,
    ...place,
    ...nextCursor,
    Resources,
  })
}

function shown({ id, login, active, holds }: SourceUser): object {
  const roles = holds.filter((each) => !each.startsWith('group-'))
  const groups = holds.filter((each) => each.startsWith('group-'))
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id,
    externalId: login,
    userName: login,
    active,
    // Without a value an attribute is left out (RFC 7643 section 2.5).
    ...(roles.length > 0 && { roles: roles.map((value) => ({ value })) }),
    ...(groups.length > 0 && { groups: groups.map((value) => ({ value, display: value })) }),
    meta: { resourceType: 'User' },
  }
}

function problem(status: number, detail: string, headers = {}, scimType?: string): Reply {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error']
  return scimJson(status, { schemas, status: String(status), detail, ...(scimType && { scimType }) }, headers)
}

function scimJson(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Reply {
  return json(status, body, { 'content-type': 'application/scim+json', ...headers })
}
