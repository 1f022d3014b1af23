import { describe, expect, test } from 'vitest'
import { type Answer, always, type Script, scripted, settingsOf } from '../scripted.fixture.ts'
import { Keycloak } from './keycloak.ts'

const ADA = 'f3b0-ada'
const key = { organization: 'acme', account: ADA }
const deadlineMs = 2_000
const garbage = { outcome: 'garbage', detail: expect.any(String) }
const noUser = always(
  { error: 'User not found', error_description: 'For more on this error consult the log' },
  { status: 404 },
)

const mappings = {
  realmRoles: { auditor: 'customer-v2/report_viewer' },
  clientRoles: { 'c0ffee-1': { editor: 'customer-v2/flow_editor' } },
  groups: { '/sales/viewers': 'customer-v2/flow_viewer' },
}
const names = (...all: readonly string[]) => always(all.map((name) => ({ id: `id-${name}`, name })))
const groups = (...all: readonly string[]) => always(all.map((path) => ({ id: `id-${path}`, name: 'viewers', path })))

const whole: Script = {
  '/acme/roles/auditor$': always({ name: 'auditor' }),
  '/acme/clients/c0ffee-1/roles/editor$': always({ error: 'Could not find role' }, { status: 404 }),
  '/realm/composite$': names('auditor', 'default-roles-acme'),
  '/clients/c0ffee-1/composite$': names('editor'),
  '/groups/count$': always({ count: 1 }),
  '/groups[?]': groups('/sales/viewers'),
  '/users/count$': always(1),
  '/users/[^/]*$': always({ id: ADA, enabled: true, username: 'ada' }),
}

function start(script: Script, settings: object = mappings) {
  const around = scripted({
    ...script,
    ...Object.fromEntries(Object.entries(whole).filter(([path]) => !(path in script))),
  })
  const base = {
    kind: 'keycloak' as const,
    organization: 'acme',
    url: 'https://id.example/auth',
    realm: 'acme',
    clientId: 'rolecast',
  }
  const keycloak = new Keycloak(settingsOf({ ...base, ...settings }), 'hush', around.surroundings)
  return { ...around, keycloak, read: () => keycloak.readAccount(key, { deadlineMs }) }
}

describe('a user of a realm', () => {
  test('has the effective roles of realm and clients, and those of the groups', async () => {
    const { read, requests } = start({})
    expect(await read()).toEqual({
      outcome: 'statement',
      statement: {
        ...key,
        status: 'active',
        roles: ['flow_editor', 'flow_viewer', 'report_viewer'].map((role) => ({ application: 'customer-v2', role })),
        occurredAt: 1_800_000_000_000,
      },
      unmapped: 1,
    })
    expect(requests.map(({ url }) => new URL(url).pathname)).toContain(
      '/auth/realms/acme/protocol/openid-connect/token',
    )
    expect(requests).toHaveLength(8)
  })

  test('is asked for no more than the mapping names', async () => {
    const { read, requests } = start({}, { realmRoles: mappings.realmRoles })
    expect(await read()).toMatchObject({ statement: { roles: [{ role: 'report_viewer' }] } })
    expect(requests).toHaveLength(4)
  })

  test('with groups on several pages has all of them', async () => {
    const pages: Answer = (url) =>
      Response.json([{ id: url.search, path: url.searchParams.get('first') === '0' ? '/other' : '/sales/viewers' }])
    const { read } = start({ '/groups[?]': pages, '/groups/count$': always({ count: 2 }) })
    expect(await read()).toMatchObject({
      statement: { roles: expect.arrayContaining([{ application: 'customer-v2', role: 'flow_viewer' }]) },
    })
  })

  test.each<[string, Script, object]>([
    [
      'that is disabled is inactive',
      { '/users/[^/]*$': always({ id: ADA, enabled: false }) },
      { statement: { status: 'inactive' } },
    ],
    ['that there is none of is not found', { '/users/': noUser }, { outcome: 'not_found' }],
    [
      'of a realm that is gone is garbage',
      { '/users/': always({ error: 'Realm not found.' }, { status: 404 }) },
      garbage,
    ],
    ['that is another is garbage', { '/users/[^/]*$': always({ id: 'bob', enabled: true }) }, garbage],
    ['of which nobody says whether it is enabled is garbage', { '/users/[^/]*$': always({ id: ADA }) }, garbage],
    ['whose roles are gone is half an answer', { '/realm/composite$': noUser }, { outcome: 'partial' }],
    ['whose groups end early is half an answer', { '/groups/count$': always({ count: 2 }) }, { outcome: 'partial' }],
    [
      'whose realm roles are hidden from us is refused, whatever is shown',
      { '/acme/roles/': always({ error: 'HTTP 403 Forbidden' }, { status: 403 }), '/realm/composite$': names() },
      { outcome: 'refused', status: 403 },
    ],
    [
      'whose client roles are hidden from us is refused, whatever is shown',
      { '/acme/clients/c0ffee-1/roles/': always({}, { status: 403 }), '/clients/c0ffee-1/composite$': names() },
      { outcome: 'refused', status: 403 },
    ],
    [
      'whose client is gone is garbage',
      { '/clients/': always({ error: 'Could not find client' }, { status: 404 }) },
      garbage,
    ],
    [
      'whose roles we may not see is refused',
      { '/realm/composite$': always({}, { status: 403 }) },
      { outcome: 'refused', status: 403 },
    ],
    ['whose roles are an object is garbage', { '/realm/composite$': always({ auditor: {} }) }, garbage],
  ])('%s', async (_, script, end) => {
    expect(await start(script).read()).toMatchObject(end)
  })
})

