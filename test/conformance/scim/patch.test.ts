import { describe, expect, it } from 'vitest'
import { createScimWorld, schemas, scimError } from './world.ts'

const emails = [
  { value: 'a@work', type: 'work', primary: true },
  { value: 'a@home', type: 'home' },
]

async function patched(operations: readonly unknown[], more: object = { emails }) {
  const world = createScimWorld()
  const { id } = await world.makeUser('ada', more)
  const answer = await world.patch(`/Users/${id}`, operations)
  const stored = (await world.get(`/Users/${id}`)).body
  return { ...answer, stored, id, world }
}

describe('add (RFC 7644 section 3.5.2.1)', () => {
  it.each([
    ['a simple attribute', { path: 'title', value: 'Dr.' }, { title: 'Dr.' }],
    ['a name in another case', { path: 'TITLE', value: 'Dr.' }, { title: 'Dr.' }],
    ['a sub-attribute of nothing yet', { path: 'name.givenName', value: 'Ada' }, { name: { givenName: 'Ada' } }],
    ['a value to others', { path: 'emails', value: [{ value: 'b@x' }] }, { emails: [...emails, { value: 'b@x' }] }],
    [
      'one value without a list',
      { path: 'emails', value: { value: 'b@x' } },
      { emails: [...emails, { value: 'b@x' }] },
    ],
    ['a value that is there', { path: 'emails', value: [{ value: 'a@home', type: 'home' }] }, { emails }],
    ['several attributes without a path', { value: { title: 'Dr.', nickName: 'A' } }, { title: 'Dr.', nickName: 'A' }],
    [
      'an attribute of an extension',
      { path: `${schemas.enterprise}:department`, value: 'D' },
      { [schemas.enterprise]: { department: 'D' }, schemas: [schemas.user, schemas.enterprise] },
    ],
    [
      'an extension without a path',
      { value: { [schemas.enterprise]: { department: 'D' } } },
      { [schemas.enterprise]: { department: 'D' } },
    ],
    [
      'a sub-attribute within an extension',
      { path: `${schemas.enterprise}:manager.value`, value: '26' },
      { [schemas.enterprise]: { manager: { value: '26' } } },
    ],
    ['an attribute by its URN', { path: `${schemas.user}:title`, value: 'Dr.' }, { title: 'Dr.' }],
    [
      'a sub-attribute to chosen values',
      { path: 'emails[type eq "home"].display', value: 'Home' },
      { emails: [emails[0], { ...emails[1], display: 'Home' }] },
    ],
    [
      'a primary value, which takes that from the other',
      { path: 'emails', value: [{ value: 'b@x', primary: true }] },
      { emails: [{ ...emails[0], primary: false }, emails[1], { value: 'b@x', primary: true }] },
    ],
  ])('%s', async (_, operation, expected) => {
    const { status, body, stored } = await patched([{ op: 'add', ...operation }])
    expect(body).toMatchObject(expected)
    expect(status).toBe(200)
    expect(stored).toEqual(body)
  })

  it('adds to a complex attribute and leaves its other parts', async () => {
    const operations = [{ op: 'add', path: 'name', value: { givenName: 'Ada' } }]
    const { stored } = await patched(operations, { name: { familyName: 'Lovelace' } })
    expect(stored.name).toEqual({ familyName: 'Lovelace', givenName: 'Ada' })
  })
})

describe('replace (RFC 7644 section 3.5.2.3)', () => {
  it.each([
    ['a simple attribute', { path: 'userName', value: 'ada2' }, { userName: 'ada2' }],
    ['what is not there, as if added', { path: 'title', value: 'Dr.' }, { title: 'Dr.' }],
    ['all values', { path: 'emails', value: [{ value: 'b@x' }] }, { emails: [{ value: 'b@x' }] }],
    [
      'chosen values whole',
      { path: 'emails[type eq "home"]', value: { value: 'b@x' } },
      { emails: [emails[0], { value: 'b@x' }] },
    ],
    [
      'a sub-attribute of chosen values',
      { path: 'emails[type eq "work" and value ew "work"].value', value: 'b@x' },
      { emails: [{ ...emails[0], value: 'b@x' }, emails[1]] },
    ],
    ['several attributes without a path', { value: { active: false, title: 'Dr.' } }, { active: false, title: 'Dr.' }],
    ['a path as a name', { value: { 'name.givenName': 'Ada' } }, { name: { givenName: 'Ada' } }],
  ])('%s', async (_, operation, expected) => {
    const { status, body } = await patched([{ op: 'replace', ...operation }])
    expect(body).toMatchObject(expected)
    expect(status).toBe(200)
  })

  it('leaves the parts of a complex attribute that are not named', async () => {
    const operations = [{ op: 'replace', path: 'name', value: { givenName: 'A' } }]
    const { stored } = await patched(operations, { name: { givenName: 'Ada', familyName: 'Lovelace' } })
    expect(stored.name).toEqual({ givenName: 'A', familyName: 'Lovelace' })
  })
})

