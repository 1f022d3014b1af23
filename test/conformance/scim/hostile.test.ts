import { applyPatch } from '@rolecast/core/domain/scim/apply-patch'
import type { Json } from '@rolecast/core/domain/scim/json'
import { parseFilter } from '@rolecast/core/domain/scim/parse-filter'
import { readResource } from '@rolecast/core/domain/scim/read-resource'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groups, users } from '../../../functions/scim/definitions.ts'
import { createScimWorld, schemas, scimError } from './world.ts'

const jsonValue = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>

/** Milliseconds that `work` takes. */
function timed(work: () => unknown): number {
  const begun = performance.now()
  work()
  return performance.now() - begun
}

describe('filters', () => {
  it('never throw, whatever they are, and end soon', () => {
    const word = fc.constantFrom(
      'userName',
      'emails',
      '[',
      ']',
      '(',
      ')',
      '"',
      '"a"',
      '\\',
      'eq',
      'and',
      'or',
      'not',
      '.',
      'pr',
      '1',
      'null',
      ' ',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 40 }).map((words) => words.join(' ')),
    )
    fc.assert(
      fc.property(text, (filter) => {
        const parsed = parseFilter(filter, users)
        if (!parsed.ok) expect(parsed.refusal.code).toBe('scim_invalid_filter')
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['nested deep', `${'('.repeat(5_000)}title pr${')'.repeat(5_000)}`],
    ['negated deep', `${'not ('.repeat(2_000)}title pr${')'.repeat(2_000)}`],
    ['with very many terms', Array(900).fill('title pr').join(' or ')],
    ['very long', `title eq "${'a'.repeat(2_000_000)}"`],
    ['of brackets', 'emails['.repeat(1_400)],
    ['of spaces', ' '.repeat(9_999)],
    ['of quotes and backslashes', `title eq "${'\\"'.repeat(4_900)}`],
    ['of an endless number', `title eq 1${'0'.repeat(9_000)}e`],
  ])('%s are refused at once', (_, filter) => {
    let parsed: ReturnType<typeof parseFilter> | undefined
    const took = timed(() => {
      parsed = parseFilter(filter, users)
    })
    expect(parsed).toMatchObject({ ok: false, refusal: { code: 'scim_invalid_filter' } })
    expect(took).toBeLessThan(500)
  })

  it('with as much as is taken are evaluated in time', async () => {
    const { get, makeUser } = createScimWorld()
    for (let index = 0; index < 50; index += 1) await makeUser(`u${index}`, { title: 'a'.repeat(1_000) })
    const filter = Array.from({ length: 199 }, (_, index) => `title co "${'a'.repeat(20)}${index}"`).join(' or ')
    const begun = performance.now()
    expect((await get(`/Users?filter=${encodeURIComponent(filter)}`)).body.totalResults).toBe(0)
    expect(performance.now() - begun).toBeLessThan(5_000)
  })
})

describe('bodies', () => {
  it('never throw, whatever they are', () => {
    const name = fc.constantFrom(
      'schemas',
      'userName',
      'emails',
      'name',
      'roles',
      'active',
      'members',
      '__proto__',
      schemas.enterprise,
      'meta',
    )
    const body = fc.dictionary(name, jsonValue).map((each) => ({ ...each, schemas: [schemas.user, schemas.group] }))
    fc.assert(
      fc.property(fc.oneof(jsonValue, body), (value) => {
        for (const type of [users, groups]) {
          const read = readResource(type, value as Json)
          if (!read.ok) expect(['scim_invalid_syntax', 'scim_invalid_value']).toContain(read.refusal.code)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('patches never throw, whatever they are', () => {
    const path = fc.oneof(
      fc.constantFrom(
        'userName',
        'emails',
        'emails[type eq "work"]',
        'emails[type eq "work"].value',
        'name.givenName',
        'roles',
        schemas.enterprise,
        `${schemas.enterprise}:manager`,
        'emails.value',
        'emails[',
      ),
      fc.string(),
    )
    const operation = fc.record(
      { op: fc.constantFrom('add', 'replace', 'remove'), path, value: jsonValue },
      { requiredKeys: ['op'] },
    )
    const resource = { userName: 'ada', emails: [{ value: 'a', type: 'work', primary: true }] }
    const codes = /^scim_(?:invalid_path|invalid_filter|no_target|mutability|invalid_value|invalid_syntax)$/
    fc.assert(
      fc.property(
        fc.array(operation as fc.Arbitrary<Parameters<typeof applyPatch>[2][number]>, { maxLength: 5 }),
        (operations) => {
          const patched = applyPatch(users, resource, operations)
          if (patched.ok) {
            expect(typeof patched.value['userName']).toBe('string')
            expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
          } else {
            expect(patched.refusal.code).toMatch(codes)
          }
          expect(resource).toEqual({ userName: 'ada', emails: [{ value: 'a', type: 'work', primary: true }] })
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['no JSON', '{"schemas"'],
    ['a repeated name', `{"schemas":["${schemas.user}"],"userName":"ada","userName":"root"}`],
    ['a name repeated by an escape', `{"schemas":["${schemas.user}"],"userName":"ada","user\\u004eame":"root"}`],
    ['deep nesting', `{"schemas":["${schemas.user}"],"userName":"a","x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
    ['nothing', ''],
  ])('with %s are refused', async (_, text) => {
    const { call, get } = createScimWorld()
    expect(await call('POST', '/Users', { text })).toMatchObject(scimError(400, 'invalidSyntax'))
    expect((await get('/Users')).body.totalResults).toBe(0)
  })

  it('larger than a megabyte are refused before they are read', async () => {
    const { call } = createScimWorld()
    expect(await call('POST', '/Users', { text: `"${'x'.repeat(1_048_576)}` })).toMatchObject(scimError(413))
  })

  it('that are too large to be kept are refused', async () => {
    const { post } = createScimWorld()
    const body = { schemas: [schemas.user], userName: 'ada', nickName: 'x'.repeat(250_000) }
    expect(await post('/Users', body)).toMatchObject(scimError(413))
  })

  it('with names that objects inherit mean nothing', async () => {
    const { call, get } = createScimWorld()
    const text = `{"schemas":["${schemas.user}"],"userName":"ada","__proto__":{"active":false},"constructor":{"x":1}}`
    const { body } = await call('POST', '/Users', { text })
    expect(body).toMatchObject({ userName: 'ada', active: true })
    expect(await get(`/Users/${body.id}?attributes=__proto__,constructor`)).toMatchObject({ status: 200 })
    expect(await get('/Users?filter=__proto__ pr')).toMatchObject(scimError(400, 'invalidFilter'))
    for (const id of ['__proto__', 'constructor', '%00', '%', '..%2f..', "'"]) {
      expect(await get(`/Users/${id}`)).toMatchObject(scimError(404))
    }
  })

  it('with more memberships than one request may change are refused', async () => {
    const { post } = createScimWorld()
    const members = Array.from({ length: 2_001 }, (_, index) => ({ value: `u${index}` }))
    expect(await post('/Groups', { schemas: [schemas.group], displayName: 'x', members })).toMatchObject(scimError(413))
  })

  it('with more operations than one PATCH may hold are refused', async () => {
    const { patch, makeUser } = createScimWorld()
    const { id } = await makeUser('ada')
    const operations = Array(1_001).fill({ op: 'remove', path: 'title' })
    expect(await patch(`/Users/${id}`, operations)).toMatchObject(scimError(413))
  })
})
