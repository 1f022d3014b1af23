import { describe, expect, it } from 'vitest'
import { toDecisionCatalog } from '../catalog/compile.ts'
import { compiledShop } from '../catalog/shop.fixture.ts'
import { decideRoute, findRoute } from '../routes/find-route.ts'
import { type Decision, decide, type Facts, indexCatalog } from './decide.ts'
import type { Grant } from './grant.ts'
import { addNumber, emptySet } from './permission-set.ts'

const decisionCatalog = toDecisionCatalog(compiledShop)
const index = indexCatalog(decisionCatalog)

function grantOf(keys: readonly string[], parts: Partial<Grant> = {}): Grant {
  const permissions = emptySet(compiledShop.size)
  for (const key of keys) addNumber(permissions, compiledShop.numberOf.get(key) ?? Number.NaN)
  return { application: 'shop', epoch: 1, kind: 'roles', permissions, gates: [], ...parts }
}

const resource = (attributes: Record<string, string>, parts: { id?: string; secured?: boolean } = {}): Facts => ({
  account: 'ann',
  resource: { attributes, ...parts },
})
const codeOf = (decision: Decision) => (decision.allowed ? decision.by : decision.refusal.code)

describe('a decision', () => {
  it('allows what is held without a qualifier, whatever the resource', () => {
    const grant = grantOf(['orders.approve', 'orders.view'])
    expect(decide(index, grant, 'orders.approve')).toEqual({ allowed: true, by: 'orders.approve' })
    expect(codeOf(decide(index, grant, 'orders.view', resource({ owner: 'bob' })))).toBe('orders.view')
  })

  it('allocates nothing to allow: the same answer comes back', () => {
    const grant = grantOf(['orders.approve'])
    expect(decide(index, grant, 'orders.approve')).toBe(decide(index, grantOf(['orders.approve']), 'orders.approve'))
  })

  it('refuses what is not held, with the permission as evidence', () => {
    expect(decide(index, grantOf(['orders.view']), 'orders.approve')).toEqual({
      allowed: false,
      refusal: { code: 'not_granted', evidence: { permission: 'orders.approve' } },
    })
  })

  it.each(['orders.viewer', 'orders.view[own]', 'constructor', '__proto__', ''])(
    'refuses a permission the catalog does not have: %s',
    (permission) => {
      const all = grantOf([...compiledShop.numberOf.keys()])
      expect(codeOf(decide(index, all, permission))).toBe('unknown_permission')
    },
  )

  it('refuses a grant of another application or of an epoch that is not known here', () => {
    const all = [...compiledShop.numberOf.keys()]
    expect(codeOf(decide(index, grantOf(all, { application: 'other' }), 'orders.approve'))).toBe('wrong_audience')
    expect(codeOf(decide(index, grantOf(all, { epoch: 2 }), 'orders.approve'))).toBe('unknown_epoch')
  })

  it('refuses to index a catalog whose grant keys use a qualifier it does not have', () => {
    expect(() => indexCatalog({ ...decisionCatalog, qualifiers: {} })).toThrow('no qualifier for')
  })

  it('lets a retired number bring nothing', () => {
    const keys = decisionCatalog.keys.map((key) => (key === 'orders.approve' ? null : key))
    const retired = indexCatalog({ ...decisionCatalog, keys })
    expect(codeOf(decide(retired, grantOf(['orders.approve']), 'orders.approve'))).toBe('unknown_permission')
  })
})

