import { describe, expect, it } from 'vitest'
import { baseUrl, createScimWorld, schemas, scimError } from './world.ts'

async function withGroup() {
  const world = createScimWorld()
  const [ada, bob, eve] = [await world.makeUser('ada'), await world.makeUser('bob'), await world.makeUser('eve')]
  const group = await world.makeGroup('Sales', { members: [{ value: ada.id }, { value: bob.id }] })
  const url = `/Groups/${group.id}`
  const members = async () =>
    ((await world.get(`${url}?attributes=members.display`)).body.members ?? [])
      .map(({ display }: { display: string }) => display)
      .sort()
  return { ...world, ada, bob, eve, group, url, members }
}

describe('groups (RFC 7643 section 4.2)', () => {
  it('show their members, and users their groups', async () => {
    const { group, ada, bob, get } = await withGroup()
    const member = (user: { id: string; userName: string }) => ({
      value: user.id,
      $ref: `${baseUrl}/Users/${user.id}`,
      type: 'User',
    })
    expect(group).toEqual({
      schemas: [schemas.group],
      id: expect.any(String),
      displayName: 'Sales',
      members: expect.arrayContaining([member(ada), member(bob)]),
      meta: expect.objectContaining({ resourceType: 'Group', location: `${baseUrl}/Groups/${group.id}` }),
    })
    const { body } = await get(`/Users/${ada.id}`)
    expect(body.groups).toEqual([
      { value: group.id, $ref: `${baseUrl}/Groups/${group.id}`, display: 'Sales', type: 'direct' },
    ])
    expect(body.meta.version).not.toBe(ada.meta.version)
  })

  it('may share a name, and are found by it whatever its case', async () => {
    const { makeGroup, get } = await withGroup()
    await makeGroup('SALES', { externalId: 'x' })
    expect((await get('/Groups?filter=displayName eq "sales"')).body.totalResults).toBe(2)
    expect((await get('/Groups?filter=externalId eq "x"')).body.totalResults).toBe(1)
  })

  it.each([
    ['no displayName', { schemas: [schemas.group] }, 'invalidValue'],
    [
      'an unknown member',
      { schemas: [schemas.group], displayName: 'x', members: [{ value: 'nobody' }] },
      'invalidValue',
    ],
    [
      'a member without an id',
      { schemas: [schemas.group], displayName: 'x', members: [{ type: 'User' }] },
      'invalidValue',
    ],
  ])('refuse %s', async (_, body, scimType) => {
    const { post } = await withGroup()
    expect(await post('/Groups', body)).toMatchObject(scimError(400, scimType))
  })

  it('do not hold groups', async () => {
    const { post, group } = await withGroup()
    const members = [{ value: group.id, type: 'Group' }]
    const body = { schemas: [schemas.group], displayName: 'x', members }
    expect(await post('/Groups', body)).toMatchObject(scimError(400, 'invalidValue'))
    expect(await post('/Groups', { ...body, members: [{ value: group.id }] })).toMatchObject(
      scimError(400, 'invalidValue'),
    )
  })

  it('are asked who is in them without being shown', async () => {
    const { get, group, ada, eve } = await withGroup()
    const found = async (filter: string) =>
      (await get(`/Groups?excludedAttributes=members&filter=${encodeURIComponent(filter)}`)).body
    expect((await found(`id eq "${group.id}" and members eq "${ada.id}"`)).totalResults).toBe(1)
    expect((await found(`id eq "${group.id}" and members eq "${eve.id}"`)).totalResults).toBe(0)
    expect((await found(`members[value eq "${ada.id}"]`)).totalResults).toBe(1)
    expect((await found('displayName eq "Sales"')).Resources[0]).not.toHaveProperty('members')
    expect((await get(`/Groups/${group.id}?excludedAttributes=members`)).body).not.toHaveProperty('members')
  })
})

describe('changing members (RFC 7644 section 3.5.2)', () => {
  it('adds and takes away, and shows groups to those who ask only', async () => {
    const { patch, url, members, eve, ada, bob } = await withGroup()
    const added = await patch(url, [{ op: 'add', path: 'members', value: [{ value: eve.id }] }])
    expect(added).toMatchObject({
      status: 204,
      body: undefined,
      headers: { etag: expect.stringMatching(/^W\/"\d+"$/) },
    })
    expect(await members()).toEqual(['ada', 'bob', 'eve'])
    await patch(url, [{ op: 'remove', path: `members[value eq "${ada.id}"]` }])
    expect(await members()).toEqual(['bob', 'eve'])
    const shown = await patch(`${url}?attributes=displayName`, [{ op: 'remove', path: 'members' }])
    expect(shown).toMatchObject({ status: 200, body: { displayName: 'Sales' } })
    expect(await members()).toEqual([])
    await patch(url, [{ op: 'replace', path: 'members', value: [{ value: bob.id }, { value: bob.id }] }])
    expect(await members()).toEqual(['bob'])
  })

  it('changes nothing for a member that is or is not there already', async () => {
    const { patch, url, ada, eve, get } = await withGroup()
    const { version } = (await get(url)).body.meta
    await patch(url, [{ op: 'add', path: 'members', value: [{ value: ada.id, display: 'Ada' }] }])
    await patch(url, [{ op: 'remove', path: `members[value eq "${eve.id}"]` }])
    expect((await get(url)).body.meta.version).toBe(version)
  })

  it('refuses to change who a member is', async () => {
    const { patch, url, ada, eve } = await withGroup()
    const change = { op: 'replace', path: `members[value eq "${ada.id}"].value`, value: eve.id }
    expect(await patch(url, [change])).toMatchObject(scimError(400, 'mutability'))
    expect(await patch(url, [{ op: 'add', path: 'members', value: [{ value: 'nobody' }] }])).toMatchObject(
      scimError(400, 'invalidValue'),
    )
  })

  it('replaces members with PUT, and has none where none are sent', async () => {
    const { put, url, members, eve } = await withGroup()
    const body = { schemas: [schemas.group], displayName: 'Sales' }
    expect(await put(url, { ...body, members: [{ value: eve.id }] })).toMatchObject({
      status: 200,
      body: { members: [{ value: eve.id }] },
    })
    await put(url, body)
    expect(await members()).toEqual([])
  })

  it('tells one of two clients that both changed the version they had', async () => {
    const { patch, url, eve, bob, get } = await withGroup()
    const headers = { 'if-match': (await get(url)).body.meta.version }
    const answers = await Promise.all([
      patch(url, [{ op: 'add', path: 'members', value: [{ value: eve.id }] }], { headers }),
      patch(url, [{ op: 'remove', path: `members[value eq "${bob.id}"]` }], { headers }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 412])
  })
})

describe('what goes, goes everywhere', () => {
  it('a deleted user is in no group', async () => {
    const { remove, ada, members } = await withGroup()
    await remove(`/Users/${ada.id}`)
    expect(await members()).toEqual(['bob'])
  })

  it('a deleted group is no user’s', async () => {
    const { remove, ada, url, get } = await withGroup()
    expect(await remove(url)).toMatchObject({ status: 204 })
    expect((await get(`/Users/${ada.id}`)).body).not.toHaveProperty('groups')
    expect(await get(url)).toMatchObject(scimError(404))
  })
})
