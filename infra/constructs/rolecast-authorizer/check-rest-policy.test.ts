import { catalogs } from '@rolecast/catalogs'
import type { Catalog } from '@rolecast/core/domain/catalog/catalog'
import { compileCatalog, toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import { appendToLock } from '@rolecast/core/domain/catalog/lock'
import { plant, shop } from '@rolecast/core/domain/catalog/shop.fixture'
import { type IndexedRoute, indexCatalog } from '@rolecast/core/domain/grant/decide'
import { describe, expect, it } from 'vitest'
import { readMethodArn } from '../../../functions/authorizer/later/policy/method-arn.ts'
import { RestPolicies } from '../../../functions/authorizer/later/policy/rest-policy.ts'
import { checkRestPolicy, policyBudget } from './check-rest-policy.ts'

const check = (catalog: Catalog, cacheSeconds = 60) =>
  checkRestPolicy({ catalog, stageName: 'v1', cacheSeconds }).map(({ code }) => code)

/** A shop with this many more routes. */
function withRoutes(count: number): Catalog {
  const more = Array.from({ length: count }, (_, index) => [
    `GET /shelf-${index}/{shelf}`,
    { permission: 'orders.view' },
  ])
  return plant(shop, { routes: { ...shop.routes, ...Object.fromEntries(more) } })
}

/** What the authorizer answers to somebody who may do all but strong things, as long as answers are cached. */
function policyOf(catalog: Catalog, stageName: string) {
  const { routes } = indexCatalog(toDecisionCatalog(compileCatalog(catalog, appendToLock(catalog).lock)))
  const prefix = `arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abcdefghij/${stageName}`
  const first = routes.find((route: IndexedRoute) => !route.strong && !route.path.includes('{'))
  const arn = readMethodArn(`${prefix}/${first?.method ?? 'GET'}${first?.path ?? '/none'}`)
  if (arn === undefined) throw new Error('not a method ARN')
  return new RestPolicies(routes).forAll(() => true, { arn, allowed: true })
}

describe('a cached policy', () => {
  it.each(Object.entries(catalogs))('can speak for every route of %s', (_application, { catalog }) => {
    expect(check(catalog)).toEqual([])
  })

  it('cannot tell some routes apart', () => {
    const permissions = { permission: 'orders.view' }
    const routes = {
      'GET /a/{x}': permissions,
      'GET /a/{x}/runs': { permission: 'orders.approve' },
      'GET /a/{x}/versions/{y}/runs': permissions,
    }
    expect(check(plant(shop, { routes }))).toEqual(['policy_inexpressible'])
    expect(check(plant(shop, { routes }), 0)).toEqual([])
  })

  it('cannot name a parameter twice at one place, cached or not', () => {
    const routes = {
      'GET /a/{x}': { permission: 'orders.view' },
      'GET /a/{y}/runs': { permission: 'orders.view' },
    }
    expect(check(plant(shop, { routes }), 0)).toEqual(['sibling_parameters'])
  })

  it('has room for some routes only', () => {
    expect(check(withRoutes(20))).toEqual([])
    expect(check(withRoutes(60))).toEqual(['policy_too_large'])
    expect(check(withRoutes(60), 0)).toEqual([])
  })

  it('takes resources of some length only', () => {
    const routes = { [`GET /${'a'.repeat(450)}`]: { permission: 'orders.view' } }
    expect(check(plant(shop, { routes }))).toEqual(['resource_too_long'])
  })
})

describe('the sizes this check reckons with', () => {
  it.each(Object.entries(catalogs))('cover what the authorizer answers for %s', (_application, { catalog }) => {
    const size = JSON.stringify(policyOf(catalog, 'v1')).length
    expect(size).toBeLessThanOrEqual(policyBudget)
    expect(size).toBeGreaterThan(500)
  })

  it('let the authorizer speak for all routes wherever the check passes', () => {
    const counts = Array.from({ length: 60 }, (_, count) => count)
    const passing = counts.filter((count) => check(withRoutes(count)).length === 0)
    const mostAllowed = Math.max(...passing)
    const named = (count: number) => policyOf(withRoutes(count), 'v1').Statement[0]?.Resource.length ?? 0
    expect(named(mostAllowed)).toBeGreaterThan(mostAllowed)
    // Beyond its budget the authorizer speaks of one request only: that is what must never be cached.
    expect(named(100)).toBe(1)
  })
})
