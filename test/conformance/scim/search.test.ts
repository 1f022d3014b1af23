import { describe, expect, it } from 'vitest'
import { createScimWorld, schemas, scimError } from './world.ts'

async function someUsers() {
  const world = createScimWorld()
  await world.makeUser('Bob', {
    name: { familyName: 'O"Hara and sons', givenName: 'Bob' },
    emails: [
      { value: 'bob@work.example', type: 'work' },
      { value: 'bob@home.example', type: 'home', primary: true },
    ],
    title: 'Mr.',
    [schemas.enterprise]: { department: 'Sales' },
  })
  world.time.now += 60_000
  await world.makeUser('alice', {
    emails: [{ value: 'alice@home.example', type: 'home' }],
    active: false,
    nickName: 'Zed',
  })
  world.time.now += 60_000
  await world.makeUser('Carol', { title: 'dr.', roles: [{ value: 'shop/clerk' }] })
  const names = async (query: string) => {
    const { status, body } = await world.get(`/Users?${query}`)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body.Resources.map(({ userName }: { userName: string }) => userName)
  }
  return { ...world, names, filtered: (filter: string) => names(`filter=${encodeURIComponent(filter)}`) }
}

describe('filters (RFC 7644 section 3.4.2.2)', () => {
  it.each([
    ['userName eq "bob"', ['Bob']],
    ['USERNAME Eq "BOB"', ['Bob']],
    [`${schemas.user}:userName eq "bob"`, ['Bob']],
    [`URN:IETF:PARAMS:scim:schemas:core:2.0:user:userName sw "b"`, ['Bob']],
    ['externalId eq "ext-Bob"', ['Bob']],
    ['externalId eq "ext-bob"', []],
    ['userName ne "bob"', ['alice', 'Carol']],
    ['userName co "O"', ['Bob', 'Carol']],
    ['userName sw "C"', ['Carol']],
    ['userName ew "E"', ['alice']],
    ['userName gt "b"', ['Bob', 'Carol']],
    ['userName ge "bob"', ['Bob', 'Carol']],
    ['userName lt "bob"', ['alice']],
    ['userName le "bob"', ['Bob', 'alice']],
    ['title pr', ['Bob', 'Carol']],
    ['not (title pr)', ['alice']],
    ['title eq null', ['alice']],
    ['title ne null', ['Bob', 'Carol']],
    ['title ne "Mr."', ['alice', 'Carol']],
    ['active eq true', ['Bob', 'Carol']],
    ['active eq "False"', ['alice']],
    ['active ne true', ['alice']],
    ['name.familyName eq "o\\"hara AND sons"', ['Bob']],
    ['name.familyName co " and "', ['Bob']],
    ['emails.value co "home.example"', ['Bob', 'alice']],
    ['emails co "work"', ['Bob']],
    ['emails eq "BOB@home.example"', ['Bob']],
    ['emails[type eq "work" and value co "home"]', []],
    ['emails[type eq "home" and value co "home"]', ['Bob', 'alice']],
    ['emails[not (type eq "home")]', ['Bob']],
    ['emails[type eq "work"].value eq "bob@work.example"', ['Bob']],
    ['emails.primary eq true', ['Bob']],
    ['emails[primary eq "True"]', ['Bob']],
    [`${schemas.enterprise}:department eq "sales"`, ['Bob']],
    [`${schemas.enterprise}:department pr or roles pr`, ['Bob', 'Carol']],
    ['roles.value eq "shop/clerk"', ['Carol']],
    ['title pr and userName sw "b" or active eq false', ['Bob', 'alice']],
    ['title pr and (userName sw "b" or active eq false)', ['Bob']],
    ['not (title pr and userName sw "b")', ['alice', 'Carol']],
    ['not (title pr or userName sw "b")', ['alice']],
    ['not (not (userName eq "bob"))', ['Bob']],
    ['(userName eq "bob")', ['Bob']],
    ['userName eq "bob" and title eq "Dr."', []],
    ['meta.resourceType eq "User" and userName eq "bob"', ['Bob']],
    ['id pr and userName eq "nobody"', []],
    ['nickName eq "null"', []],
    ['schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"', ['Bob']],
  ])('%s', async (filter, expected) => {
    const { filtered } = await someUsers()
    expect(await filtered(filter)).toEqual(expected)
  })

  it('compares times by the moment they name', async () => {
    const { filtered, get } = await someUsers()
    const [, second] = (await get('/Users')).body.Resources
    const elsewhere = new Date(Date.parse(second.meta.created) + 2 * 3_600_000).toISOString().replace('Z', '+02:00')
    expect(await filtered(`meta.created eq "${elsewhere}"`)).toEqual(['alice'])
    expect(await filtered(`meta.lastModified gt "${elsewhere}"`)).toEqual(['Carol'])
    expect(await filtered(`meta.created le "${elsewhere}"`)).toEqual(['Bob', 'alice'])
  })

  it.each([
    'userName',
    'userName eq',
    'userName eq bob',
    'userName zz "bob"',
    'userName eq "bob',
    'userName eq "bob" and',
    'userName eq "bob" title pr',
    '(userName eq "bob"',
    'userName eq "bob")',
    'not userName eq "bob"',
    'emails[type eq "work"',
    'emails[]',
    'userName[value eq "x"]',
    'nonsense eq "x"',
    'emails.nonsense eq "x"',
    'name eq "Bob"',
    'active gt true',
    'active co "t"',
    'title eq 5',
    'active eq "perhaps"',
    'meta.created gt "yesterday"',
    'password eq "x"',
    '"userName" eq "bob"',
    'userName eq 01',
  ])('refuses %s', async (filter) => {
    const { get } = await someUsers()
    expect(await get(`/Users?filter=${encodeURIComponent(filter)}`)).toMatchObject(scimError(400, 'invalidFilter'))
  })

  it('answers a lookup by userName, externalId or id with a bounded number of reads', async () => {
    const { filtered, database, get } = await someUsers()
    const { id } = (await get('/Users?filter=userName eq "bob"')).body.Resources[0]
    for (const filter of ['userName eq "bob"', 'externalId eq "ext-Bob" and active eq true', `id eq "${id}"`]) {
      const before = database.requests.length
      expect(await filtered(filter)).toEqual(['Bob'])
      const asked = database.requests.slice(before)
      expect(asked).not.toContain('listResources')
      expect(asked.length).toBeLessThanOrEqual(4)
    }
  })
})

