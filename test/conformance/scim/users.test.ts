import { describe, expect, it } from 'vitest'
import { baseUrl, createScimWorld, schemas, scimError } from './world.ts'

const jensen = {
  schemas: [schemas.user, schemas.enterprise],
  externalId: 'bjensen',
  userName: 'bjensen@example.com',
  name: { formatted: 'Ms. Barbara J Jensen III', familyName: 'Jensen', givenName: 'Barbara' },
  emails: [
    { value: 'bjensen@example.com', type: 'work', primary: true },
    { value: 'babs@jensen.org', type: 'home' },
  ],
  active: true,
  [schemas.enterprise]: { employeeNumber: '701984', manager: { value: '26118915' } },
} as const

describe('creating (RFC 7644 section 3.3)', () => {
  it('answers 201 with the resource, its location and its version', async () => {
    const { post, get } = createScimWorld()
    const { status, headers, body } = await post('/Users', jensen)
    expect(status).toBe(201)
    expect(body).toEqual({
      ...jensen,
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      meta: {
        resourceType: 'User',
        created: expect.stringMatching(/^\d{4}-.*Z$/),
        lastModified: body.meta.created,
        location: `${baseUrl}/Users/${body.id}`,
        version: 'W/"1"',
      },
    })
    expect(headers).toMatchObject({
      'content-type': 'application/scim+json',
      location: body.meta.location,
      etag: body.meta.version,
      'cache-control': 'no-store',
    })
    expect((await get(`/Users/${body.id}`)).body).toEqual(body)
  })

  it('ignores what is read-only, unknown or a password, whatever the case of names', async () => {
    const { post } = createScimWorld()
    const { body } = await post('/Users', {
      SCHEMAS: [schemas.user.toUpperCase()],
      USERNAME: 'Ada',
      ID: 'mine',
      meta: { version: 'mine' },
      groups: [{ value: 'admins' }],
      password: 'secret',
      favouriteColour: 'blue',
      Name: { GIVENNAME: 'Ada', middle: 'x' },
      'urn:example:unknown': { a: 1 },
    })
    expect(body).toEqual({
      schemas: [schemas.user],
      id: expect.not.stringMatching('mine'),
      userName: 'Ada',
      name: { givenName: 'Ada' },
      active: true,
      meta: expect.objectContaining({ version: 'W/"1"' }),
    })
  })

  it('takes null and empty lists for unassigned (RFC 7643 section 2.5)', async () => {
    const { makeUser } = createScimWorld()
    const body = await makeUser('ada', {
      nickName: null,
      emails: [],
      name: {},
      [schemas.enterprise]: { costCenter: null },
    })
    expect(Object.keys(body).sort()).toEqual(['active', 'externalId', 'id', 'meta', 'schemas', 'userName'])
  })

  it.each([
    ['no schemas', { userName: 'a' }, 'invalidSyntax'],
    ['another schema', { schemas: [schemas.group], userName: 'a' }, 'invalidSyntax'],
    ['no userName', { schemas: [schemas.user] }, 'invalidValue'],
    ['an empty userName', { schemas: [schemas.user], userName: ' ' }, 'invalidValue'],
    ['a number as a text', { schemas: [schemas.user], userName: 5 }, 'invalidValue'],
    ['a text as an object', { schemas: [schemas.user], userName: 'a', name: 'Ada' }, 'invalidValue'],
    ['a word as a boolean', { schemas: [schemas.user], userName: 'a', active: 'perhaps' }, 'invalidValue'],
    ['a name in two cases', { schemas: [schemas.user], userName: 'a', USERNAME: 'b' }, 'invalidSyntax'],
    [
      'two primary values',
      {
        schemas: [schemas.user],
        userName: 'a',
        emails: [
          { value: 'a@b', primary: true },
          { value: 'c@d', primary: true },
        ],
      },
      'invalidValue',
    ],
    ['a list', [], 'invalidSyntax'],
  ])('refuses %s', async (_, body, scimType) => {
    const { post } = createScimWorld()
    expect(await post('/Users', body)).toMatchObject(scimError(400, scimType))
  })

  it('refuses a userName that is taken, whatever its case, with 409', async () => {
    const { makeUser, post } = createScimWorld()
    await makeUser('ada@acme.example')
    const again = { schemas: [schemas.user], userName: 'ADA@acme.example' }
    expect(await post('/Users', again)).toMatchObject(scimError(409, 'uniqueness'))
    expect(await post('/Users', { ...again, userName: 'b', externalId: 'ext-ada@acme.example' })).toMatchObject(
      scimError(409, 'uniqueness'),
    )
    expect(await post('/Users', again, { token: 'token-of-globex' })).toMatchObject({ status: 201 })
  })
})

