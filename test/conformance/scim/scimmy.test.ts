/**
 * scimmy is the source of our schema definitions, and an independent reading of the RFCs: where both agree on what is asked, they
 * must agree on the answer. What keeps its filters and patches from being used is shown here, too, so that a
 * version which no longer differs is noticed.
 */
import { applyPatch, type PatchOperation } from '@rolecast/core/domain/scim/apply-patch'
import { satisfies } from '@rolecast/core/domain/scim/evaluate-filter'
import type { JsonObject } from '@rolecast/core/domain/scim/json'
import { parseFilter } from '@rolecast/core/domain/scim/parse-filter'
import fc from 'fast-check'
import scimmy from 'scimmy'
import { describe, expect, it } from 'vitest'
import { users } from '../../../functions/scim/definitions.ts'
import { schemas } from './world.ts'

const people: readonly JsonObject[] = [
  person('1', 'bob', { active: true, title: 'mr' }, ['work', 'home']),
  person('2', 'eve', { active: false }, ['home']),
  person('3', 'dan', { active: true, title: 'dr' }, ['other'], 'dane'),
  person('4', 'ann', { active: false, title: 'mr', nickName: 'bob' }, ['work'], 'bobson'),
]

function person(
  id: string,
  userName: string,
  more: JsonObject,
  types: readonly string[],
  familyName = 'x',
): JsonObject {
  const emails = types.map((type) => ({ value: `${userName}@${type}`, type }))
  return { id, userName, name: { familyName }, emails, ...more }
}

function ours(filter: string): readonly unknown[] {
  const parsed = parseFilter(filter, users)
  if (!parsed.ok) return ['refused', parsed.refusal.evidence?.['detail']]
  return people.filter((each) => satisfies(each, parsed.value)).map(({ id }) => id)
}

function theirs(filter: string): readonly unknown[] {
  const found = new scimmy.Types.Filter(filter).match(people as object[]) as { id: string }[]
  return found.map(({ id }) => id)
}

const text = fc.constantFrom('bob', 'eve', 'o', 'b', 'mr', 'dane', 'x')
const comparison = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('userName', 'title', 'nickName', 'name.familyName'),
      fc.constantFrom('eq', 'co', 'sw', 'ew'),
      text,
    )
    .map(([name, operator, value]) => `${name} ${operator} "${value}"`),
  fc.constantFrom('title pr', 'nickName pr', 'name.familyName pr', 'active eq true', 'active eq false'),
  fc
    .tuple(fc.constantFrom('work', 'home', 'other'), fc.constantFrom('co', 'sw', 'ew'), text)
    .map(([type, operator, value]) => `emails[type eq "${type}" and value ${operator} "${value}"]`),
)

describe('filters', () => {
  it('agree on comparisons and on what and and or join', () => {
    const joined = fc.array(fc.array(comparison, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(joined, (branches) => {
        // One attribute twice in a conjunction is something that scimmy merges in its own way.
        const distinct = branches.map((terms) => [
          ...new Map(terms.map((term) => [term.split(/[ [.]/)[0], term])).values(),
        ])
        const filter = distinct.map((terms) => terms.join(' and ')).join(' or ')
        expect(ours(filter), filter).toEqual(theirs(filter))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['case (RFC 7643 section 2.1: names; section 4.1.1: userName)', 'USERNAME eq "BOB"', ['1']],
    ['not round a group', 'not (title eq "mr" and active eq true)', ['2', '3', '4']],
    ['a URN before an attribute', `${schemas.user}:userName eq "bob"`, ['1']],
    ['a part of what is not there', 'meta.version eq "x" or userName eq "bob"', ['1']],
    ['a quote within a text', 'userName eq "a\\"b" or userName eq "bob"', ['1']],
    ['a multi-valued attribute by its value', 'emails eq "eve@home"', ['2']],
  ])('differ in %s', (_, filter, expected) => {
    expect(ours(filter)).toEqual(expected)
    let other: readonly unknown[] | 'threw'
    try {
      other = theirs(filter)
    } catch {
      other = 'threw'
    }
    expect(other).not.toEqual(expected)
  })

  it('differ in what is refused: an attribute that does not exist', () => {
    expect(ours('usernme eq "bob"')[0]).toBe('refused')
    expect(theirs('usernme eq "bob"')).toEqual([])
  })
})

const ada: JsonObject = {
  userName: 'ada',
  name: { familyName: 'Lovelace' },
  emails: [
    { value: 'a@work', type: 'work' },
    { value: 'a@home', type: 'home' },
  ],
}

async function theirPatch(operations: readonly PatchOperation[]): Promise<unknown> {
  const { User } = scimmy.Schemas
  const resource = new User({ schemas: [User.id], id: '1', ...structuredClone(ada) }, 'out')
  const message = new scimmy.Messages.PatchOp({ schemas: [schemas.patch], Operations: operations as never })
  const patched = await message.apply(resource as never)
  const { schemas: _, id: __, meta: ___, ...attributes } = JSON.parse(JSON.stringify(patched ?? resource))
  return withoutUndefined(attributes)
}

function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

describe('patches', () => {
  const value = fc.constantFrom('x', 'y', 'z')
  const operation: fc.Arbitrary<PatchOperation> = fc.oneof(
    fc.record({
      op: fc.constantFrom('add', 'replace'),
      path: fc.constantFrom('title', 'nickName', 'name.givenName', 'userName'),
      value,
    }),
    fc.record({
      op: fc.constant('remove'),
      path: fc.constantFrom('title', 'emails[type eq "home"]'),
    }),
    fc.record({
      op: fc.constant('add'),
      path: fc.constant('emails'),
      value: value.map((each) => [{ value: each, type: 'other' }]),
    }),
    fc.record({ op: fc.constant('replace'), path: fc.constant('emails[type eq "work"].value'), value }),
    fc.record({
      op: fc.constantFrom('add', 'replace'),
      value: value.map((each) => ({ title: each, active: each === 'x' })),
    }),
  ) as fc.Arbitrary<PatchOperation>

  it('agree on what clients of the RFC send', async () => {
    await fc.assert(
      fc.asyncProperty(operation, async (each) => {
        const patched = applyPatch(users, ada, [each])
        expect(patched.ok && withoutUndefined(patched.value), JSON.stringify(each)).toEqual(await theirPatch([each]))
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    ['names in another case', { op: 'replace', path: 'TITLE', value: 'x' }],
    ['booleans as texts (Entra)', { op: 'replace', path: 'active', value: 'False' }],
    ['a value that add has to make (Entra)', { op: 'add', path: 'emails[type eq "other"].value', value: 'x' }],
    ['an extension by its URN', { op: 'add', path: `${schemas.enterprise}:department`, value: 'x' }],
  ] as const)('differ in %s', async (_, each) => {
    expect(applyPatch(users, ada, [each])).toMatchObject({ ok: true })
    await expect(theirPatch([each])).rejects.toThrow()
  })
})

it('the definitions of both are the same, but for what ours changes on purpose', () => {
  const names = scimmy.Schemas.User.definition.attributes.map(({ name }) => name)
  const core = names.filter((name) => !['schemas', 'id', 'externalId', 'meta', 'password'].includes(name))
  expect(users.schema.attributes.map(({ name }) => name)).toEqual(core)
})