describe('remove (RFC 7644 section 3.5.2.2)', () => {
  it.each([
    ['a simple attribute', 'externalId', 'externalId'],
    ['all values', 'emails', 'emails'],
    ['chosen values, the last of them', 'emails[value pr]', 'emails'],
    ['what is not there', 'title', 'title'],
    ['what an extension lacks', `${schemas.enterprise}:department`, schemas.enterprise],
  ])('%s', async (_, path, gone) => {
    const { status, stored } = await patched([{ op: 'remove', path }])
    expect(status).toBe(200)
    expect(stored).not.toHaveProperty([gone])
  })

  it('takes chosen values, and parts of chosen values', async () => {
    expect((await patched([{ op: 'remove', path: 'emails[type eq "work"]' }])).stored.emails).toEqual([emails[1]])
    expect((await patched([{ op: 'remove', path: 'emails[type eq "home"].type' }])).stored.emails).toEqual([
      emails[0],
      { value: 'a@home' },
    ])
    expect((await patched([{ op: 'remove', path: 'emails[type eq "other"]' }])).stored.emails).toEqual(emails)
  })

  it('takes an extension, and its name from schemas', async () => {
    const more = { [schemas.enterprise]: { department: 'D', division: 'E' } }
    const one = await patched([{ op: 'remove', path: `${schemas.enterprise}:division` }], more)
    expect(one.stored).toMatchObject({ [schemas.enterprise]: { department: 'D' } })
    const whole = await patched([{ op: 'remove', path: schemas.enterprise }], more)
    expect(whole.stored.schemas).toEqual([schemas.user])
  })
})

describe('what PATCH refuses (RFC 7644 sections 3.5.2 and 3.12)', () => {
  it.each([
    ['no path to remove', { op: 'remove' }, 'noTarget'],
    ['a filter that nothing satisfies', { op: 'replace', path: 'emails[type eq "x"].value', value: 'y' }, 'noTarget'],
    ['an attribute that does not exist', { op: 'add', path: 'favourite', value: 'y' }, 'invalidPath'],
    ['a sub-attribute that does not exist', { op: 'add', path: 'name.nick', value: 'y' }, 'invalidPath'],
    ['an unclosed bracket', { op: 'add', path: 'emails[type eq "x"', value: 'y' }, 'invalidPath'],
    ['a choice among one', { op: 'add', path: 'userName[value eq "x"]', value: 'y' }, 'invalidPath'],
    ['a malformed filter', { op: 'remove', path: 'emails[type zz "x"]' }, 'invalidFilter'],
    ['an unknown name without a path', { op: 'add', value: { favourite: 'y' } }, 'invalidPath'],
    ['a read-only attribute', { op: 'replace', path: 'id', value: 'y' }, 'mutability'],
    ['a read-only part', { op: 'replace', path: 'meta.version', value: 'y' }, 'mutability'],
    ['the groups of a user', { op: 'add', path: 'groups', value: [{ value: 'x' }] }, 'mutability'],
    ['to remove what is required', { op: 'remove', path: 'userName' }, 'mutability'],
    ['nothing in place of what is required', { op: 'replace', path: 'userName', value: '' }, 'invalidValue'],
    ['a value of another type', { op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
    ['no value', { op: 'add', path: 'title' }, 'invalidValue'],
    ['a text without a path', { op: 'add', value: 'x' }, 'invalidValue'],
    ['an unknown operation', { op: 'copy', path: 'title' }, 'invalidSyntax'],
    ['no operation', {}, 'invalidSyntax'],
  ])('%s', async (_, operation, scimType) => {
    const { status, body, stored } = await patched([{ op: 'add', path: 'title', value: 'Dr.' }, operation])
    expect({ status, body }).toMatchObject({ status: 400, body: scimError(400, scimType).body })
    // All or nothing: the operation before it is undone.
    expect(stored).not.toHaveProperty('title')
    expect(stored.meta.version).toBe('W/"1"')
  })

  it.each([
    ['no schemas', { Operations: [{ op: 'remove', path: 'title' }] }],
    ['another schema', { schemas: [schemas.user], Operations: [{ op: 'remove', path: 'title' }] }],
    ['no operations', { schemas: [schemas.patch] }],
    ['an empty list', { schemas: [schemas.patch], Operations: [] }],
  ])('a body with %s', async (_, body) => {
    const { makeUser, call } = createScimWorld()
    const { id } = await makeUser('ada')
    expect(await call('PATCH', `/Users/${id}`, { body })).toMatchObject(scimError(400, 'invalidSyntax'))
  })

  it('a name that is taken, with 409', async () => {
    const { world, id } = await patched([{ op: 'remove', path: 'title' }])
    await world.makeUser('bob')
    const taken = await world.patch(`/Users/${id}`, [{ op: 'replace', path: 'userName', value: 'BOB' }])
    expect(taken).toMatchObject(scimError(409, 'uniqueness'))
  })
})

it('works through operations in their order', async () => {
  const { stored } = await patched([
    { op: 'add', path: 'title', value: 'one' },
    { op: 'replace', path: 'title', value: 'two' },
    { op: 'remove', path: 'emails' },
    { op: 'add', path: 'emails', value: [{ value: 'c@x' }] },
  ])
  expect(stored).toMatchObject({ title: 'two', emails: [{ value: 'c@x' }] })
})

it('leaves the version of what does not change (RFC 7644 section 3.5.2.1)', async () => {
  const { body } = await patched([{ op: 'add', path: 'emails', value: emails }])
  expect(body.meta.version).toBe('W/"1"')
})