describe('lists (RFC 7644 section 3.4.2)', () => {
  it('answers 200 with an empty list where nothing is found', async () => {
    const { get } = createScimWorld()
    expect(await get('/Users')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/scim+json' },
      body: { schemas: [schemas.list], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] },
    })
  })

  it('pages by index, from 1 (section 3.4.2.4)', async () => {
    const { get, names } = await someUsers()
    expect((await get('/Users?startIndex=2&count=1')).body).toMatchObject({
      totalResults: 3,
      startIndex: 2,
      itemsPerPage: 1,
    })
    expect(await names('startIndex=2&count=1')).toEqual(['alice'])
    expect(await names('startIndex=-5&count=2')).toEqual(['Bob', 'alice'])
    expect(await names('startIndex=0')).toEqual(['Bob', 'alice', 'Carol'])
    expect((await get('/Users?count=0')).body).toMatchObject({ totalResults: 3, itemsPerPage: 0, Resources: [] })
    expect((await get('/Users?count=-1')).body).toMatchObject({ totalResults: 3, Resources: [] })
    expect((await get('/Users?startIndex=9')).body).toMatchObject({ totalResults: 3, startIndex: 9, Resources: [] })
    expect(await get('/Users?count=many')).toMatchObject(scimError(400, 'invalidCount'))
    expect(await get('/Users?startIndex=one')).toMatchObject(scimError(400, 'invalidValue'))
  })

  it('sorts, without case where the schema has none, what has no value last (section 3.4.2.3)', async () => {
    const { names, get } = await someUsers()
    expect(await names('sortBy=userName')).toEqual(['alice', 'Bob', 'Carol'])
    expect(await names('sortBy=userName&sortOrder=descending')).toEqual(['Carol', 'Bob', 'alice'])
    expect(await names('sortBy=title')).toEqual(['Carol', 'Bob', 'alice'])
    expect(await names('sortBy=title&sortOrder=descending')).toEqual(['alice', 'Bob', 'Carol'])
    expect(await names('sortBy=emails')).toEqual(['alice', 'Bob', 'Carol'])
    expect(await names('sortBy=meta.created&sortOrder=DESCENDING&count=1')).toEqual(['Carol'])
    expect(await get('/Users?sortBy=nonsense')).toMatchObject(scimError(400, 'invalidValue'))
    expect(await get('/Users?sortBy=userName&sortOrder=up')).toMatchObject(scimError(400, 'invalidValue'))
  })

  it('shows only the attributes asked for', async () => {
    const { get } = await someUsers()
    const { body } = await get('/Users?attributes=userName&count=1')
    expect(Object.keys(body.Resources[0]).sort()).toEqual(['id', 'schemas', 'userName'])
  })
})

