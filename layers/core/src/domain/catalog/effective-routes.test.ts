import { expect, it } from 'vitest'
import { effectiveRoutes } from './effective-routes.ts'
import { shop } from './shop.fixture.ts'

it('are those of the catalog, but that all are strong where assignments take effect immediately', () => {
  expect(effectiveRoutes(shop)).toBe(shop.routes)
  const policy = { ...shop.policy, assignmentTakesEffect: 'immediately' } as const
  const routes = effectiveRoutes({ ...shop, policy })
  expect(Object.keys(routes)).toEqual(Object.keys(shop.routes))
  expect(Object.values(routes).every(({ freshness }) => freshness === 'strong')).toBe(true)
})