describe('a qualifier', () => {
  const shelves = (
    list: readonly string[] | undefined,
    attributes: Record<string, string> = { shelf: 's1' },
  ): Facts => ({
    ...resource(attributes),
    ...(list === undefined ? {} : { lists: { shelves: list } }),
  })

  it.each<[string, string, string, Facts | undefined, string]>([
    ['equals: fits', 'orders.view[open]', 'orders.view', resource({ state: 'open' }), 'orders.view[open]'],
    ['equals: another value', 'orders.view[open]', 'orders.view', resource({ state: 'Open' }), 'qualifier_not_met'],
    ['equals: no attribute', 'orders.view[open]', 'orders.view', resource({}), 'qualifier_unknown'],
    ['equals: no resource', 'orders.view[open]', 'orders.view', { account: 'ann' }, 'qualifier_unknown'],
    ['equals: no facts', 'orders.view[open]', 'orders.view', undefined, 'qualifier_unknown'],
    ['account: own', 'orders.view[own]', 'orders.view', resource({ owner: 'ann' }), 'orders.view[own]'],
    ['account: of another', 'orders.view[own]', 'orders.view', resource({ owner: 'bob' }), 'qualifier_not_met'],
    [
      'account: nobody asks for what is nobody’s',
      'orders.view[own]',
      'orders.view',
      { ...resource({ owner: '' }), account: '' },
      'qualifier_unknown',
    ],
    ['within: in the list', 'stock.count[my-shelves]', 'stock.count', shelves(['s0', 's1']), 'stock.count[my-shelves]'],
    ['within: not in the list', 'stock.count[my-shelves]', 'stock.count', shelves(['s']), 'qualifier_not_met'],
    ['within: an empty list', 'stock.count[my-shelves]', 'stock.count', shelves([]), 'qualifier_not_met'],
    ['within: no list', 'stock.count[my-shelves]', 'stock.count', shelves(undefined), 'qualifier_unknown'],
    ['within: no attribute', 'stock.count[my-shelves]', 'stock.count', shelves(['s1'], {}), 'qualifier_unknown'],
  ])('%s', (_, held, permission, facts, expected) => {
    expect(codeOf(decide(index, grantOf([held]), permission, facts))).toBe(expected)
  })

  it('is enough when one of several holds', () => {
    const grant = grantOf(['orders.view[own]', 'orders.view[open]'])
    expect(codeOf(decide(index, grant, 'orders.view', resource({ state: 'open' })))).toBe('orders.view[open]')
    expect(codeOf(decide(index, grant, 'orders.view', resource({ state: 'shut' })))).toBe('qualifier_unknown')
    const neither = resource({ state: 'shut', owner: 'bob' })
    expect(codeOf(decide(index, grant, 'orders.view', neither))).toBe('qualifier_not_met')
  })

  it('does not look at values that are no text, or that are inherited', () => {
    const grant = grantOf(['orders.view[own]'])
    const inherited: Record<string, string> = Object.create({ owner: 'ann' })
    expect(codeOf(decide(index, grant, 'orders.view', resource(inherited)))).toBe('qualifier_unknown')
    const untyped = { owner: ['ann'] } as unknown as Record<string, string>
    expect(codeOf(decide(index, grant, 'orders.view', resource(untyped)))).toBe('qualifier_unknown')
  })

  it('that is a text where a list belongs is unknown, not searched', () => {
    const lists = { shelves: 's1,s2' } as unknown as Record<string, readonly string[]>
    const facts = { ...resource({ shelf: 's1' }), lists }
    expect(codeOf(decide(index, grantOf(['stock.count[my-shelves]']), 'stock.count', facts))).toBe('qualifier_unknown')
  })
})

