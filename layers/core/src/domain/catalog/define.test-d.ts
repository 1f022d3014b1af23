import { expectTypeOf, test } from 'vitest'

import type { Catalog } from './catalog.ts'
import {
  defineCatalog,
  type FeatureKeyOf,
  type GrantKeyOf,
  type PermissionKeyOf,
  type RoleKeyOf,
  type RouteKeyOf,
} from './define.ts'

const policy = {
  base: { min: 0, max: null },
  additional: { min: 0, max: null },
  empty: 'no_access',
  assignmentTakesEffect: 'next_access',
  definitionTakesEffect: 'next_access',
  customRoles: 'none',
  customRoleDeletion: 'not_applicable',
  mayAssign: 'somebody',
  mayDefine: null,
} as const

const text = { title: 'x', description: 'x' }

const good = defineCatalog({
  application: 'shop',
  title: 'Shop',
  sections: { orders: text },
  features: { refunds: text },
  qualifiers: { own: { title: 'own', attribute: 'owner', account: true } },
  permissions: {
    'orders.view': { ...text, section: 'orders', qualifiers: ['own'] },
    'orders.refund': { ...text, section: 'orders', feature: 'refunds' },
  },
  roles: {
    customer: { ...text, kind: 'system', level: 'organization', grants: ['orders.view[own]'] },
    clerk: {
      ...text,
      kind: 'system',
      level: 'organization',
      includes: ['customer'],
      grants: ['orders.view', 'orders.refund'],
      ceiling: ['orders.view'],
    },
  },
  policy,
  conflicts: [{ between: ['orders.refund', 'customer'], reason: 'x' }],
  routes: { 'GET /orders/{orderId}': { permission: 'orders.view', productDecides: true } },
})

test('keys survive as literal types', () => {
  expectTypeOf<PermissionKeyOf<typeof good>>().toEqualTypeOf<'orders.view' | 'orders.refund'>()
  expectTypeOf<GrantKeyOf<typeof good>>().toEqualTypeOf<'orders.view' | 'orders.view[own]' | 'orders.refund'>()
  expectTypeOf<RoleKeyOf<typeof good>>().toEqualTypeOf<'customer' | 'clerk'>()
  expectTypeOf<FeatureKeyOf<typeof good>>().toEqualTypeOf<'refunds'>()
  expectTypeOf<RouteKeyOf<typeof good>>().toEqualTypeOf<'GET /orders/{orderId}'>()
})

test('any defined catalog is a Catalog', () => {
  expectTypeOf(good).toExtend<Catalog>()
})

test('a catalog without roles, features and qualifiers compiles', () => {
  const bare = defineCatalog({
    application: 'bare',
    title: 'Bare',
    sections: { all: text },
    features: {},
    qualifiers: {},
    permissions: { see: { ...text, section: 'all' } },
    roles: {},
    policy,
    conflicts: [],
    routes: {},
  })
  expectTypeOf<GrantKeyOf<typeof bare>>().toEqualTypeOf<'see'>()
  expectTypeOf(bare).toExtend<Catalog>()
})

test('what is misspelt does not compile', () => {
  const bad = defineCatalog({
    application: 'shop',
    title: 'Shop',
    sections: { orders: text },
    features: { refunds: text },
    qualifiers: { own: { title: 'own', attribute: 'owner', account: true } },
    permissions: {
      'orders.view': { ...text, section: 'orders', qualifiers: ['own'] },
      // @ts-expect-error: no such section
      'orders.edit': { ...text, section: 'oders' },
      // @ts-expect-error: no such feature
      'orders.refund': { ...text, section: 'orders', feature: 'refund' },
      // @ts-expect-error: no such qualifier
      'orders.list': { ...text, section: 'orders', qualifiers: ['owned'] },
      // @ts-expect-error: no such property
      'orders.drop': { ...text, section: 'orders', qualifer: ['own'] },
    },
    roles: {
      clerk: {
        ...text,
        kind: 'system',
        level: 'organization',
        // @ts-expect-error: no such role
        includes: ['klerk'],
        grants: [
          'orders.view',
          // @ts-expect-error: no such permission
          'orders.veiw',
          // @ts-expect-error: the permission does not know this qualifier
          'orders.refund[own]',
          // @ts-expect-error: no such qualifier
          'orders.view[mine]',
        ],
        ceiling: [
          'orders.view',
          // @ts-expect-error: a ceiling names permissions, not their qualified forms
          'orders.view[own]',
        ],
      },
      // @ts-expect-error: no such kind
      boss: { ...text, kind: 'chief', level: 'organization', grants: [] },
    },
    policy,
    // @ts-expect-error: neither a permission nor a role
    conflicts: [{ between: ['orders.refund', 'custmer'], reason: 'x' }],
    routes: {
      'GET /orders': { permission: 'orders.view' },
      // @ts-expect-error: no such permission
      'GET /orders/{orderId}': { permission: 'order.view' },
      // @ts-expect-error: a route asks for a permission; qualifiers are for the product to evaluate
      'GET /orders/{orderId}/own': { permission: 'orders.view[own]' },
      // @ts-expect-error: a route without permission
      'POST /orders': {},
      // @ts-expect-error: no such freshness
      'DELETE /orders/{orderId}': { permission: 'orders.view', freshness: 'fresh' },
    },
  })
  expectTypeOf(bad).toExtend<Catalog>()
})

test('a route key is a method and a path', () => {
  const rest = { application: 'shop', title: 'Shop', sections: { all: text }, features: {}, qualifiers: {} } as const
  const body = { permissions: { see: { ...text, section: 'all' } }, roles: {}, policy, conflicts: [] } as const
  // @ts-expect-error: no such method
  defineCatalog({ ...rest, ...body, routes: { 'FETCH /orders': { permission: 'see' } } })
  // @ts-expect-error: a path begins with a slash
  defineCatalog({ ...rest, ...body, routes: { 'GET orders': { permission: 'see' } } })
  const routed = defineCatalog({ ...rest, ...body, routes: { 'GET /orders': { permission: 'see' } } })
  expectTypeOf<RouteKeyOf<typeof routed>>().toEqualTypeOf<'GET /orders'>()
})
