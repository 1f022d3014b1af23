import { nameOf } from '@rolecast/core/adapters/memory/database'
import { describe, expect, it } from 'vitest'
import { baseUrl, createScimWorld, schemas, scimError } from './world.ts'

describe('who may ask (RFC 7644 section 2, RFC 6750)', () => {
  it.each([
    ['no token', null, 'Bearer realm="rolecast-scim"'],
    ['an unknown token', 'made-up', 'Bearer realm="rolecast-scim", error="invalid_token"'],
  ])('not with %s', async (_, token, challenge) => {
    const { get } = createScimWorld()
    const answer = await get('/Users', { token })
    expect(answer).toMatchObject(scimError(401))
    expect(answer.headers['www-authenticate']).toBe(challenge)
  })

  it('not with an expired or revoked token, nor by another scheme', async () => {
    const { get, scimTokens, time } = createScimWorld()
    expect(await get('/Users', { headers: { authorization: 'Basic dG9rZW4tb2YtYWNtZQ==' } })).toMatchObject(
      scimError(401),
    )
    expect(await get('/Users', { headers: { authorization: 'bearer token-of-acme' } })).toMatchObject({ status: 200 })
    await scimTokens.revokeToken('acme', 'first')
    expect(await get('/Users')).toMatchObject(scimError(401))
    time.now += 2e12
    expect(await get('/Users', { token: 'token-of-globex' })).toMatchObject(scimError(401))
  })

  it('and never about another organization', async () => {
    const { makeUser, makeGroup, call, get, post } = createScimWorld()
    const { id } = await makeUser('ada')
    const group = await makeGroup('Sales')
    const token = 'token-of-globex'
    const patch = { schemas: [schemas.patch], Operations: [{ op: 'remove', path: 'title' }] }
    for (const url of [`/Users/${id}`, `/Groups/${group.id}`]) {
      for (const [method, body] of [
        ['GET'],
        ['PUT', { schemas: [schemas.user, schemas.group], userName: 'x', displayName: 'x' }],
        ['PATCH', patch],
        ['DELETE'],
      ] as const) {
        expect(await call(method, url, { token, ...(body === undefined ? {} : { body }) })).toMatchObject(
          scimError(404),
        )
      }
    }
    for (const url of ['/Users', '/Groups', `/Users?filter=id eq "${id}"`, '/Users?filter=userName eq "ada"', '/']) {
      expect((await get(url, { token })).body).toMatchObject({ totalResults: 0 })
    }
    const members = { schemas: [schemas.group], displayName: 'x', members: [{ value: id }] }
    expect(await post('/Groups', members, { token })).toMatchObject(scimError(400, 'invalidValue'))
  })

  it('does not repeat or log a token, nor the name of a person', async () => {
    const { get, lines, makeUser } = createScimWorld()
    await makeUser('ada@acme.example')
    const { body } = await get('/Users', { token: 'secret-token' })
    expect(`${JSON.stringify(body)}${lines.join('')}`).not.toMatch(/secret-token|ada@acme/)
  })
})