describe('a gate', () => {
  const grant = grantOf(['stock.view'], { gates: ['r1', 'r2'] })
  it.each<[string, Facts | undefined, string]>([
    ['stands open for a resource that is not secured', resource({}, { secured: false }), 'stock.view'],
    ['opens for a resource a custom role names', resource({}, { secured: true, id: 'r2' }), 'stock.view'],
    ['stays shut for another', resource({}, { secured: true, id: 'r3' }), 'gated_resource'],
    ['stays shut for part of a name', resource({}, { secured: true, id: 'r' }), 'gated_resource'],
    ['is unknown without an id', resource({}, { secured: true }), 'gate_unknown'],
    ['is unknown when nothing is said', resource({}, { id: 'r1' }), 'gate_unknown'],
    ['is unknown without a resource', undefined, 'gate_unknown'],
  ])('%s', (_, facts, expected) => {
    expect(codeOf(decide(index, grant, 'stock.view', facts))).toBe(expected)
  })

  it('limits and never grants', () => {
    const gatesOnly = grantOf([], { gates: ['r1'] })
    expect(codeOf(decide(index, gatesOnly, 'stock.view', resource({}, { secured: true, id: 'r1' })))).toBe(
      'not_granted',
    )
  })

  it('is there for full access too, and only for permissions about such resources', () => {
    const full = grantOf(['stock.view', 'orders.approve'], { kind: 'full' })
    expect(codeOf(decide(index, full, 'stock.view', resource({}, { secured: true, id: 'r1' })))).toBe('gated_resource')
    expect(codeOf(decide(index, full, 'orders.approve', resource({}, { secured: true, id: 'r1' })))).toBe(
      'orders.approve',
    )
  })
})

describe('a decision at the gateway', () => {
  const onRoute = (keys: readonly string[], routeKey: string) => codeOf(decideRoute(index, grantOf(keys), { routeKey }))

  it('allows what is held without a qualifier', () => {
    expect(onRoute(['orders.approve'], 'POST /orders/{orderId}/approval')).toBe('orders.approve')
    expect(onRoute(['orders.view'], 'POST /orders/{orderId}/approval')).toBe('not_granted')
  })

  it('leaves qualifiers and gates to the product where the route says so', () => {
    expect(onRoute(['orders.view[open]'], 'GET /orders/{orderId}')).toBe('orders.view[open]')
    expect(onRoute(['stock.view'], 'GET /stock')).toBe('stock.view')
    expect(onRoute([], 'GET /orders/{orderId}')).toBe('not_granted')
  })

  it('refuses a permission held only with a qualifier, or gated, where it does not', () => {
    const routes = decisionCatalog.routes.map(([method, path, permission]) => [method, path, permission, 0] as const)
    const strict = indexCatalog({ ...decisionCatalog, routes })
    const ask = (key: string, routeKey: string) => codeOf(decideRoute(strict, grantOf([key]), { routeKey }))
    expect(ask('orders.view[open]', 'GET /orders/{orderId}')).toBe('qualifier_unknown')
    expect(ask('orders.view', 'GET /orders/{orderId}')).toBe('orders.view')
    expect(ask('stock.view', 'GET /stock')).toBe('gate_unknown')
  })

  it('refuses a grant that does not fit there too', () => {
    const all = [...compiledShop.numberOf.keys()]
    const ask = (parts: Partial<Grant>) =>
      codeOf(decideRoute(index, grantOf(all, parts), { method: 'GET', path: '/orders/1' }))
    expect(ask({})).toBe('orders.view')
    expect(ask({ application: 'other' })).toBe('wrong_audience')
    expect(ask({ epoch: 2 })).toBe('unknown_epoch')
  })

  it('refuses a route the catalog does not name', () => {
    expect(onRoute([...compiledShop.numberOf.keys()], 'DELETE /orders/{orderId}')).toBe('no_such_route')
    const misspelt = { method: 'GET', path: '/orders/1/' }
    expect(codeOf(decideRoute(index, grantOf(['orders.view']), misspelt))).toBe('no_such_route')
  })

  it('says of a route whether it is strong and who decides', () => {
    expect(findRoute(index, { method: 'POST', path: '/orders/1/refund' })).toEqual({
      method: 'POST',
      path: '/orders/{orderId}/refund',
      permission: 'orders.refund',
      strong: true,
      productDecides: false,
    })
    expect(findRoute(index, { routeKey: 'GET /stock' })).toMatchObject({ strong: true, productDecides: true })
    expect(findRoute(index, { routeKey: 'PUT /stock/{shelf}' })).toMatchObject({ strong: false, productDecides: true })
  })
})
