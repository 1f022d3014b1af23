import { describe, expect, test } from 'vitest'
import { hasNumber, type PermissionSet } from '../grant/permission-set.ts'
import { CatalogNotLocked, compileCatalog, rolesWithin, toDecisionCatalog } from './compile.ts'
import { findConflicts } from './conflicts.ts'
import { formsOf, splitGrantKey } from './grant-key.ts'
import { appendToLock } from './lock.ts'
import { compiledShop, plant, shop, shopLock } from './shop.fixture.ts'

const keysIn = (set: PermissionSet | undefined): string[] =>
  compiledShop.keys.filter((key, number) => key !== null && set !== undefined && hasNumber(set, number)) as string[]

describe('compiling', () => {
  test('closes a role over its inclusions', () => {
    expect(keysIn(compiledShop.roles.get('clerk')?.closure)).toEqual([
      'orders.view',
      'orders.view[own]',
      'orders.refund',
      'stock.view',
    ])
    expect(compiledShop.roles.get('clerk')?.ceiling).toBeUndefined()
  })

  test('takes a ceiling in every qualified form', () => {
    expect(keysIn(compiledShop.roles.get('auditor')?.ceiling)).toEqual([
      'orders.view',
      'orders.view[own]',
      'orders.view[open]',
      'stock.view',
    ])
    expect(compiledShop.hasCeilings).toBe(true)
  })

  test('knows which numbers a feature carries, and which are active', () => {
    expect(keysIn(compiledShop.features.get('refunds'))).toEqual(['orders.refund'])
    expect(keysIn(compiledShop.active)).toEqual(shopLock.numbers.map((entry) => entry.key))
  })

  test('leaves out what is retired but keeps its number occupied', () => {
    const permissions = { ...shop.permissions, 'orders.refund': undefined }
    const smaller = plant(shop, {
      permissions: Object.fromEntries(Object.entries(permissions).filter(([, value]) => value !== undefined)),
      roles: { approver: shop.roles.approver },
    })
    const compiled = compileCatalog(smaller, appendToLock(smaller, shopLock).lock)
    expect(compiled).toMatchObject({ epoch: 2, size: 8, hasCeilings: false })
    expect(compiled.keys[3]).toBeNull()
    expect(compiled.numberOf.has('orders.refund')).toBe(false)
    expect(compiled.numberOf.get('orders.approve')).toBe(4)
    expect(hasNumber(compiled.active, 3)).toBe(false)
  })

  test('an inclusion that goes round in a circle still ends', () => {
    const { customer, clerk } = shop.roles
    const circular = plant(shop, { roles: { customer: { ...customer, includes: ['clerk'] }, clerk } })
    expect(rolesWithin(circular, 'customer').toSorted()).toEqual(['clerk', 'customer'])
  })

  test.each([
    ['another application', { ...shopLock, application: 'store' }],
    ['a key without number', { ...shopLock, epochs: [7], numbers: shopLock.numbers.slice(0, -1) }],
    ['a number without key', { ...shopLock, epochs: [9], numbers: [...shopLock.numbers, { key: 'orders.drop' }] }],
    ['an epoch that ends elsewhere', { ...shopLock, epochs: [7] }],
  ])('refuses a lock file with %s', (_, lock) => {
    expect(() => compileCatalog(shop, lock)).toThrow(CatalogNotLocked)
  })
})

test('the decision catalog is small plain JSON', () => {
  const decision = toDecisionCatalog(compiledShop)
  expect(JSON.parse(JSON.stringify(decision))).toEqual({
    application: 'shop',
    epochs: [8],
    keys: shopLock.numbers.map((entry) => entry.key),
    qualifiers: {
      own: { attribute: 'owner', account: true },
      open: { attribute: 'state', equals: 'open' },
      'my-shelves': { attribute: 'shelf', within: 'shelves' },
    },
    gated: ['stock.view'],
    routes: [
      ['GET', '/orders/{orderId}', 'orders.view', 2],
      ['POST', '/orders/{orderId}/refund', 'orders.refund', 1],
      ['POST', '/orders/{orderId}/approval', 'orders.approve', 0],
      ['GET', '/stock', 'stock.view', 3],
      ['PUT', '/stock/{shelf}', 'stock.count', 2],
    ],
    nextSignIn: true,
  })
})

test('grant keys come apart and together', () => {
  expect(splitGrantKey('flow/design[draft]')).toEqual({ permission: 'flow/design', qualifier: 'draft' })
  expect(splitGrantKey('flow/design')).toEqual({ permission: 'flow/design' })
  expect(splitGrantKey('flow/design[draft')).toEqual({ permission: 'flow/design[draft' })
  expect(formsOf(shop, 'orders.view')).toEqual(['orders.view', 'orders.view[own]', 'orders.view[open]'])
})

describe('conflicts', () => {
  const held = (...roles: ('clerk' | 'approver' | 'counter')[]): PermissionSet => {
    const set = new Uint32Array(1)
    for (const role of roles) set[0] = (set[0] ?? 0) | (compiledShop.roles.get(role)?.closure[0] ?? 0)
    return set
  }

  test('are found where both sides are held, through inclusion too', () => {
    expect(findConflicts(compiledShop, ['clerk', 'approver'], held('clerk', 'approver'))).toEqual(shop.conflicts)
    expect(findConflicts(compiledShop, ['clerk', 'counter'], held('clerk', 'counter'))).toEqual([])
  })

  test('may name roles, and a permission names all its forms', () => {
    const conflicts = [
      { between: ['customer', 'approver'], reason: 'r' },
      { between: ['stock.count', 'approver'], reason: 'r' },
    ]
    const compiled = compileCatalog(plant(shop, { conflicts }), shopLock)
    expect(findConflicts(compiled, ['clerk', 'approver'], held('clerk', 'approver'))).toEqual([conflicts[0]])
    expect(findConflicts(compiled, ['counter', 'approver'], held('counter', 'approver'))).toEqual([conflicts[1]])
  })
})