describe('replacing (RFC 7644 section 3.5.1)', () => {
  it('clears what is not sent, keeps what is not the client’s, and counts the version on', async () => {
    const { makeUser, put, time } = createScimWorld()
    const before = await makeUser('ada', { nickName: 'A', title: 'Dr.' })
    time.now += 1_000
    const { status, headers, body } = await put(`/Users/${before.id}`, {
      schemas: [schemas.user],
      id: 'other',
      userName: 'ada2',
      nickName: 'B',
    })
    expect(status).toBe(200)
    expect(headers['etag']).toBe('W/"2"')
    expect(body).toEqual({
      schemas: [schemas.user],
      id: before.id,
      userName: 'ada2',
      nickName: 'B',
      active: true,
      meta: { ...before.meta, lastModified: expect.any(String), version: 'W/"2"' },
    })
    expect(body.meta.lastModified > before.meta.lastModified).toBe(true)
  })

  it('keeps the version of what does not change', async () => {
    const { makeUser, put } = createScimWorld()
    const { meta, ...before } = await makeUser('ada')
    expect((await put(`/Users/${before.id}`, before)).body.meta).toEqual(meta)
  })

  it('leaves active as it is where it is not sent', async () => {
    const { makeUser, put } = createScimWorld()
    const { id } = await makeUser('ada', { active: false })
    expect((await put(`/Users/${id}`, { schemas: [schemas.user], userName: 'ada' })).body.active).toBe(false)
  })

  it('answers 404 for what is not there, and 409 for a name that is taken', async () => {
    const { makeUser, put } = createScimWorld()
    await makeUser('ada')
    const { id } = await makeUser('bob')
    const body = { schemas: [schemas.user], userName: 'ada' }
    expect(await put('/Users/nobody', body)).toMatchObject(scimError(404))
    expect(await put(`/Users/${id}`, body)).toMatchObject(scimError(409, 'uniqueness'))
  })
})

describe('deleting (RFC 7644 section 3.6)', () => {
  it('answers 204, then 404, and frees the names', async () => {
    const { makeUser, remove, get, patch } = createScimWorld()
    const { id } = await makeUser('ada')
    expect(await remove(`/Users/${id}`)).toMatchObject({ status: 204, body: undefined })
    expect(await get(`/Users/${id}`)).toMatchObject(scimError(404))
    expect(await remove(`/Users/${id}`)).toMatchObject(scimError(404))
    expect(await patch(`/Users/${id}`, [{ op: 'replace', path: 'title', value: 'x' }])).toMatchObject(scimError(404))
    expect((await get('/Users?filter=userName eq "ada"')).body).toMatchObject({ totalResults: 0, Resources: [] })
    expect((await makeUser('ada')).id).not.toBe(id)
  })
})

describe('versions (RFC 7644 section 3.14)', () => {
  it('answers 304 where the client has the present version', async () => {
    const { makeUser, get } = createScimWorld()
    const { id, meta } = await makeUser('ada')
    const headers = { 'if-none-match': meta.version }
    expect(await get(`/Users/${id}`, { headers })).toMatchObject({
      status: 304,
      body: undefined,
      headers: { etag: meta.version },
    })
    expect(await get(`/Users/${id}`, { headers: { 'if-none-match': 'W/"9", "8"' } })).toMatchObject({ status: 200 })
    expect(await get(`/Users/${id}`, { headers: { 'if-none-match': '*' } })).toMatchObject({ status: 304 })
  })

  it('changes nothing for a client that has an older version', async () => {
    const { makeUser, put, patch, remove, get } = createScimWorld()
    const user = await makeUser('ada')
    const url = `/Users/${user.id}`
    const changed = await patch(url, [{ op: 'replace', path: 'title', value: 'Dr.' }], {
      headers: { 'if-match': 'W/"1"' },
    })
    expect(changed).toMatchObject({ status: 200, headers: { etag: 'W/"2"' } })
    const headers = { 'if-match': 'W/"1"' }
    expect(await put(url, { ...user, title: 'x' }, { headers })).toMatchObject(scimError(412))
    expect(await patch(url, [{ op: 'remove', path: 'title' }], { headers })).toMatchObject(scimError(412))
    expect(await remove(url, { headers })).toMatchObject(scimError(412))
    expect((await get(url)).body.title).toBe('Dr.')
    expect(await remove(url, { headers: { 'if-match': 'W/"7", W/"2"' } })).toMatchObject({ status: 204 })
  })
})

describe('attributes and excludedAttributes (RFC 7644 section 3.9)', () => {
  const names = (body: object) => Object.keys(body).sort()

  it('shows only what is asked for, and always id and schemas', async () => {
    const { post, get } = createScimWorld()
    const { body: user } = await post('/Users', jensen)
    const shown = async (query: string) => (await get(`/Users/${user.id}?${query}`)).body
    expect(await shown('attributes=USERNAME,name.familyName')).toEqual({
      schemas: user.schemas,
      id: user.id,
      userName: user.userName,
      name: { familyName: 'Jensen' },
    })
    expect(await shown(`attributes=emails.value,${schemas.enterprise}:employeeNumber`)).toEqual({
      schemas: user.schemas,
      id: user.id,
      emails: [{ value: 'bjensen@example.com' }, { value: 'babs@jensen.org' }],
      [schemas.enterprise]: { employeeNumber: '701984' },
    })
    expect(names(await shown('attributes=nonsense'))).toEqual(['id', 'schemas'])
    expect(names(await shown(`attributes=${schemas.user}:userName`))).toEqual(['id', 'schemas', 'userName'])
  })

  it('leaves out what is excluded, but never the id', async () => {
    const { post, get } = createScimWorld()
    const { body: user } = await post('/Users', jensen)
    const query = `excludedAttributes=id,userName,name.formatted,meta,${schemas.enterprise}`
    const { body } = await get(`/Users/${user.id}?${query}`)
    expect(names(body)).toEqual(['active', 'emails', 'externalId', 'id', 'name', 'schemas'])
    expect(names(body.name)).toEqual(['familyName', 'givenName'])
    expect(await get(`/Users/${user.id}?attributes=id&excludedAttributes=meta`)).toMatchObject(
      scimError(400, 'invalidValue'),
    )
  })

  it('applies to the answer of a write', async () => {
    const { post } = createScimWorld()
    expect(names((await post('/Users?attributes=userName', jensen)).body)).toEqual(['id', 'schemas', 'userName'])
  })
})
