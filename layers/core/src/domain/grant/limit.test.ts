import { fc, it } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { toDecisionCatalog } from '../catalog/compile.ts'
import { compiledShop } from '../catalog/shop.fixture.ts'
import { decide, indexCatalog } from './decide.ts'
import type { Grant } from './grant.ts'
import { limitGrant } from './limit.ts'
import { addNumber, emptySet } from './permission-set.ts'

const index = indexCatalog(toDecisionCatalog(compiledShop))
const grantKeys = [...compiledShop.numberOf.keys()]
const permissions = Object.keys(compiledShop.catalog.permissions)

function grantOf(keys: readonly string[], kind: Grant['kind'] = 'roles'): Grant {
  const set = emptySet(compiledShop.size)
  for (const key of keys) addNumber(set, compiledShop.numberOf.get(key) ?? -1)
  return { application: 'shop', epoch: compiledShop.epoch, kind, permissions: set, gates: ['shelf-1'] }
}

const facts = fc.record({
  account: fc.constantFrom('ada', 'bob'),
  resource: fc.record(
    {
      attributes: fc.dictionary(fc.constantFrom('owner', 'state', 'shelf'), fc.constantFrom('ada', 'open', 's1')),
      id: fc.constantFrom('shelf-1', 'shelf-2'),
      secured: fc.boolean(),
    },
    { requiredKeys: ['attributes'] },
  ),
  lists: fc.constantFrom({}, { shelves: ['s1'] }),
})

describe('limiting a grant to a scope', () => {
  it.prop([
    fc.subarray(grantKeys),
    fc.subarray(grantKeys),
    fc.constantFrom<Grant['kind']>('roles', 'full'),
    fc.constantFrom(...permissions),
    facts,
  ])('never allows what the whole grant does not, whatever the resource', (held, scope, kind, permission, about) => {
    const whole = grantOf(held, kind)
    const limited = limitGrant(whole, compiledShop, scope)
    if (!limited.ok) return
    const allowed = decide(index, limited.value.grant, permission, about).allowed
    if (allowed) expect(decide(index, whole, permission, about).allowed).toBe(true)
  })

  it.prop([fc.subarray(grantKeys), fc.subarray(grantKeys)])(
    'leaves nothing of a permission that the scope does not name',
    (held, scope) => {
      const limited = limitGrant(grantOf(held), compiledShop, scope)
      if (!limited.ok) return
      for (const key of limited.value.keys) expect(scope.some((each) => key.startsWith(each))).toBe(true)
      expect(limited.value.grant.permissions).toEqual(grantOf(limited.value.keys).permissions)
    },
  )

  it.prop([fc.subarray(grantKeys), fc.subarray(grantKeys)])('is the same when done again', (held, scope) => {
    const once = limitGrant(grantOf(held), compiledShop, scope)
    if (!once.ok) return
    expect(limitGrant(once.value.grant, compiledShop, once.value.keys)).toEqual(once)
  })

  it.each([
    [['orders.view'], ['orders.view[own]'], ['orders.view[own]']],
    [['orders.view[own]'], ['orders.view'], ['orders.view[own]']],
    [['orders.view', 'orders.view[own]'], ['orders.view'], ['orders.view', 'orders.view[own]']],
    [['orders.view[open]', 'stock.view'], ['stock.view', 'orders.view[own]'], ['stock.view']],
  ])('of %j to %j leaves %j', (held, scope, left) => {
    expect(limitGrant(grantOf(held), compiledShop, scope)).toMatchObject({ value: { keys: left } })
  })

  it.each([
    [['orders.view'], ['orders.burn'], 'invalid_scope'],
    [['orders.view'], ['orders.view[mine]'], 'invalid_scope'],
    [['orders.view'], ['__proto__'], 'invalid_scope'],
    [['orders.view'], ['stock.view'], 'not_granted'],
    [['orders.view'], [], 'not_granted'],
  ])('of %j to %j is refused: %s', (held, scope, code) => {
    expect(limitGrant(grantOf(held), compiledShop, scope)).toMatchObject({ refusal: { code } })
  })
})