describe('what describes the service (RFC 7644 section 4)', () => {
  it('says without a token what it does (RFC 7643 section 5)', async () => {
    const { get } = createScimWorld()
    const { status, body } = await get('/ServiceProviderConfig', { token: null })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 100, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: { cursor: true, index: true, defaultPaginationMethod: 'index', maxPageSize: 200 },
      authenticationSchemes: [{ type: 'oauthbearertoken', name: expect.any(String), description: expect.any(String) }],
      meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
    })
  })

  it('lists the types of resources, and each by its name', async () => {
    const { get } = createScimWorld()
    const { body } = await get('/ResourceTypes')
    expect(body).toMatchObject({ schemas: [schemas.list], totalResults: 2 })
    expect(body.Resources).toMatchObject([
      {
        id: 'User',
        endpoint: '/Users',
        schema: schemas.user,
        schemaExtensions: [{ schema: schemas.enterprise, required: false }],
      },
      { id: 'Group', endpoint: '/Groups', schema: schemas.group, schemaExtensions: [{ schema: schemas.groupRoles }] },
    ])
    expect((await get('/ResourceTypes/User')).body).toEqual(body.Resources[0])
    expect(await get('/ResourceTypes/Printer')).toMatchObject(scimError(404))
  })

  it('lists the schemas, and each by its URN', async () => {
    const { get } = createScimWorld()
    const { body } = await get('/Schemas')
    const ids = body.Resources.map(({ id }: { id: string }) => id)
    expect(ids).toEqual(expect.arrayContaining([schemas.user, schemas.group, schemas.enterprise, schemas.groupRoles]))
    const user = await get(`/Schemas/${schemas.user}`)
    expect(user.body).toMatchObject({ name: 'User', meta: { location: `${baseUrl}/Schemas/${schemas.user}` } })
    const attribute = (name: string) => user.body.attributes.find((each: { name: string }) => each.name === name)
    expect(attribute('userName')).toMatchObject({ required: true, caseExact: false, uniqueness: 'server' })
    expect(attribute('groups')).toMatchObject({ mutability: 'readOnly', multiValued: true })
    expect(attribute('password')).toBeUndefined()
    expect(await get('/Schemas/urn:example')).toMatchObject(scimError(404))
  })

  it('is not filtered', async () => {
    const { get } = createScimWorld()
    for (const url of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas']) {
      expect(await get(`${url}?filter=id pr`)).toMatchObject(scimError(403))
    }
  })

  it('offers roles and entitlements, and announces them where a client wants it', async () => {
    const { get, database } = createScimWorld({ settings: { announceRoles: true } })
    database.customRoles.set(nameOf('acme', 'shop', 'night'), {
      organization: 'acme',
      application: 'shop',
      id: 'night',
      title: 'Night shift',
      description: 'At night',
      grants: [],
      gates: [],
      revision: 1,
    })
    const types = (await get('/ResourceTypes')).body.Resources.map(({ endpoint }: { endpoint: string }) => endpoint)
    expect(types).toEqual(['/Users', '/Groups', '/Roles', '/Entitlements'])
    const { body } = await get('/Roles')
    expect(body.Resources).toContainEqual({
      schemas: ['urn:okta:scim:schemas:core:1.0:Role'],
      id: 'shop/custom:night',
      displayName: 'Night shift',
      type: 'shop',
      description: 'At night',
      meta: { resourceType: 'Role', location: `${baseUrl}/Roles/shop%2Fcustom%3Anight` },
    })
    expect(body.Resources).toContainEqual(expect.objectContaining({ id: 'shop/clerk' }))
    expect((await get('/Entitlements')).body.totalResults).toBe(body.totalResults)
    expect((await get('/Roles/shop%2Fclerk')).body).toMatchObject({ id: 'shop/clerk' })
    const without = createScimWorld()
    expect((await without.get('/ResourceTypes')).body.totalResults).toBe(2)
    expect((await without.get('/Roles')).status).toBe(200)
  })
})

describe('other requests', () => {
  it('answers 501 for /Me (section 3.11), 404 for what is nowhere, 405 for what is not done', async () => {
    const { get, call } = createScimWorld()
    expect(await get('/Me')).toMatchObject(scimError(501))
    for (const url of ['/users', '/Users/a/b', '/Printers', '/Users/.search/x', '/Bulk/1']) {
      expect(await get(url), url).toMatchObject(scimError(404))
    }
    expect(await call('DELETE', '/Users')).toMatchObject({ ...scimError(405), headers: { allow: 'GET, POST, HEAD' } })
    expect(await call('POST', '/Users/x')).toMatchObject({ headers: { allow: 'GET, PUT, PATCH, DELETE, HEAD' } })
    expect(await call('POST', '/Schemas')).toMatchObject({ headers: { allow: 'GET, HEAD' } })
    expect(await get('/Bulk')).toMatchObject({ status: 405 })
    for (const endpoint of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas']) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        expect(await call(method, endpoint)).toMatchObject({ ...scimError(405), headers: { allow: 'GET, HEAD' } })
      }
    }
  })

  it('takes both media types, and refuses others (section 3.1)', async () => {
    const { call } = createScimWorld()
    const text = JSON.stringify({ schemas: [schemas.user], userName: 'ada' })
    const post = (type: string) => call('POST', '/Users', { text, headers: { 'content-type': type } })
    expect(await post('text/plain')).toMatchObject(scimError(415))
    expect(await post('application/x-www-form-urlencoded')).toMatchObject(scimError(415))
    expect(await post('Application/JSON; charset=utf-8')).toMatchObject({ status: 201 })
    expect(await post('application/scim+json;charset=utf-8')).toMatchObject(scimError(409, 'uniqueness'))
  })

  it('answers HEAD as GET, without a body', async () => {
    const { call, makeUser } = createScimWorld()
    const { id } = await makeUser('ada')
    expect(await call('HEAD', `/Users/${id}`)).toMatchObject({
      status: 200,
      body: undefined,
      headers: { etag: 'W/"1"' },
    })
  })

  it('says when the store cannot be reached, without details', async () => {
    const { get, database } = createScimWorld()
    const { StoreUnavailable } = await import('@rolecast/core/application/ports')
    database.fail(new StoreUnavailable('secret detail'))
    const answer = await get('/Users')
    expect(answer).toMatchObject({ ...scimError(503), headers: { 'retry-after': '1' } })
    expect(JSON.stringify(answer.body)).not.toContain('secret detail')
  })
})

