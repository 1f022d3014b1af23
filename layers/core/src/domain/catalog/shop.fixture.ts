import type { Catalog } from './catalog.ts'
import { compileCatalog } from './compile.ts'
import { defineCatalog } from './define.ts'
import { appendToLock } from './lock.ts'

/** A small catalog with one of everything, for tests. */
export const shop = defineCatalog({
  application: 'shop',
  title: 'Shop',
  sections: {
    orders: { title: 'Orders', description: 'Orders of customers' },
    stock: { title: 'Stock', description: 'What lies on the shelves' },
  },
  features: { refunds: { title: 'Refunds', description: 'Money back' } },
  qualifiers: {
    own: { title: 'Own orders', attribute: 'owner', account: true },
    open: { title: 'Open orders', attribute: 'state', equals: 'open' },
    'my-shelves': { title: 'Shelves of the account', attribute: 'shelf', within: 'shelves' },
  },
  permissions: {
    'stock.count': { title: 'Count', description: 'Count stock', section: 'stock', qualifiers: ['my-shelves'] },
    'orders.view': { title: 'View', description: 'View orders', section: 'orders', qualifiers: ['own', 'open'] },
    'orders.refund': { title: 'Refund', description: 'Pay back', section: 'orders', feature: 'refunds' },
    'orders.approve': { title: 'Approve', description: 'Approve a refund', section: 'orders' },
    'stock.view': { title: 'View stock', description: 'See stock', section: 'stock', gated: true },
  },
  roles: {
    customer: {
      title: 'Customer',
      description: 'Buys',
      kind: 'system',
      level: 'organization',
      grants: ['orders.view[own]'],
    },
    clerk: {
      title: 'Clerk',
      description: 'Serves',
      kind: 'system',
      level: 'organization',
      includes: ['customer'],
      grants: ['orders.view', 'orders.refund', 'stock.view'],
    },
    counter: {
      title: 'Counter',
      description: 'Counts',
      kind: 'additional',
      level: 'organization',
      grants: ['stock.count[my-shelves]'],
    },
    approver: {
      title: 'Approver',
      description: 'Approves',
      kind: 'additional',
      level: 'organization',
      grants: ['orders.approve'],
    },
    auditor: {
      title: 'Auditor',
      description: 'Looks only',
      kind: 'system',
      level: 'organization',
      grants: ['orders.view'],
      ceiling: ['orders.view', 'stock.view'],
    },
  },
  policy: {
    base: { min: 0, max: 1 },
    additional: { min: 0, max: null },
    empty: 'no_access',
    assignmentTakesEffect: 'next_sign_in',
    definitionTakesEffect: 'next_access',
    customRoles: 'gates',
    customRoleDeletion: 'holders_lose_it',
    mayAssign: 'the owner',
    mayDefine: 'the owner',
  },
  conflicts: [{ between: ['orders.refund', 'orders.approve'], reason: 'Whoever pays back does not approve it.' }],
  routes: {
    'GET /orders/{orderId}': { permission: 'orders.view', productDecides: true },
    'POST /orders/{orderId}/refund': { permission: 'orders.refund', freshness: 'strong' },
    'POST /orders/{orderId}/approval': { permission: 'orders.approve' },
    'GET /stock': { permission: 'stock.view', freshness: 'strong', productDecides: true },
    'PUT /stock/{shelf}': { permission: 'stock.count', productDecides: true },
  },
})

/** The lock file of the shop, in its first epoch. */
export const shopLock = appendToLock(shop).lock

/** The shop in numbers. */
export const compiledShop = compileCatalog(shop, shopLock)

/** A catalog with parts replaced, loosely typed so that a test can plant a mistake the compiler would stop. */
export function plant(catalog: Catalog, parts: { readonly [Part in keyof Catalog]?: unknown }): Catalog {
  return { ...catalog, ...parts } as Catalog
}