describe('cursors (RFC 9865)', () => {
  async function walk(world: Awaited<ReturnType<typeof someUsers>>, query: string) {
    const seen: string[] = []
    const cursors: string[] = []
    let cursor = ''
    for (let page = 0; page < 20; page += 1) {
      const { status, body } = await world.get(`/Users?${query}&cursor=${cursor}`)
      expect(status).toBe(200)
      expect(body).not.toHaveProperty('startIndex')
      expect(body).not.toHaveProperty('previousCursor')
      expect(body.itemsPerPage).toBe(body.Resources.length)
      seen.push(...body.Resources.map(({ userName }: { userName: string }) => userName))
      if (body.nextCursor === undefined) return { seen, cursors }
      expect(body.nextCursor).toMatch(/^[A-Za-z0-9._~-]+$/)
      cursor = body.nextCursor
      cursors.push(cursor)
    }
    throw new Error('the pages do not end')
  }

  it('lead through everything once, in any order', async () => {
    const world = await someUsers()
    expect((await walk(world, 'count=1')).seen).toEqual(['Bob', 'alice', 'Carol'])
    expect((await walk(world, 'count=2&sortBy=userName')).seen).toEqual(['alice', 'Bob', 'Carol'])
    expect((await walk(world, 'count=1&sortBy=title&sortOrder=descending')).seen).toEqual(['alice', 'Bob', 'Carol'])
    expect((await walk(world, 'count=3')).seen).toHaveLength(3)
    expect((await walk(world, `count=1&filter=${encodeURIComponent('title pr')}`)).seen).toEqual(['Bob', 'Carol'])
    expect((await world.get('/Users?cursor&count=2')).body).toMatchObject({ totalResults: 3, itemsPerPage: 2 })
    expect((await world.get('/Users?cursor=&count=0')).body).toMatchObject({ totalResults: 3, Resources: [] })
  })

  it('neither repeat nor skip what stays, when others come and go', async () => {
    const world = await someUsers()
    const first = await world.get('/Users?cursor=&count=2')
    await world.remove(`/Users/${first.body.Resources[1].id}`)
    world.time.now += 1
    await world.makeUser('dora')
    const second = await world.get(`/Users?cursor=${first.body.nextCursor}&count=2`)
    expect(second.body.Resources.map(({ userName }: { userName: string }) => userName)).toEqual(['Carol', 'dora'])
  })

  it('are refused when made up, or with another query, count, type or token', async () => {
    const world = await someUsers()
    const { cursors } = await walk(world, 'count=1')
    const [cursor = ''] = cursors
    for (const made of ['x', 'x.y', `${cursor}x`, `x${cursor}`, cursor.split('.')[0], `${cursor}.x`]) {
      expect(await world.get(`/Users?count=1&cursor=${made}`)).toMatchObject(scimError(400, 'invalidCursor'))
    }
    expect(await world.get(`/Users?count=1&sortBy=userName&cursor=${cursor}`)).toMatchObject(
      scimError(400, 'invalidCursor'),
    )
    expect(await world.get(`/Groups?count=1&cursor=${cursor}`)).toMatchObject(scimError(400, 'invalidCursor'))
    expect(await world.get(`/Users?count=1&cursor=${cursor}`, { token: 'token-of-globex' })).toMatchObject(
      scimError(400, 'invalidCursor'),
    )
    expect(await world.get(`/Users?count=2&cursor=${cursor}`)).toMatchObject(scimError(400, 'invalidCount'))
    expect(await world.get(`/Users?count=1&startIndex=2&cursor=${cursor}`)).toMatchObject(
      scimError(400, 'invalidValue'),
    )
  })

  it('are refused when signed by whoever has the token, over something else', async () => {
    const { get, dependencies } = await someUsers()
    const { hash, sign } = dependencies
    for (const content of ['no JSON', '{}', '{"after":["user","",1],"count":1}']) {
      const text = Buffer.from(content).toString('base64url')
      const identity = JSON.stringify([['User'], {}])
      const cursor = `${text}.${sign(`${identity}\n${text}`, hash('token-of-acme'))}`
      expect(await get(`/Users?count=1&cursor=${cursor}`), content).toMatchObject(scimError(400, 'invalidCursor'))
    }
  })
})