describe('bulk (RFC 7644 section 3.7)', () => {
  const bulk = (operations: readonly unknown[], more: object = {}) => ({
    schemas: [schemas.bulk],
    Operations: operations,
    ...more,
  })
  const create = (bulkId: string, userName: string) => ({
    method: 'POST',
    path: '/Users',
    bulkId,
    data: { schemas: [schemas.user], userName },
  })

  it('creates, and refers to what it creates, in whatever order', async () => {
    const { post, get } = createScimWorld()
    const data = { schemas: [schemas.group], displayName: 'Tour', members: [{ value: 'bulkId:ada' }] }
    const { status, body } = await post(
      '/Bulk',
      bulk([{ method: 'POST', path: '/Groups', bulkId: 'tour', data }, create('ada', 'ada')]),
    )
    expect(status).toBe(200)
    expect(body.schemas).toEqual(['urn:ietf:params:scim:api:messages:2.0:BulkResponse'])
    expect(body.Operations).toMatchObject([
      { method: 'POST', bulkId: 'tour', status: '201', location: expect.stringContaining('/Groups/') },
      { method: 'POST', bulkId: 'ada', status: '201', version: 'W/"1"', location: expect.stringContaining('/Users/') },
    ])
    const group = await get(new URL(body.Operations[0].location).pathname.replace('/scim/v2', ''))
    expect(group.body.members).toMatchObject([{ value: body.Operations[1].location.split('/').at(-1) }])
  })

  it('changes and deletes, with versions', async () => {
    const { post, makeUser, get } = createScimWorld()
    const [ada, bob, eve] = [await makeUser('ada'), await makeUser('bob'), await makeUser('eve')]
    const patch = { schemas: [schemas.patch], Operations: [{ op: 'add', path: 'title', value: 'Dr.' }] }
    const { body } = await post(
      '/Bulk',
      bulk([
        {
          method: 'PUT',
          path: `/Users/${ada.id}`,
          version: 'W/"1"',
          data: { schemas: [schemas.user], userName: 'ada2' },
        },
        { method: 'patch', path: `/Users/${bob.id}`, data: patch },
        { method: 'PATCH', path: `/Users/${bob.id}`, version: 'W/"1"', data: patch },
        { method: 'DELETE', path: `/Users/${eve.id}` },
        { method: 'DELETE', path: '/Users/nobody' },
      ]),
    )
    expect(body.Operations).toMatchObject([
      { status: '200', version: 'W/"2"' },
      { status: '200' },
      { status: '412', response: { schemas: [schemas.error], status: '412' } },
      { status: '204', location: expect.stringContaining(eve.id) },
      { status: '404', response: { status: '404' } },
    ])
    expect((await get('/Users')).body.totalResults).toBe(2)
  })

  it('stops after as many errors as were asked for', async () => {
    const { post, get } = createScimWorld()
    const operations = [create('a', 'ada'), create('b', 'ADA'), create('c', ' '), create('d', 'dora')]
    const { body } = await post('/Bulk', bulk(operations, { failOnErrors: 1 }))
    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '409'])
    expect((await get('/Users')).body.totalResults).toBe(1)
    const whole = await post('/Bulk', bulk(operations))
    expect(whole.body.Operations.map(({ status }: { status: string }) => status)).toEqual(['409', '409', '400', '201'])
  })

  it('refuses what refers to nothing, and circles do not hang it', async () => {
    const { post } = createScimWorld()
    const group = (bulkId: string, other: string) => ({
      method: 'POST',
      path: '/Groups',
      bulkId,
      data: { schemas: [schemas.group], displayName: bulkId, members: [{ value: `bulkId:${other}` }] },
    })
    const { body } = await post('/Bulk', bulk([group('a', 'b'), group('b', 'a'), group('c', 'nobody')]))
    expect(body.Operations).toMatchObject([
      { status: '400', response: { scimType: 'invalidValue' } },
      { status: '400' },
      { status: '400' },
    ])
  })

  it.each([
    ['another schema', { schemas: [schemas.user], Operations: [] }, 400, 'invalidSyntax'],
    ['no operations', { schemas: [schemas.bulk] }, 400, 'invalidSyntax'],
    ['a POST without bulkId', bulk([{ method: 'POST', path: '/Users', data: {} }]), 400, 'invalidSyntax'],
    ['an unknown method', bulk([{ method: 'GET', path: '/Users' }]), 400, 'invalidSyntax'],
    ['bulk within bulk', bulk([{ method: 'POST', path: '/Bulk', bulkId: 'x', data: {} }]), 400, 'invalidPath'],
    ['a bulkId twice', bulk([create('a', 'a'), create('a', 'b')]), 400, 'invalidValue'],
    ['failOnErrors 0', bulk([], { failOnErrors: 0 }), 400, 'invalidValue'],
    [
      'too many operations',
      bulk(Array.from({ length: 101 }, (_, index) => create(`b${index}`, `u${index}`))),
      413,
      undefined,
    ],
  ])('refuses %s', async (_, body, status, scimType) => {
    const { post } = createScimWorld()
    expect(await post('/Bulk', body)).toMatchObject(scimError(status, scimType))
  })
})