describe('a walk through a realm', () => {
  const inconsistent = { outcome: 'inconsistent', detail: expect.any(String) }
  const list: Answer = (url) => {
    const first = Number(url.searchParams.get('first'))
    return Response.json(all.slice(first, first + 2).map((id) => ({ id, enabled: id !== 'b' })))
  }
  let all = ['a', 'b', 'c']
  const realm: Script = { '/users[?]': list, '/users/count$': () => Response.json(all.length) }

  test('shows everybody once, and reads the last one of a page again', async () => {
    all = ['a', 'b', 'c']
    const { keycloak } = start(realm)
    const first = await keycloak.listAccounts('acme', { deadlineMs })
    if (first.outcome !== 'page' || first.next === undefined) throw new Error(first.outcome)
    expect(first.statements).toMatchObject([
      { account: 'a', status: 'active' },
      { account: 'b', status: 'inactive' },
    ])
    const second = await keycloak.listAccounts('acme', { deadlineMs, cursor: first.next })
    expect(second).toMatchObject({ outcome: 'page', statements: [{ account: 'c' }] })
    expect(second).not.toHaveProperty('next')
  })

  test.each<[string, readonly string[]]>([
    ['somebody is added', ['a', 'b', 'c', 'd']],
    ['somebody is deleted', ['b', 'c']],
    ['somebody is deleted and another added', ['b', 'c', 'd']],
  ])('is inconsistent where %s on the way', async (_, then) => {
    all = ['a', 'b', 'c']
    const { keycloak } = start(realm)
    const first = await keycloak.listAccounts('acme', { deadlineMs })
    if (first.outcome !== 'page' || first.next === undefined) throw new Error(first.outcome)
    all = [...then]
    expect(await keycloak.listAccounts('acme', { deadlineMs, cursor: first.next })).toEqual(inconsistent)
  })

  test('shows no page where roles are hidden from us', async () => {
    const { keycloak } = start({ '/acme/roles/': always({}, { status: 403 }), ...realm })
    expect(await keycloak.listAccounts('acme', { deadlineMs })).toEqual({ outcome: 'refused', status: 403 })
  })

  test('is inconsistent where it is empty or ends early', async () => {
    expect(
      await start({ '/users[?]': always([]), '/users/count$': always(0) }).keycloak.listAccounts('acme', {
        deadlineMs,
      }),
    ).toEqual(inconsistent)
    expect(
      await start({ '/users[?]': always([]), '/users/count$': always(5) }).keycloak.listAccounts('acme', {
        deadlineMs,
      }),
    ).toEqual(inconsistent)
  })
})
