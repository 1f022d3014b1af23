import { describe, expect, test } from 'vitest'
import { type Answer, always, type Script, scripted, settingsOf } from '../scripted.fixture.ts'
import { Auth0 } from './auth0.ts'

const ADA = 'auth0|ada'
const key = { organization: 'acme', account: ADA }
const deadlineMs = 2_000
const garbage = { outcome: 'garbage', detail: expect.any(String) }
const noUser = always({ statusCode: 404, error: 'Not Found', errorCode: 'inexistent_user' }, { status: 404 })

const user = (id = ADA, blocked?: boolean) => always({ user_id: id, ...(blocked !== undefined && { blocked }) })
const memberOf = (...ids: readonly string[]) => always({ organizations: ids.map((id) => ({ id, name: 'x' })) })
const roles = (...ids: readonly string[]) =>
  always({ roles: ids.map((id) => ({ id, name: 'Admin' })), start: 0, limit: 50, total: ids.length })

const whole: Script = { '/roles[?]': roles('rol_1'), '/organizations[?]': memberOf('org_1'), '/users/': user() }

function start(script: Script) {
  const around = scripted({
    ...script,
    ...Object.fromEntries(Object.entries(whole).filter(([path]) => !(path in script))),
  })
  const settings = settingsOf({
    kind: 'auth0',
    url: 'https://acme.auth0.example/',
    clientId: 'rolecast',
    organizations: { acme: 'org_1' },
    roles: { rol_1: 'customer-v2/flow_viewer' },
  })
  const auth0 = new Auth0(settings, 'hush', around.surroundings)
  return { ...around, auth0, read: () => auth0.readAccount(key, { deadlineMs }) }
}

describe('an Auth0 user', () => {
  test('has the mapped roles of a member, read by one token of the Management API', async () => {
    const { read, requests } = start({ '/roles[?]': roles('rol_1', 'rol_2') })
    expect(await read()).toEqual({
      outcome: 'statement',
      statement: {
        ...key,
        status: 'active',
        roles: [{ application: 'customer-v2', role: 'flow_viewer' }],
        occurredAt: 1_800_000_000_000,
      },
      unmapped: 1,
    })
    const [token, ...rest] = requests
    expect(await token?.text()).toBe(
      'grant_type=client_credentials&audience=https%3A%2F%2Facme.auth0.example%2Fapi%2Fv2%2F&client_id=rolecast&client_secret=hush',
    )
    expect(token?.headers.has('authorization')).toBe(false)
    expect(rest.map(({ url }) => new URL(url).pathname).toSorted()).toEqual([
      '/api/v2/organizations/org_1/members/auth0%7Cada/roles',
      '/api/v2/users/auth0%7Cada',
      '/api/v2/users/auth0%7Cada/organizations',
    ])
  })

  test('with roles on several pages has all of them', async () => {
    const pages: Answer = (url) => {
      const ids = url.searchParams.get('page') === '0' ? ['rol_9'] : ['rol_1']
      return Response.json({ roles: ids.map((id) => ({ id })), total: 2 })
    }
    expect(await start({ '/roles[?]': pages }).read()).toMatchObject({
      statement: { roles: [{ role: 'flow_viewer' }] },
    })
  })

  test.each<[string, Script, object]>([
    ['that is blocked is inactive', { '/users/[^/]*$': user(ADA, true) }, { statement: { status: 'inactive' } }],
    [
      'that there is none of is not found',
      { '/users/': noUser, '/roles[?]': noUser, '/organizations[?]': noUser },
      { outcome: 'not_found' },
    ],
    ['that is no member is not found', { '/organizations[?]': memberOf('org_2') }, { outcome: 'not_found' }],
    [
      'that is no member, whose roles there are none of',
      { '/organizations[?]': memberOf(), '/roles[?]': noUser },
      { outcome: 'not_found' },
    ],
    ['with another 404 is garbage', { '/users/': always({ statusCode: 404 }, { status: 404 }) }, garbage],
    ['that is another is garbage', { '/users/': user('auth0|bob') }, garbage],
    [
      'whose roles end early is half an answer',
      { '/roles[?]': always({ roles: [], total: 3 }) },
      { outcome: 'partial' },
    ],
    [
      'with more roles than announced is half an answer',
      { '/roles[?]': always({ roles: [{ id: 'a' }], total: 0 }) },
      { outcome: 'partial' },
    ],
    ['without totals is garbage', { '/roles[?]': always([{ id: 'rol_1' }]) }, garbage],
    [
      'whose memberships lead in a circle is garbage',
      { '/organizations[?]': always({ organizations: [], next: 'a' }) },
      garbage,
    ],
    [
      'whose roles we may not read is refused',
      { '/roles[?]': always({}, { status: 403 }) },
      { outcome: 'refused', status: 403 },
    ],
    ['blocked in words is garbage', { '/users/[^/]*$': always({ user_id: ADA, blocked: 'true' }) }, garbage],
  ])('%s', async (_, script, end) => {
    expect(await start(script).read()).toMatchObject(end)
  })

  test('that is removed while the roles are read is not found, and not a member without roles', async () => {
    let asked = 0
    const removed: Answer = (url, request) => {
      asked += 1
      return (asked === 1 ? memberOf('org_1') : memberOf())(url, request)
    }
    const { read } = start({ '/roles[?]': roles(), '/organizations[?]': removed })
    expect(await read()).toEqual({ outcome: 'not_found' })
    const { read: again } = start({ '/roles[?]': roles() })
    expect(await again()).toMatchObject({ outcome: 'statement', statement: { roles: [] } })
  })

  test('of an organization that is not mapped is not asked for', async () => {
    const { auth0, requests } = start({})
    for (const organization of ['globex', 'constructor']) {
      expect(await auth0.readAccount({ ...key, organization }, { deadlineMs })).toEqual({ outcome: 'not_found' })
      expect(await auth0.listAccounts(organization, { deadlineMs })).toEqual({ outcome: 'refused', status: 404 })
    }
    expect(requests).toEqual([])
  })

  test('behind a rate limit says for how long', async () => {
    const headers = { 'x-ratelimit-reset': '1800000009', date: new Date(1_800_000_000_000).toUTCString() }
    const { read } = start({ '/users/': always({ statusCode: 429 }, { status: 429, headers }) })
    expect(await read()).toEqual({ outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: 9_000 })
  })
})

