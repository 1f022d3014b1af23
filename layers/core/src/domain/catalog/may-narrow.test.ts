import { describe, expect, it } from 'vitest'
import { compileCatalog } from './compile.ts'
import { mayNarrow } from './may-narrow.ts'
import { compiledShop, plant, shop, shopLock } from './shop.fixture.ts'

const free = { min: 0, max: null }
const { auditor: _, ...withoutCeiling } = shop.roles
const parts = { application: 'free', roles: withoutCeiling, policy: { ...shop.policy, base: free, additional: free } }
const freeShop = compileCatalog(plant(shop, parts), { ...shopLock, application: 'free' })
const freeWithCeiling = compileCatalog(plant(shop, { ...parts, application: 'capped', roles: shop.roles }), {
  ...shopLock,
  application: 'capped',
})
const narrows = mayNarrow(
  new Map([
    ['shop', compiledShop],
    ['free', freeShop],
    ['capped', freeWithCeiling],
  ]),
)

describe('holding one more role', () => {
  it.each([
    ['shop', 'clerk', true, 'it may be one base role too many'],
    ['shop', 'counter', false, 'any number of additional roles is allowed'],
    ['shop', 'custom:x', true, 'where ceilings exist, what is not predefined may be one'],
    ['free', 'clerk', false, 'roles only add'],
    ['free', 'custom:x', false, 'custom roles only add'],
    ['free', 'unheard_of', false, 'an unknown role grants nothing'],
    ['capped', 'auditor', true, 'it is a ceiling'],
    ['capped', 'clerk', false, 'it is none'],
    ['capped', 'unheard_of', true, 'an unknown role may be a ceiling'],
    ['elsewhere', 'clerk', false, 'no catalog, no tokens'],
  ])('%s %s: %s, because %s', (application, role, expected) => {
    expect(narrows({ application, role })).toBe(expected)
  })
})
