import { json, type Reply } from '../ix-admin/http.ts'
import { type Call, type Dialect, type StandIn, type StandInOptions, startStandIn } from './stand-in.ts'
import { type IssuerClient, TokenIssuer } from './token-issuer.ts'
import { type SourceUser, Truth } from './truth.ts'

export interface KeycloakOptions extends StandInOptions {
  readonly realm: string
  readonly client: IssuerClient
}

export interface KeycloakStandIn extends StandIn {
  /** As after a restart. */
  revokeTokens(): void
}

/**
 * A stand-in for the parts of Keycloak's Admin REST API that Rolecast reads. What a user holds is, by its spelling, a group (`/path`), a
 * role of a client (`client:role`) or a role of the realm. Keycloak itself limits no rates; a proxy before it does.
 * @throws PortOccupied
 */
export async function startKeycloak(options: KeycloakOptions): Promise<KeycloakStandIn> {
  const truth = new Truth(options.users)
  const issuer = new TokenIssuer(options.client, options.clock ?? Date.now)
  const dialect: Dialect = {
    what: 'Keycloak',
    tokenPath: `/realms/${options.realm}/protocol/openid-connect/token`,
    token: (headers, form) => issuer.issue(headers, form, 'header'),
    unauthorized: ({ authorization }) =>
      issuer.knows(authorization) ? undefined : json(401, { error: 'HTTP 401 Unauthorized' }),
    answer: (call) => answer(truth, options.realm, call),
    tooMany: ({ seconds }) => json(429, { error: 'Too many requests' }, { 'retry-after': String(seconds) }),
  }
  return { ...(await startStandIn(dialect, truth, options)), revokeTokens: () => issuer.revokeAll() }
}

function answer(truth: Truth, itsRealm: string, call: Call): ReturnType<Dialect['answer']> {
  const [admin, realms, realm, users, id, ...rest] = call.path
  if (`${admin}/${realms}` !== 'admin/realms') return { reply: json(404, { error: 'HTTP 404 Not Found' }) }
  if (realm !== itsRealm) return { reply: json(404, { error: 'Realm not found.' }) }
  if (users === 'roles' || users === 'clients') return { reply: json(200, role(call.path.at(-1) ?? '')) }
  if (users !== 'users') return { reply: json(404, { error: 'HTTP 404 Not Found' }) }
  if (id === undefined) return { reply: json(200, slice(truth.all(), call).map(shown)) }
  if (id === 'count' && rest.length === 0) return { reply: json(200, truth.all().length) }
  const user = truth.find(id)
  return { reply: user === undefined ? json(404, { error: 'User not found' }) : about(user, rest, call), user: id }
}

function about(user: SourceUser, rest: readonly string[], call: Call): Reply {
  const groups = user.holds.filter((each) => each.startsWith('/'))
  const roles = user.holds.filter((each) => !each.startsWith('/'))
  const path = rest.join('/')
  if (path === '') return json(200, shown(user))
  if (path === 'groups')
    return json(
      200,
      slice(groups, call).map((each) => ({ id: `id-of${each}`, name: each, path: each })),
    )
  if (path === 'groups/count') return json(200, { count: groups.length })
  if (path === 'role-mappings/realm/composite') return json(200, roles.filter((each) => !each.includes(':')).map(role))
  const [, client] = /^role-mappings\/clients\/([^/]+)\/composite$/.exec(path) ?? []
  if (client === undefined) return json(404, { error: 'HTTP 404 Not Found' })
  const prefix = `${client}:`
  return json(
    200,
    roles.filter((each) => each.startsWith(prefix)).map((each) => role(each.slice(prefix.length))),
  )
}

function slice<T>(all: readonly T[], { query }: Call): readonly T[] {
  const first = Number(query.get('first') ?? 0)
  return all.slice(first, first + Number(query.get('max') ?? 100))
}

function shown({ id, login, active }: SourceUser): object {
  return { id, username: login, enabled: active, emailVerified: true, createdTimestamp: 1_767_603_600_000, totp: false }
}

function role(name: string): object {
  return { id: `id-of-${name}`, name, composite: false, clientRole: false, containerId: 'stand-in' }
}
