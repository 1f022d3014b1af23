import { describe, expect, test } from 'vitest'
import { type Answer, type Script, scripted, settingsOf } from '../scripted.fixture.ts'
import { ScimSource } from './scim-source.ts'

const ADA = '2819c223'
const key = { organization: 'acme', account: ADA }
const deadlineMs = 2_000
const garbage = { outcome: 'garbage', detail: expect.any(String) }
const inconsistent = { outcome: 'inconsistent', detail: expect.any(String) }
const ada = {
  id: ADA,
  userName: 'ada@acme.example',
  externalId: 'x-ada',
  active: true,
  roles: [{ value: 'viewer', primary: true }],
}
const error = (status: string, more: object = {}) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  status,
  ...more,
})
const list = (users: readonly object[], totalResults = users.length, more: object = {}) =>
  scim({ schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'], totalResults, Resources: users, ...more })

function scim(body: unknown, init: ResponseInit & { readonly etag?: string } = {}): Answer {
  const headers = { 'content-type': 'application/scim+json; charset=utf-8', ...(init.etag && { etag: init.etag }) }
  return () => new Response(JSON.stringify(body), { ...init, headers })
}

function start(script: Script, settings: object = {}) {
  const around = scripted(script)
  const base = {
    kind: 'scim' as const,
    organization: 'acme',
    url: 'https://scim.example/v2',
    roles: { viewer: 'customer-v2/flow_viewer' },
  }
  const source = new ScimSource(settingsOf({ ...base, ...settings }), { token: 'hush' }, around.surroundings)
  return {
    ...around,
    source,
    read: (account = ADA, etag?: string) =>
      source.readAccount({ ...key, account }, { deadlineMs, ...(etag && { etag }) }),
    list: (cursor?: string) => source.listAccounts('acme', { deadlineMs, ...(cursor && { cursor }) }),
  }
}

describe('a SCIM user', () => {
  test('has its mapped roles', async () => {
    const { read, requests } = start({
      '/Users/': scim({ ...ada, roles: [...ada.roles, { value: '{"id":"viewer"}' }] }, { etag: 'W/"1"' }),
    })
    expect(await read()).toEqual({
      outcome: 'statement',
      statement: {
        ...key,
        status: 'active',
        roles: [{ application: 'customer-v2', role: 'flow_viewer' }],
        occurredAt: 1_800_000_000_000,
      },
      etag: expect.stringMatching(/^[\w-]{11}\.W\/"1"$/),
      unmapped: 1,
    })
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer hush')
  })

  test.each<[string, Answer, object]>([
    [
      'that is deactivated is inactive, with its roles',
      scim({ ...ada, active: false }),
      { statement: { status: 'inactive', roles: [{ role: 'flow_viewer' }] } },
    ],
    ['without roles has none', scim({ ...ada, roles: undefined }), { statement: { roles: [] } }],
    ['with null for roles has none', scim({ ...ada, roles: null }), { statement: { roles: [] } }],
    ['that there is none of is not found', scim(error('404'), { status: 404 }), { outcome: 'not_found' }],
    ['with any other 404 is garbage', scim({ detail: 'no route' }, { status: 404 }), garbage],
    ['active in words is garbage', scim({ ...ada, active: 'True' }), garbage],
    ['of which nobody says whether it is active is garbage', scim({ ...ada, active: undefined }), garbage],
    ['that is another is garbage', scim({ ...ada, id: 'bob' }), garbage],
    ['with roles in one text is garbage', scim({ ...ada, roles: '["viewer"]' }), garbage],
    ['in a list is garbage', list([ada]), garbage],
    ['that we may not read is refused', scim(error('403'), { status: 403 }), { outcome: 'refused', status: 403 }],
    [
      'unchanged since nothing is garbage',
      () => new Response(null, { status: 304 }),
      { outcome: 'refused', status: 304 },
    ],
  ])('%s', async (_, answer, end) => {
    expect(await start({ '/Users/': answer }).read()).toMatchObject(end)
  })
})

describe('a conditional read', () => {
  const answer: Answer = (_, request) =>
    request.headers.get('if-none-match') === '"7"'
      ? new Response(null, { status: 304 })
      : Response.json(ada, { headers: { etag: '"7"' } })

  test('is made with the validator of the last one', async () => {
    const { read } = start({ '/Users/': answer })
    const first = await read()
    expect(await read(ADA, first.outcome === 'statement' ? first.etag : 'none')).toEqual({ outcome: 'unchanged' })
  })

  test('is not made with a validator from under another mapping, or of somebody else', async () => {
    const { read, requests } = start({ '/Users/': answer }, { roles: { viewer: 'customer-v2/flow_editor' } })
    const other = await start({ '/Users/': answer }).read()
    const etag = other.outcome === 'statement' ? other.etag : undefined
    expect(etag).toBeDefined()
    for (const each of [etag, '"7"', 'x"7"']) expect(await read(ADA, each)).toMatchObject({ outcome: 'statement' })
    expect(requests.some(({ headers }) => headers.has('if-none-match'))).toBe(false)
  })

  test('is never made where groups count, which change without their members', async () => {
    const { read, requests } = start({ '/Users/': answer }, { groups: { g1: 'customer-v2/flow_editor' } })
    const first = await read()
    expect(first).not.toHaveProperty('etag')
    expect(await read(ADA, '"7"')).toMatchObject({ outcome: 'statement' })
    expect(requests.some(({ headers }) => headers.has('if-none-match'))).toBe(false)
  })
})

describe('a SCIM user that is looked up', () => {
  test('is asked for by a filter', async () => {
    const { read, requests } = start({ filter: list([ada]) }, { accounts: 'userName' })
    expect(await read('ada@acme.example')).toMatchObject({
      outcome: 'statement',
      statement: { account: 'ada@acme.example' },
    })
    expect(new URL(requests[0]?.url ?? '').searchParams.get('filter')).toBe('userName eq "ada@acme.example"')
  })

  test.each<[string, Answer, object]>([
    ['is found by the right name only', list([{ ...ada, externalId: 'X-ADA' }]), { outcome: 'not_found' }],
    ['is not found in an empty list', list([]), { outcome: 'not_found' }],
    ['is not found in a list without list', scim({ totalResults: 0 }), { outcome: 'not_found' }],
    ['twice is garbage', list([ada, { ...ada, id: 'other' }]), garbage],
    ['that does not fit the filter is garbage', list([{ ...ada, externalId: 'x-bob' }]), garbage],
    ['among others that are not shown is half an answer', list([ada], 2), { outcome: 'partial' }],
    ['and is not shown is half an answer', list([], 1), { outcome: 'partial' }],
    [
      'by a filter that is not understood is refused',
      scim(error('400', { scimType: 'invalidFilter' }), { status: 400 }),
      { outcome: 'refused', status: 400 },
    ],
    ['with a 404 for the whole list is garbage', scim(error('404'), { status: 404 }), garbage],
  ])('%s', async (_, answer, end) => {
    expect(await start({ filter: answer }, { accounts: 'externalId' }).read('x-ada')).toMatchObject(end)
  })
})

describe('a walk through a SCIM service provider', () => {
  const bob = { ...ada, id: 'b0b', userName: 'bob', externalId: 'x-bob', active: false }

  test('by index counts from 1 and reads the last one again', async () => {
    const all = [ada, bob, { ...ada, id: 'cy' }]
    const twoAtATime: Answer = (url) => {
      const start = Number(url.searchParams.get('startIndex')) - 1
      return Response.json({ totalResults: 3, Resources: all.slice(start, start + 2) })
    }
    const { list: read, requests } = start({ 'Users[?]': twoAtATime })
    const first = await read()
    if (first.outcome !== 'page' || first.next === undefined) throw new Error(first.outcome)
    expect(first.statements).toMatchObject([{ account: ADA }, { account: 'b0b', status: 'inactive' }])
    const second = await read(first.next)
    expect(second).toMatchObject({ statements: [{ account: 'cy' }] })
    expect(second).not.toHaveProperty('next')
    expect(requests.map(({ url }) => new URL(url).searchParams.get('startIndex'))).toEqual(['1', '2'])
  })

  test('by cursor goes on where it is told', async () => {
    const script = { 'cursor=c1': list([bob], 2), 'cursor=&': list([ada], 2, { nextCursor: 'c1' }) }
    const { list: read } = start(script, { paging: 'cursor' })
    const first = await read()
    if (first.outcome !== 'page' || first.next === undefined) throw new Error(first.outcome)
    const second = await read(first.next)
    expect(second).toMatchObject({ statements: [{ account: 'b0b' }] })
    expect(second).not.toHaveProperty('next')
  })

  test.each<[string, Answer]>([
    ['ends before the announced number', list([bob], 3)],
    ['repeats its cursor', list([bob], 3, { nextCursor: 'c1' })],
    ['has forgotten its cursor', scim(error('400', { scimType: 'expiredCursor' }), { status: 400 })],
  ])('by cursor that %s is inconsistent', async (_, second) => {
    const script = { 'cursor=c1': second, 'cursor=&': list([ada], 2, { nextCursor: 'c1' }) }
    const { list: read } = start(script, { paging: 'cursor' })
    const first = await read()
    if (first.outcome !== 'page') throw new Error(first.outcome)
    expect(await read(first.next)).toEqual(inconsistent)
  })

  test.each<[string, Answer, object]>([
    ['is empty', list([]), inconsistent],
    ['shows one twice', list([ada, ada]), inconsistent],
    ['shows two users of one account', list([ada, { ...bob, externalId: 'x-ada' }]), inconsistent],
    ['announces fewer', list([ada, bob], 1), inconsistent],
    ['does not count', scim({ Resources: [ada] }), garbage],
    ['is one user', scim(ada), garbage],
  ])('that %s', async (_, answer, end) => {
    expect(await start({ 'Users[?]': answer }, { accounts: 'externalId' }).list()).toEqual(end)
  })

  test('leaves out, and counts, who has no name here', async () => {
    const users = [ada, { ...bob, externalId: undefined }, { ...bob, id: 'c', externalId: '/../' }]
    const { list: read } = start({ 'Users[?]': list(users) }, { accounts: 'externalId' })
    expect(await read()).toMatchObject({ statements: [{ account: 'x-ada' }], unmapped: 2 })
  })
})