describe('a walk through the members', () => {
  const members = (ids: readonly string[], next?: string) =>
    always({
      members: ids.map((user_id) => ({ user_id, roles: [{ id: 'rol_1' }] })),
      ...(next !== undefined && { next }),
    })
  const status: Answer = (url) => Response.json({ user_id: decodeURIComponent(url.pathname.split('/').at(-1) ?? '') })
  const inconsistent = { outcome: 'inconsistent', detail: expect.any(String) }

  test('asks by checkpoints, with roles, and who is blocked', async () => {
    const { auth0, requests } = start({
      'from=': members(['auth0|cy']),
      '/members[?]': members([ADA], 'm2'),
      '/users/': status,
    })
    const first = await auth0.listAccounts('acme', { deadlineMs })
    if (first.outcome !== 'page' || first.next === undefined) throw new Error(first.outcome)
    expect(first.statements).toMatchObject([{ account: ADA, roles: [{ role: 'flow_viewer' }] }])
    const second = await auth0.listAccounts('acme', { deadlineMs, cursor: first.next })
    expect(second).toMatchObject({ outcome: 'page', statements: [{ account: 'auth0|cy' }] })
    expect(second).not.toHaveProperty('next')
    expect(requests[1]?.url).toMatch(/take=25&fields=user_id%2Croles/)
  })

  test.each<[string, Script, object]>([
    ['is empty', { '/members[?]': members([]) }, inconsistent],
    ['shows one twice', { '/members[?]': members([ADA, ADA]) }, inconsistent],
    ['shows somebody who is gone', { '/members[?]': members([ADA]), '/users/': noUser }, { outcome: 'partial' }],
    ['has no members', { '/members[?]': always([]) }, garbage],
    [
      'speaks of another tenant',
      { '/members[?]': always({ errorCode: 'inexistent_organization' }, { status: 404 }) },
      garbage,
    ],
  ])('that %s', async (_, script, end) => {
    const { auth0 } = start({ '/users/': status, ...script })
    expect(await auth0.listAccounts('acme', { deadlineMs })).toEqual(end)
  })
})
