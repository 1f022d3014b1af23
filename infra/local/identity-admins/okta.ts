import { randomUUID } from 'node:crypto'
import { json, type Reply } from '../ix-admin/http.ts'
import { change, eventHook, type OktaChange } from './okta-changes.ts'
import { type Call, type Dialect, type StandIn, type StandInOptions, startStandIn } from './stand-in.ts'
import { type SourceUser, Truth } from './truth.ts'

export interface OktaOptions extends StandInOptions {
  readonly token: string
  /** Of the groups of a user; small, to see the paging. */
  readonly groupsPerPage?: number
}

export interface OktaStandIn extends StandIn {
  /** From now on changes are told there, by an event hook whose Authorization header is the secret. */
  hookTo(url: string, secret: string): void
}

/**
 * A stand-in for the parts of Okta's API that Rolecast reads: a user by id, login or short name, a user's groups, and the list of
 * users, with `Link` headers and `x-rate-limit-*`; and for those by which an administrator changes them. What is changed is
 * forgotten when it ends. @throws PortOccupied
 */
export async function startOkta(options: OktaOptions): Promise<OktaStandIn> {
  const truth = new Truth(options.users)
  const { token, groupsPerPage = 2, clock = Date.now } = options
  let hook: { readonly url: string; readonly secret: string } | undefined
  const tell = (changed: OktaChange) => {
    if (hook === undefined) return
    const to = hook
    const delivery = eventHook(changed, { id: randomUUID(), at: clock() })
    const fault = standIn.eventFault(changed.user.id)
    if (fault?.style === 'drop') return
    if (fault?.style === 'duplicate') void deliver(to, delivery)
    // What is delayed is also overtaken.
    const delayMs = fault?.style === 'delay' || fault?.style === 'reorder' ? fault.delayMs : 0
    setTimeout(() => void deliver(to, delivery), delayMs).unref()
  }
  const dialect: Dialect = {
    what: 'Okta',
    unauthorized: ({ authorization }) =>
      authorization === `SSWS ${token}` ? undefined : problem(401, 'E0000011', 'Invalid token provided'),
    answer: (call) => {
      const changed = change(truth, call, tell)
      if (changed !== undefined) return { reply: changed }
      const [api, v1, users, name, groups, ...more] = call.path
      if (`${api}/${v1}/${users}` !== 'api/v1/users' || more.length > 0) return { reply: notFound() }
      if (name === undefined) return { reply: listUsers(truth, call) }
      const user = find(truth, name)
      if (user === undefined) return { reply: notFound(), user: name }
      if (groups === undefined) return { reply: json(200, shown(user)), user: user.id }
      return { reply: groups === 'groups' ? listGroups(user, call, groupsPerPage) : notFound(), user: user.id }
    },
    tooMany: ({ perMinute, seconds, now }) =>
      problem(429, 'E0000047', 'API call exceeded rate limit due to too many requests.', {
        'x-rate-limit-limit': String(perMinute),
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': String(Math.ceil(now / 1000) + seconds),
      }),
  }
  const standIn = await startStandIn(dialect, truth, options)
  return {
    ...standIn,
    hookTo: (url, secret) => {
      hook = { url, secret }
    },
  }
}

/** As Okta does: one more attempt, then the event is lost. */
async function deliver({ url, secret }: { url: string; secret: string }, delivery: object): Promise<void> {
  const headers = { authorization: secret, 'content-type': 'application/json' }
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const signal = AbortSignal.timeout(3_000)
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(delivery), signal }).catch(
      () => undefined,
    )
    if (answer?.ok) return
  }
  console.error('Okta (stand-in): an event hook was not taken')
}

function find(truth: Truth, name: string): SourceUser | undefined {
  const byName = ({ login }: SourceUser) => login === name || login.split('@', 1)[0] === name
  return truth.find(name) ?? truth.all().find(byName)
}

/** Okta leaves deactivated users out of this list, and shows suspended ones. */
function listUsers(truth: Truth, { query, origin }: Call): Reply {
  const limit = Math.min(Number(query.get('limit') ?? 200), 200)
  const after = query.get('after')
  const users = truth.all().filter(({ unlisted }) => !unlisted)
  const start = after === null ? 0 : users.findIndex(({ id }) => id === after) + 1
  if (after !== null && start === 0) return problem(400, 'E0000031', 'Invalid search criteria.')
  const page = users.slice(start, start + limit)
  const last = page.at(-1)
  const more = last !== undefined && start + limit < users.length
  return json(
    200,
    page.map(shown),
    links(`${origin}/api/v1/users`, { limit: String(limit) }, more ? last.id : undefined),
  )
}

function listGroups(user: SourceUser, { query, origin }: Call, perPage: number): Reply {
  const start = Number(query.get('after') ?? 0)
  const page = user.holds.slice(start, start + perPage)
  const next = start + perPage < user.holds.length ? String(start + perPage) : undefined
  const groups = page.map((id) => ({ id, type: 'OKTA_GROUP', profile: { name: `Group ${id}`, description: null } }))
  return json(200, groups, links(`${origin}/api/v1/users/${encodeURIComponent(user.id)}/groups`, {}, next))
}

function links(
  url: string,
  query: Readonly<Record<string, string>>,
  after: string | undefined,
): Record<string, string> {
  const self = `<${url}?${new URLSearchParams(query)}>; rel="self"`
  if (after === undefined) return { link: self }
  return { link: `${self}, <${url}?${new URLSearchParams({ ...query, after })}>; rel="next"` }
}

function shown({ id, login, active, unlisted }: SourceUser): object {
  return {
    id,
    status: active ? 'ACTIVE' : unlisted ? 'DEPROVISIONED' : 'SUSPENDED',
    created: '2026-01-05T09:00:00.000Z',
    lastUpdated: '2026-01-05T09:00:00.000Z',
    profile: { login, email: login, firstName: 'Somebody', lastName: id },
    credentials: { provider: { type: 'OKTA', name: 'OKTA' } },
  }
}

function notFound(): Reply {
  return problem(404, 'E0000007', 'Not found: Resource not found (User)')
}

function problem(status: number, errorCode: string, errorSummary: string, headers = {}): Reply {
  return json(
    status,
    { errorCode, errorSummary, errorLink: errorCode, errorId: 'oae-stand-in', errorCauses: [] },
    headers,
  )
}
