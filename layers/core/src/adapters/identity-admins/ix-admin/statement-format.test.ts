import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { contractSamples, readContract, type Sample } from '../../../../../../test/contracts/identity-admin/document.ts'
import { schemasOf } from '../../../../../../test/contracts/openapi.ts'
import { type Parsed, parsePage, parseStatement } from './statement-format.ts'

const ASKED = { organization: 'acme', account: 'acct-quinn' }
const STATEMENT = {
  ...ASKED,
  version: 7,
  status: 'active',
  roles: [{ application: 'customer-v2', role: 'flow_viewer' }],
  complete: true,
  occurredAt: 1_793_000_000_000,
}

const schema = schemasOf(readContract())
const isStatement = schema({ $ref: '#/components/schemas/Statement' })
const isPage = schema({ $ref: '#/components/schemas/Page' })

function about(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter(({ schema }) => schema === 'Statement' || schema === 'Page')
}

function read(schema: string, body: unknown): Parsed<unknown> {
  const text = JSON.stringify(body)
  if (schema === 'Page') return parsePage(text, 'acme', undefined)
  const said = body as { organization?: unknown; account?: unknown }
  return parseStatement(text, { organization: String(said.organization), account: String(said.account) })
}

describe('statements and pages', () => {
  test.each(about(contractSamples('accepted')))('takes the sample $name', (sample) => {
    expect(read(sample.schema, sample.body).outcome).toBe(sample.body['complete'] === true ? 'parsed' : 'partial')
  })

  test.each(about(contractSamples('refused')))('refuses the sample $name', (sample) => {
    expect(read(sample.schema, sample.body).outcome).toBe('garbage')
  })

  test('a statement about somebody else is garbage, complete or not', () => {
    for (const change of [
      { account: 'acct-other' },
      { organization: 'globex' },
      { account: 'acct-other', complete: false },
    ]) {
      const parsed = parseStatement(JSON.stringify({ ...STATEMENT, ...change }), ASKED)
      expect(parsed).toEqual({ outcome: 'garbage', detail: 'about another account than the one asked for' })
    }
  })

  test.each([
    [
      'of another organization',
      { statements: [{ ...STATEMENT, organization: 'globex' }], next: null },
      undefined,
      'about another organization than the one asked for',
    ],
    [
      'with an account twice',
      { statements: [STATEMENT, STATEMENT], next: null },
      undefined,
      'accounts repeated or out of order',
    ],
    [
      'out of order',
      { statements: [STATEMENT, { ...STATEMENT, account: 'acct-a' }], next: null },
      undefined,
      'accounts repeated or out of order',
    ],
    ['that leads to itself', { statements: [], next: 'c1' }, 'c1', 'a page that leads to itself'],
  ])('a page %s is garbage', (_, page, cursor, detail) => {
    const text = JSON.stringify({ complete: true, ...page })
    expect(parsePage(text, 'acme', cursor)).toEqual({ outcome: 'garbage', detail })
  })

  test('one incomplete statement makes its page partial', () => {
    const page = { statements: [{ ...STATEMENT, complete: false }], next: null, complete: true }
    expect(parsePage(JSON.stringify(page), 'acme', undefined)).toEqual({ outcome: 'partial' })
  })

  test('a repeated member is garbage, even with equal values', () => {
    const text = JSON.stringify(STATEMENT).replace('"complete":true', '"complete":true,"complete":true')
    expect(parseStatement(text, ASKED).outcome).toBe('garbage')
  })

  test('what is wrong is said without repeating the answer', () => {
    const text = JSON.stringify({ ...STATEMENT, 'jane@acme.example': true, version: 'eyJhbGciOiJFUzI1NiJ9' })
    const parsed = parseStatement(text, ASKED)
    expect(parsed).toEqual({ outcome: 'garbage', detail: 'version is not as the contract says' })
    expect(parseStatement(JSON.stringify({ ...STATEMENT, 'jane@acme.example': true }), ASKED)).toEqual({
      outcome: 'garbage',
      detail: 'a member that the contract does not know',
    })
  })
})

/** Most of the time the usual value, so that many statements are odd in one place only. */
function seldom<T>(odd: fc.Arbitrary<T>, usual: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 1, arbitrary: odd }, { weight: 2, arbitrary: fc.constant(usual) })
}

/** Values near the borders of what each member may be, and far beyond them. */
const oddity = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    1.5,
    2 ** 53,
    2 ** 53 - 1,
    '',
    'a',
    '..',
    '-',
    'A'.repeat(128),
    'A'.repeat(129),
    true,
    null,
    [],
    {},
  ),
  fc.constantFrom<unknown>('active', 'inactive', 'custom:', 'custom:x', 'custom:custom:x', 'flow_viewer', 'App', 'app'),
)
const member = fc.constantFrom(
  'organization',
  'account',
  'version',
  'status',
  'roles',
  'complete',
  'occurredAt',
  'extra',
)
const role = fc.oneof(
  fc.record({ application: fc.constantFrom('a', 'b'), role: fc.constantFrom('x', 'custom:x') }),
  fc.record({ application: fc.constantFrom('a', 'b', 'A', ''), role: fc.constantFrom('x', 'custom:x', 'y z') }),
  fc.dictionary(fc.constantFrom('application', 'role', '__proto__', 'more'), oddity),
)
const statement = fc
  .record({
    changes: seldom(fc.array(fc.tuple(member, oddity), { maxLength: 2 }), []),
    removed: seldom(fc.array(member, { maxLength: 1 }), []),
    roles: fc.array(role, { maxLength: 3 }),
  })
  .map(({ changes, removed, roles }) => {
    const all = { ...STATEMENT, roles, ...Object.fromEntries(changes) }
    return Object.fromEntries(Object.entries(all).filter(([name]) => !removed.some((each) => each === name)))
  })

describe('the reader agrees with the contract', () => {
  property.prop([statement], { numRuns: 1000 })('on statements', (body) => {
    const said = JSON.parse(JSON.stringify(body))
    expect(read('Statement', said).outcome !== 'garbage').toBe(isStatement(said))
  })

  property.prop([fc.dictionary(fc.constantFrom('statements', 'next', 'complete', 'more'), oddity)])(
    'on pages',
    (odd) => {
      const said = JSON.parse(JSON.stringify({ statements: [], next: null, complete: true, ...odd }))
      expect(read('Page', said).outcome !== 'garbage').toBe(isPage(said))
    },
  )
})
