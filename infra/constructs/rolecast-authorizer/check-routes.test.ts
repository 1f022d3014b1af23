import { shop } from '@rolecast/core/domain/catalog/shop.fixture'
import { describe, expect, it } from 'vitest'
import { checkRoutes, type Guard } from './check-routes.ts'

/** Every route of the shop, guarded as it should be, with exceptions. */
function routesOfShop(exceptions: Readonly<Record<string, Guard>> = {}) {
  return Object.entries(shop.routes).map(([key, route]) => ({
    key,
    guard: exceptions[key] ?? (route.freshness === 'strong' ? ('fresh' as const) : ('cached' as const)),
    place: `Api/${key}`,
  }))
}

function check(routes: Parameters<typeof checkRoutes>[0]['routes'], publicRoutes: readonly string[] = []) {
  return checkRoutes({ catalog: shop, routes, publicRoutes: new Set(publicRoutes) })
}

describe('the routes of an API and its catalog', () => {
  it('agree when every route stands behind the right authorizer', () => {
    expect(check(routesOfShop())).toEqual([])
  })

  it('takes an authorizer without a cache for every route', () => {
    const fresh = routesOfShop().map((route) => ({ ...route, guard: 'fresh' as const }))
    expect(check(fresh)).toEqual([])
  })

  it.each([
    ['POST /orders', 'add it to the catalog'],
    ['GET /orders/{id}', 'spells it GET /orders/{orderId}'],
    ['ANY /orders/{orderId}', 'catch-all'],
    ['GET /{proxy+}', 'catch-all'],
    ['$default', 'catch-all'],
    ['toString', 'add it to the catalog'],
  ])('refuses %s, which has no permission, and says what to do', (key, advice) => {
    const findings = check([...routesOfShop(), { key, guard: 'cached', place: 'Api/planted' }])
    expect(findings).toEqual([
      { severity: 'error', code: 'route_without_permission', message: expect.stringContaining(advice) },
    ])
  })

  it.each([
    ['none', 'route_without_authorizer'],
    ['foreign', 'foreign_authorizer'],
  ] as const)('refuses a route that is guarded by %s', (guard, code) => {
    expect(check(routesOfShop({ 'PUT /stock/{shelf}': guard }))).toMatchObject([{ severity: 'error', code }])
  })

  it('refuses a strong route whose answer is cached', () => {
    const findings = check(routesOfShop({ 'POST /orders/{orderId}/refund': 'cached' }))
    expect(findings).toMatchObject([{ severity: 'error', code: 'strong_route_cached' }])
  })

  it('refuses a route whose method and path cannot be read', () => {
    const findings = check([...routesOfShop(), { key: undefined, guard: 'cached', place: 'Api/planted' }])
    expect(findings).toMatchObject([{ severity: 'error', code: 'unreadable_route' }])
  })

  it('takes a public route that is listed, and refuses one that the catalog guards', () => {
    const health = { key: 'GET /health', guard: 'none', place: 'Api/health' } as const
    expect(check([...routesOfShop(), health], ['GET /health'])).toEqual([])
    expect(check(routesOfShop(), ['GET /stock'])).toMatchObject([
      { severity: 'error', code: 'contradicting_public_route' },
    ])
  })

  it('warns of what the catalog or the list names and the API lacks', () => {
    const without = routesOfShop().filter(({ key }) => key !== 'GET /stock')
    expect(check(without, ['GET /health'])).toMatchObject([
      { severity: 'warning', code: 'catalog_route_missing', message: expect.stringContaining('GET /stock') },
      { severity: 'warning', code: 'public_route_missing', message: expect.stringContaining('GET /health') },
    ])
  })
})
