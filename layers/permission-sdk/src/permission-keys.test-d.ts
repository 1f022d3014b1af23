import type { DecisionCatalog } from '@rolecast/core/domain/catalog/decision-catalog'
import { expectTypeOf, test } from 'vitest'
import { compileCatalog, defineCatalog, readLock, toDecisionCatalog } from './catalog.ts'
import { grantFromContext } from './context.ts'
import { permissions } from './middy.ts'
import { createVerifier } from './verifier.ts'

type Permission = 'orders.view' | 'orders.approve'
declare const catalog: DecisionCatalog<Permission>
declare const wide: DecisionCatalog

const verifier = createVerifier({ issuer: 'https://tokens.example', catalog, keys: { snapshot: { keys: [] } } })

test('the permissions of the catalog are literal types all the way', async () => {
  const outcome = await verifier.verify('token')
  if (!outcome.ok) throw new Error(outcome.refusal.code)
  const grant = outcome.value
  expectTypeOf(grant.can).parameter(0).toEqualTypeOf<Permission>()
  expectTypeOf(grant.explain).parameter(0).toEqualTypeOf<Permission>()
  grant.can('orders.view')
  // @ts-expect-error misspelt
  grant.can('orders.veiw')
  // @ts-expect-error a qualified form is no permission
  grant.can('orders.view[own]')
  // @ts-expect-error the account is the one of the token
  grant.can('orders.view', { account: 'bob' })
})

test('also from an authorizer context', () => {
  const outcome = grantFromContext({}, catalog)
  // @ts-expect-error an outcome is no grant before it has been looked at
  outcome.value
  if (outcome.ok) {
    // @ts-expect-error misspelt
    outcome.value.can('orders.veiw')
  }
})

test('also in the middleware', () => {
  permissions({ catalog, permission: 'orders.view' })
  permissions({ verifier, permission: 'orders.approve' })
  // @ts-expect-error misspelt
  permissions({ catalog, permission: 'orders.veiw' })
  // @ts-expect-error misspelt
  permissions({ verifier, permission: 'orders.veiw' })
  // @ts-expect-error neither a catalog nor a verifier
  permissions({ permission: 'orders.view' })
  // @ts-expect-error misspelt
  permissions({ catalog }).grantOf({}).can('orders.veiw')
})

test('a catalog read from a file knows no keys, and takes any', () => {
  const outcome = grantFromContext({}, wide)
  if (outcome.ok) outcome.value.can('anything')
})

test('a grant cannot be changed, and its holder neither', async () => {
  const outcome = await verifier.verify('token')
  if (!outcome.ok) return
  // @ts-expect-error read-only
  outcome.value.carried = {}
  // @ts-expect-error read-only
  outcome.value.holder.account = 'bob'
  // @ts-expect-error there is no setter
  outcome.value.defaultFull = true
})

test('from a catalog that a product team defines, and its lock file', () => {
  const shop = defineCatalog({
    application: 'shop',
    title: 'Shop',
    sections: { orders: { title: 'Orders', description: 'Orders' } },
    features: {},
    qualifiers: { own: { title: 'Own', attribute: 'owner', account: true } },
    permissions: { 'orders.view': { title: 'View', description: 'View', section: 'orders', qualifiers: ['own'] } },
    roles: {},
    policy: {
      base: { min: 0, max: 1 },
      additional: { min: 0, max: null },
      empty: 'no_access',
      assignmentTakesEffect: 'next_access',
      definitionTakesEffect: 'next_access',
      customRoles: 'none',
      customRoleDeletion: 'not_applicable',
      mayAssign: 'administrators',
      mayDefine: null,
    },
    conflicts: [],
    routes: { 'GET /orders': { permission: 'orders.view' } },
  })
  const decisions = toDecisionCatalog(compileCatalog(shop, readLock({})))
  const { grantOf } = permissions({ catalog: decisions, permission: 'orders.view' })
  expectTypeOf(grantOf({}).can).parameter(0).toEqualTypeOf<'orders.view'>()
  // @ts-expect-error misspelt
  permissions({ catalog: decisions, permission: 'orders.list' })
})
