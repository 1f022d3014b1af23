import { json, type Reply } from '../ix-admin/http.ts'
import { type Call, type Dialect, type StandIn, type StandInOptions, startStandIn } from './stand-in.ts'
import { type IssuerClient, TokenIssuer } from './token-issuer.ts'
import { type SourceUser, Truth } from './truth.ts'

export interface Auth0Options extends StandInOptions {
  readonly client: IssuerClient
  /** The one organization (`org_…`) whose members the users are. */
  readonly organization: string
}

export interface Auth0StandIn extends StandIn {
  /** As after a restart. */
  revokeTokens(): void
}

/**
 * A stand-in for the parts of Auth0's Management API that Rolecast reads: users, their organizations, and members with their roles,
 * by checkpoint paging, with `x-ratelimit-*`. @throws PortOccupied
 */
export async function startAuth0(options: Auth0Options): Promise<Auth0StandIn> {
  const truth = new Truth(options.users)
  const issuer = new TokenIssuer(options.client, options.clock ?? Date.now)
  const dialect: Dialect = {
    what: 'Auth0',
    tokenPath: '/oauth/token',
    token: (headers, form) =>
      form.has('audience') ? issuer.issue(headers, form, 'body') : json(403, { error: 'access_denied' }),
    unauthorized: ({ authorization }) =>
      issuer.knows(authorization) ? undefined : problem(401, 'Unauthorized', 'invalid_token'),
    answer: (call) => answer(truth, options.organization, call),
    tooMany: ({ perMinute, seconds, now }) => ({
      ...problem(429, 'Too Many Requests', 'too_many_requests'),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-ratelimit-limit': String(perMinute),
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.ceil(now / 1000) + seconds),
      },
    }),
  }
  return { ...(await startStandIn(dialect, truth, options)), revokeTokens: () => issuer.revokeAll() }
}

function answer(truth: Truth, organization: string, call: Call): ReturnType<Dialect['answer']> {
  const [, , kind, first, second, third, fourth] = call.path
  if (kind === 'users' && first !== undefined) {
    const user = truth.find(first)
    if (user === undefined) return { reply: noSuchUser(), user: first }
    if (second === undefined) return { reply: json(200, { user_id: user.id, blocked: !user.active }), user: first }
    const organizations = user.unlisted ? [] : [{ id: organization, name: 'stand-in', display_name: 'Stand-in' }]
    return { reply: second === 'organizations' ? json(200, { organizations }) : noSuchPath(), user: first }
  }
  if (kind !== 'organizations' || second !== 'members') return { reply: noSuchPath() }
  if (first !== organization) return { reply: problem(404, 'Not Found', 'inexistent_organization') }
  if (third === undefined) return { reply: listMembers(truth, call) }
  const user = truth.find(third)
  if (user === undefined) return { reply: noSuchUser(), user: third }
  return { reply: fourth === 'roles' ? listRoles(user, call) : noSuchPath(), user: third }
}

function listMembers(truth: Truth, { query }: Call): Reply {
  const take = Math.min(Number(query.get('take') ?? 50), 100)
  const members = truth.all().filter(({ unlisted }) => !unlisted)
  const from = query.get('from')
  const start = from === null ? 0 : members.findIndex(({ id }) => id === Buffer.from(from, 'base64url').toString())
  if (start < 0) return problem(400, 'Bad Request', 'invalid_paging')
  const withRoles = query.get('fields')?.split(',').includes('roles') ?? false
  const page = members.slice(start, start + take).map((user) => ({
    user_id: user.id,
    ...(withRoles && { roles: user.holds.map(role) }),
  }))
  const following = members[start + take]
  const next = following === undefined ? {} : { next: Buffer.from(following.id).toString('base64url') }
  return json(200, { members: page, ...next })
}

function listRoles({ holds }: SourceUser, { query }: Call): Reply {
  const perPage = Math.min(Number(query.get('per_page') ?? 50), 50)
  const start = Number(query.get('page') ?? 0) * perPage
  const roles = holds.slice(start, start + perPage).map(role)
  return json(
    200,
    query.get('include_totals') === 'true' ? { roles, start, limit: perPage, total: holds.length } : roles,
  )
}

function role(id: string): object {
  return { id, name: `Role ${id}`, description: '' }
}

function noSuchUser(): Reply {
  return problem(404, 'Not Found', 'inexistent_user')
}

function noSuchPath(): Reply {
  return problem(404, 'Not Found', 'not_found')
}

function problem(statusCode: number, error: string, errorCode: string): Reply {
  return json(statusCode, { statusCode, error, message: error, errorCode })
}