describe('searching by POST (RFC 7644 section 3.4.3)', () => {
  const request = { schemas: [schemas.search], filter: 'userName sw "b"', attributes: ['userName'] }

  it('answers as GET does', async () => {
    const { post } = await someUsers()
    const { status, body } = await post('/Users/.search', { ...request, startIndex: 1, count: 10 })
    expect(status).toBe(200)
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ userName: 'Bob' }] })
    expect(Object.keys(body.Resources[0]).sort()).toEqual(['id', 'schemas', 'userName'])
    const paged = await post('/Users/.search', { schemas: [schemas.search], cursor: '', count: 2 })
    expect(paged.body.nextCursor).toBeDefined()
    const next = await post('/Users/.search', { schemas: [schemas.search], cursor: paged.body.nextCursor, count: 2 })
    expect(next.body.Resources).toHaveLength(1)
  })

  it('searches users and groups at the root, where an attribute of one is without value in the other', async () => {
    const { post, makeGroup, get } = await someUsers()
    await makeGroup('Sales')
    const all = await post('/.search', { schemas: [schemas.search] })
    expect(all.body.Resources.map(({ meta }: { meta: { resourceType: string } }) => meta.resourceType)).toEqual([
      'User',
      'User',
      'User',
      'Group',
    ])
    const filter = 'displayName eq "sales" or userName eq "bob"'
    expect(
      (await post('/.search', { schemas: [schemas.search], filter: 'displayName eq "sales"' })).body.totalResults,
    ).toBe(1)
    expect((await post('/.search', { schemas: [schemas.search], filter: 'userName eq "bob"' })).body.totalResults).toBe(
      1,
    )
    expect((await post('/.search', { schemas: [schemas.search], filter })).body.totalResults).toBe(2)
    expect((await get(`/?filter=${encodeURIComponent('meta.resourceType eq "Group"')}`)).body.totalResults).toBe(1)
    expect(await post('/.search', { schemas: [schemas.search], filter: 'nonsense pr' })).toMatchObject(
      scimError(400, 'invalidFilter'),
    )
  })

  it('refuses what is no search request', async () => {
    const { post, get } = await someUsers()
    expect(await post('/Users/.search', { filter: 'title pr' })).toMatchObject(scimError(400, 'invalidSyntax'))
    expect(await post('/Users/.search', { ...request, filter: 5 })).toMatchObject(scimError(400, 'invalidValue'))
    expect(await get('/Users/.search')).toMatchObject({ status: 405, headers: { allow: 'POST' } })
  })
})
