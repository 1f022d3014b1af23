import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { catalog, codeOf, shopToken, start, verifierAt } from '../../../test/support/shop-verifier.ts'
import { grantFromContext } from './context.ts'
import { type GrantContext, writeGrantContext } from './grant-context.ts'
import type { VerifiedGrant } from './verified-grant.ts'

async function verified(keys: readonly string[], overrides: Record<string, unknown> = {}): Promise<VerifiedGrant> {
  const outcome = verifierAt().verifier.verifySync(await shopToken(keys, overrides))
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  return outcome.value
}

/** What a REST API makes of a context. */
const asRest = (context: GrantContext) =>
  Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]))

const shapes: readonly [string, readonly string[], Record<string, unknown>][] = [
  ['roles', ['orders.view', 'stock.count[my-shelves]'], {}],
  ['nothing at all', [], {}],
  ['gates', ['stock.view'], { gts: ['a "quoted" shelf', 'z,]', 'ü'] }],
  ['default-full access', [], { prm: undefined, dfl: '1bAQ' }],
  ['a scope', ['orders.view'], { scope: 'orders.view' }],
]

describe('an authorizer context', () => {
  it.each(shapes)('brings %s to the product unchanged, through both kinds of gateway', async (_, keys, overrides) => {
    const grant = await verified(keys, overrides)
    const context = writeGrantContext(grant, false)
    const { changeHandle: _handle, ...holder } = grant.holder
    for (const delivered of [context, JSON.parse(JSON.stringify(context)), asRest(context)]) {
      const outcome = grantFromContext(delivered, catalog, start)
      if (!outcome.ok) throw new Error(outcome.refusal.code)
      expect(outcome.value.holder).toEqual(holder)
      expect(outcome.value.grant).toEqual(grant.grant)
      for (const permission of ['orders.view', 'orders.approve', 'stock.count', 'stock.view']) {
        expect(outcome.value.explain(permission as never)).toEqual(grant.explain(permission))
      }
    }
  })

  it('holds scalars only, and no token', async () => {
    const context = writeGrantContext(await verified(['stock.view'], { gts: ['a'] }), true)
    for (const value of Object.values(context)) expect(['string', 'number', 'boolean']).toContain(typeof value)
    expect(JSON.stringify(context)).not.toContain('eyJ')
  })

  const changes: readonly [code: string, change: Record<string, unknown>][] = [
    ...['account', 'organization', 'client'].flatMap((name): [string, Record<string, unknown>][] =>
      [undefined, '', 7, null, {}].map((value) => ['invalid_context', { [name]: value }]),
    ),
    ...['issuedAt', 'confirmedAt', 'expiresAt'].flatMap((name): [string, Record<string, unknown>][] =>
      [undefined, '', 'x', '1e9', '01', '1.5', 1.5, -1, '-1', ' 1', Number.NaN, true].map((value) => [
        'invalid_context',
        { [name]: value },
      ]),
    ),
    ...[undefined, '', '1', '1.2.3', '1.', '.1', '1.-1', '1.x', '1e1.1', 1.5].map(
      (revision): [string, Record<string, unknown>] => ['invalid_context', { revision }],
    ),
    ...['', '[', '"a"x', ' ["a"]', '["a"],"b":["c"]', 'null', ['a'], 5, null].map(
      (gates): [string, Record<string, unknown>] => ['invalid_context', { gates }],
    ),
    ...['[]', '["b","a"]', '{}', '"a"', '[1]'].map((gates): [string, Record<string, unknown>] => [
      'malformed_claim',
      { gates },
    ]),
    ...[true, undefined, 'no', ['false'], { toString: [] }].map((defaultFull): [string, Record<string, unknown>] => [
      'invalid_context',
      { defaultFull },
    ]),
    ['invalid_context', { scope: '' }],
    ['wrong_audience', { application: 'flows' }],
    ['wrong_audience', { application: undefined }],
    ['expired', { expiresAt: start }],
    ['malformed_claim', { prm: undefined }],
    ['malformed_claim', { dfl: '1r' }],
    ['malformed_claim', { prm: '1b' }],
    ['malformed_claim', { prm: 5 }],
    ['unknown_epoch', { prm: '9r' }],
    ['unresolved_reference', { prm: `1x${'A'.repeat(43)}` }],
  ]
  it.each(changes)('is refused with %s when it says %j', async (code, change) => {
    const context = { ...writeGrantContext(await verified(['orders.view']), false), ...change }
    expect(codeOf(grantFromContext(context, catalog, start))).toBe(code)
  })

  it.each([undefined, null, 'context', 5, [], {}])('is refused when it is %j', (context) => {
    expect(grantFromContext(context, catalog, start)).toMatchObject({ ok: false })
  })

  test.prop([fc.dictionary(fc.string(), fc.anything()), fc.string(), fc.anything()])(
    'never throws',
    async (context, name, value) => {
      expect(() => grantFromContext(context, catalog, start)).not.toThrow()
      const written = writeGrantContext(await verified(['orders.view']), false)
      expect(() => grantFromContext({ ...written, [name]: value }, catalog, start)).not.toThrow()
      for (const each of Object.keys(written)) grantFromContext({ ...written, [each]: value }, catalog, start)
    },
  )
})
