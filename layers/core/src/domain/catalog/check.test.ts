import { describe, expect, test } from 'vitest'
import type { Catalog, CatalogLock } from './catalog.ts'
import { checkCatalog } from './check.ts'
import { appendToLock } from './lock.ts'
import { type CatalogProblem, type ProblemCode, problemKinds } from './problem.ts'
import { plant, shop, shopLock } from './shop.fixture.ts'

type Parts = Parameters<typeof plant>[1]

const { customer, clerk, counter, approver, auditor } = shop.roles
const permission = { title: 'x', description: 'x', section: 'orders' }

const withRoles = (roles: Record<string, unknown>): Parts => ({ roles: { ...shop.roles, ...roles } })
const withPermissions = (permissions: Record<string, unknown>): Parts => ({
  permissions: { ...shop.permissions, ...permissions },
})
const withRoutes = (routes: Record<string, unknown>): Parts => ({ routes: { ...shop.routes, ...routes } })
const withPolicy = (policy: object): Parts => ({ policy: { ...shop.policy, ...policy } })

const check = (parts: Parts, lock?: CatalogLock, base?: CatalogLock): readonly CatalogProblem[] => {
  const catalog = plant(shop, parts)
  return checkCatalog(catalog, { lock: lock ?? appendToLock(catalog).lock, ...(base === undefined ? {} : { base }) })
}
const codes = (found: readonly CatalogProblem[]): ProblemCode[] => [
  ...new Set(found.filter(({ severity }) => severity !== 'note').map(({ code }) => code)),
]

test('a sound catalog has nothing to correct', () => {
  expect(codes(check({}, shopLock, shopLock))).toEqual([])
})

/** A planted mistake, the codes it must raise (all of them), and evidence of the first. */
type Plant = readonly [mistake: string, parts: Parts, raised: readonly ProblemCode[], evidence: object]

const plants: readonly Plant[] = [
  ['a key with a space', withPermissions({ 'Orders view': permission }), ['malformed_key'], { key: 'Orders view' }],
  ['a key objects inherit', withRoles({ constructor: approver }), ['malformed_key'], { key: 'constructor' }],
  ['a custom role among roles', withRoles({ 'custom:x': approver }), ['malformed_key'], { table: 'roles' }],
  ['one key for two things', withPermissions({ clerk: permission }), ['ambiguous_key'], { key: 'clerk' }],
  [
    'a section that is not there',
    withPermissions({ 'orders.approve': { ...permission, section: 'oders' } }),
    ['unknown_section'],
    { permission: 'orders.approve', section: 'oders' },
  ],
  [
    'a feature that is not there',
    withPermissions({ 'orders.approve': { ...permission, feature: 'refund' } }),
    ['unknown_feature'],
    { permission: 'orders.approve', feature: 'refund' },
  ],
  [
    'a qualifier that is not there',
    withPermissions({ 'orders.approve': { ...permission, qualifiers: ['owned'] } }),
    ['unknown_qualifier', 'route_refuses_qualified'],
    { permission: 'orders.approve', qualifier: 'owned' },
  ],
  [
    'a grant with a foreign qualifier',
    withRoles({ approver: { ...approver, grants: ['orders.approve[own]'] } }),
    ['unknown_qualifier'],
    { role: 'approver', qualifier: 'own' },
  ],
  [
    'a grant of nothing known',
    withRoles({ approver: { ...approver, grants: ['orders.aprove'] } }),
    ['unknown_permission'],
    { role: 'approver', permission: 'orders.aprove' },
  ],
  [
    'a grant of what objects inherit',
    withRoles({ approver: { ...approver, grants: ['toString'] } }),
    ['unknown_permission'],
    { permission: 'toString' },
  ],
  [
    'a ceiling of nothing known',
    withRoles({ auditor: { ...auditor, ceiling: ['orders.view', 'orders.veiw'] } }),
    ['unknown_permission'],
    { role: 'auditor', permission: 'orders.veiw' },
  ],
  [
    'an inclusion of nobody',
    withRoles({ clerk: { ...clerk, includes: ['custommer'] } }),
    ['unknown_role'],
    { role: 'clerk', included: 'custommer' },
  ],
  [
    'a role that includes itself',
    withRoles({ approver: { ...approver, includes: ['approver'] } }),
    ['role_cycle'],
    { roles: ['approver'] },
  ],
  [
    'a cycle of three',
    withRoles({
      customer: { ...customer, includes: ['approver'] },
      approver: { ...approver, includes: ['counter'] },
      counter: { ...counter, includes: ['customer'] },
    }),
    ['role_cycle', 'conflict_within_role'],
    { roles: ['customer', 'approver', 'counter'] },
  ],
  [
    'an inclusion of a ceiling',
    withRoles({ approver: { ...approver, includes: ['auditor'] } }),
    ['ceiling_included'],
    { role: 'approver', included: 'auditor' },
  ],
  [
    'an inclusion twice over',
    withRoles({ counter: { ...counter, includes: ['customer', 'clerk'] } }),
    ['redundant_inclusion'],
    { role: 'counter', included: 'customer', by: 'clerk' },
  ],
  [
    'a grant that is inherited',
    withRoles({ clerk: { ...clerk, grants: [...clerk.grants, 'orders.view[own]'] } }),
    ['redundant_grant'],
    { role: 'clerk', key: 'orders.view[own]' },
  ],
  [
    'a grant beside its wider form',
    withRoles({ counter: { ...counter, grants: ['stock.count[my-shelves]', 'stock.count'] } }),
    ['redundant_grant'],
    { key: 'stock.count[my-shelves]', wider: 'stock.count' },
  ],
  [
    'a ceiling below its own grants',
    withRoles({ auditor: { ...auditor, ceiling: ['stock.view'] } }),
    ['ceiling_bars_own_grant'],
    { role: 'auditor', permissions: ['orders.view'] },
  ],
  [
    'a conflict with nobody',
    { conflicts: [{ between: ['orders.refund', 'aprover'], reason: 'x' }] },
    ['conflict_unknown_key'],
    { key: 'aprover' },
  ],
  [
    'a conflict of one',
    { conflicts: [{ between: ['orders.refund', 'orders.refund'], reason: 'x' }] },
    ['conflict_with_itself'],
    { key: 'orders.refund' },
  ],
  [
    'a conflict nobody can avoid, in a qualified form',
    { conflicts: [{ between: ['orders.refund', 'orders.view'], reason: 'x' }] },
    ['conflict_within_role'],
    { role: 'clerk' },
  ],
  [
    'a gate nobody passes',
    withPolicy({ customRoles: 'grants' }),
    ['gated_without_gates'],
    { permission: 'stock.view' },
  ],
  [
    'a gate before nothing',
    withPermissions({ 'stock.view': { ...shop.permissions['stock.view'], gated: undefined } }),
    ['gates_without_gated'],
    {},
  ],
  ['a range upside down', withPolicy({ base: { min: 2, max: 1 }, empty: 'forbidden' }), ['policy_contradiction'], {}],
  ['half a role', withPolicy({ additional: { min: 0, max: 0.5 } }), ['policy_contradiction'], {}],
  ['a required role that may be missing', withPolicy({ base: { min: 1, max: 1 } }), ['policy_contradiction'], {}],
  [
    'a required role that does not exist',
    { roles: { counter }, ...withPolicy({ base: { min: 1, max: 1 }, empty: 'forbidden' }), conflicts: [] },
    ['policy_contradiction'],
    {},
  ],
  ['a deletion of nothing', withPolicy({ customRoles: 'none' }), ['gated_without_gates', 'policy_contradiction'], {}],
  ['nobody who defines roles', withPolicy({ mayDefine: null }), ['policy_contradiction'], {}],
  [
    'an unused section',
    { sections: { ...shop.sections, attic: permission } },
    ['unused_section'],
    { section: 'attic' },
  ],
  ['an unused feature', { features: { ...shop.features, f: permission } }, ['unused_feature'], { feature: 'f' }],
  [
    'an unused qualifier',
    { qualifiers: { ...shop.qualifiers, q: { title: 'q', attribute: 'q', equals: 'q' } } },
    ['unused_qualifier'],
    { qualifier: 'q' },
  ],
  ['a method that is none', withRoutes({ 'FETCH /x': { permission: 'orders.approve' } }), ['malformed_route'], {}],
  ...['GET x', 'GET /x/', 'GET //x', 'GET /{x', 'GET /{a}/{a}', 'GET /{a+}/b', 'GET /../x', 'GET /a%2Fb', 'GET'].map(
    (route): Plant => [
      `the path of "${route}"`,
      withRoutes({ [route]: { permission: 'orders.approve' } }),
      ['malformed_route'],
      { route },
    ],
  ),
  ['a route for everybody', withRoutes({ 'GET /x': {} }), ['route_without_permission'], { route: 'GET /x' }],
  ['a route for nothing', withRoutes({ 'GET /x': { permission: '' } }), ['route_without_permission'], {}],
  [
    'a route to nothing known',
    withRoutes({ 'GET /x': { permission: 'orders.veiw' } }),
    ['unknown_permission'],
    { route: 'GET /x', permission: 'orders.veiw' },
  ],
  [
    'a gated route without product',
    withRoutes({ 'GET /x': { permission: 'stock.view' } }),
    ['route_never_allowed'],
    { route: 'GET /x' },
  ],
  [
    'a qualified route without product',
    withRoutes({ 'GET /x': { permission: 'stock.count' } }),
    ['route_refuses_qualified'],
    { route: 'GET /x' },
  ],
  [
    'one route twice',
    withRoutes({ 'GET /orders/{id}': { permission: 'orders.view', productDecides: true } }),
    ['duplicate_route', 'rest_sibling_parameters'],
    { routes: ['GET /orders/{orderId}', 'GET /orders/{id}'] },
  ],
  [
    'routes that are equally good',
    withRoutes({
      'DELETE /{shelf}/new': { permission: 'orders.approve' },
      'DELETE /stock/{shelf}': { permission: 'orders.approve' },
    }),
    ['ambiguous_route'],
    { routes: ['DELETE /{shelf}/new', 'DELETE /stock/{shelf}'] },
  ],
  [
    'a greedy route that is equally good',
    withRoutes({
      'DELETE /{shelf}/a/b': { permission: 'orders.approve' },
      'DELETE /stock/{rest+}': { permission: 'orders.approve' },
    }),
    ['ambiguous_route', 'rest_sibling_parameters'],
    { routes: ['DELETE /{shelf}/a/b', 'DELETE /stock/{rest+}'] },
  ],
  [
    'two names for one parameter',
    withRoutes({ 'PUT /orders/{id}/lines': { permission: 'orders.approve' } }),
    ['rest_sibling_parameters'],
    { routes: ['GET /orders/{orderId}', 'PUT /orders/{id}/lines'] },
  ],
  [
    'a deny that takes another route along',
    withRoutes({
      'GET /orders/{orderId}/lines': { permission: 'orders.approve' },
      'GET /orders/{orderId}/parcels/{parcel}/lines': { permission: 'orders.refund' },
    }),
    ['rest_cannot_tell'],
    {
      granted: 'GET /orders/{orderId}/parcels/{parcel}/lines',
      denied: 'GET /orders/{orderId}/lines',
      covering: 'GET /orders/{orderId}',
    },
  ],
  ['a permission nobody has', withPermissions({ 'orders.drop': permission }), [], {}],
]

describe('a planted mistake is found:', () => {
  test.each(plants)('%s', (_, parts, raised, evidence) => {
    const found = check(parts)
    expect(codes(found)).toEqual(raised)
    expect(found.find(({ code }) => code === raised[0])?.evidence ?? {}).toMatchObject(evidence)
  })

  test('a cycle is told once, from its first role on', () => {
    const found = check(
      withRoles({ clerk: { ...clerk, includes: ['customer'] }, customer: { ...customer, includes: ['clerk'] } }),
    )
    expect(found.filter(({ code }) => code === 'role_cycle').map(({ evidence }) => evidence)).toEqual([
      { roles: ['customer', 'clerk'] },
    ])
  })

  test('what no role grants and no route asks for is noted', () => {
    const found = check(withPermissions({ 'orders.drop': permission }))
    expect(found.find(({ code }) => code === 'ungranted_permission')?.evidence).toEqual({
      permissions: ['orders.view[open]', 'orders.drop', 'stock.count'],
    })
    expect(found.find(({ code }) => code === 'unrouted_permission')?.evidence).toEqual({ permissions: ['orders.drop'] })
  })

  test('a REST policy can tell routes apart where no third route is hit, or the denied one is strong', () => {
    const lines = { permission: 'orders.approve' }
    expect(codes(check(withRoutes({ 'GET /orders/{orderId}/lines': lines })))).toEqual([])
    const deep = { 'GET /orders/{orderId}/parcels/{parcel}/lines': { permission: 'orders.refund' } }
    const strong = { 'GET /orders/{orderId}/lines': { ...lines, freshness: 'strong' } }
    expect(codes(check(withRoutes({ ...deep, ...strong })))).toEqual([])
  })
})

const without = (...keys: string[]): Catalog =>
  plant(shop, {
    permissions: Object.fromEntries(Object.entries(shop.permissions).filter(([key]) => !keys.includes(key))),
  })
const edit = (change: (numbers: CatalogLock['numbers'][number][]) => unknown, lock = shopLock): CatalogLock => {
  const numbers = [...lock.numbers]
  change(numbers)
  return { ...lock, numbers, epochs: [...lock.epochs.slice(0, -1), numbers.length] }
}
const retired = appendToLock(without('stock.view'), shopLock).lock

/** A tampered lock file, the codes it must raise, and evidence of the first. */
const tampered: readonly (readonly [string, CatalogLock | undefined, readonly ProblemCode[], object])[] = [
  [
    'of another application',
    { ...shopLock, application: 'store' },
    ['lock_of_another_application'],
    { found: 'store' },
  ],
  ['with an epoch that ends elsewhere', { ...shopLock, epochs: [5] }, ['lock_inconsistent', 'epoch_rewritten'], {}],
  ['with a shrinking epoch', { ...shopLock, epochs: [9, 8] }, ['lock_inconsistent', 'epoch_rewritten'], {}],
  [
    'with one key twice',
    edit((numbers) => numbers.push({ key: 'orders.view' })),
    ['lock_inconsistent', 'epoch_rewritten'],
    {},
  ],
  [
    'retired in an epoch to come',
    edit((numbers) => numbers.splice(0, 1, { key: 'orders.view', retired: 3 })),
    ['lock_inconsistent', 'not_numbered'],
    {},
  ],
  [
    'retired in a closed epoch',
    edit((numbers) => numbers.splice(0, 1, { key: 'orders.view', retired: 1 })),
    ['lock_inconsistent', 'not_numbered', 'epoch_rewritten'],
    {},
  ],
  [
    'with two numbers swapped',
    edit((numbers) => numbers.splice(0, 2, { key: 'orders.view[own]' }, { key: 'orders.view' })),
    ['renumbered'],
    { key: 'orders.view', from: 0, to: 1 },
  ],
  [
    'with a number squeezed in',
    edit((numbers) => numbers.splice(7, 0, { key: 'orders.drop' })),
    ['vanished', 'renumbered', 'epoch_rewritten'],
    {},
  ],
  [
    'with a number given to another key',
    edit((numbers) => numbers.splice(7, 1, { key: 'orders.drop' })),
    ['vanished', 'not_numbered', 'reused'],
    {},
  ],
  [
    'with the last number cut off',
    edit((numbers) => numbers.pop()),
    ['not_numbered', 'vanished', 'epoch_rewritten'],
    {},
  ],
  ['with an epoch dropped', { ...shopLock, epochs: [] }, ['lock_inconsistent', 'epoch_rewritten'], {}],
  ['that is gone', undefined, ['lock_missing', 'vanished', 'epoch_rewritten'], {}],
]

describe('a lock file is refused', () => {
  test.each(tampered)('%s', (_, lock, raised, evidence) => {
    const found = checkCatalog(shop, { lock, base: shopLock })
    expect(codes(found)).toEqual(raised)
    expect(found.find(({ code }) => code === raised[0])?.evidence).toMatchObject(evidence)
  })

  test('that puts a retired number back to use', () => {
    const revived = edit((numbers) => numbers.splice(7, 1, { key: 'stock.view' }), retired)
    expect(codes(checkCatalog(shop, { lock: revived, base: retired }))).toEqual(['reused'])
  })

  test('that dates a retirement back', () => {
    const later = appendToLock(shop, retired).lock
    const backdated = edit((numbers) => numbers.splice(7, 1, { key: 'stock.view', retired: 3 }), later)
    expect(codes(checkCatalog(shop, { lock: backdated, base: retired }))).toEqual(['epoch_rewritten'])
  })

  test('when its catalog lost a permission that is not retired', () => {
    const smaller = plant(without('orders.approve'), {
      conflicts: [],
      roles: { customer, clerk, counter, auditor },
      routes: { ...shop.routes, 'POST /orders/{orderId}/approval': { permission: 'orders.refund' } },
    })
    const found = checkCatalog(smaller, { lock: shopLock, base: shopLock })
    expect(codes(found)).toEqual(['vanished'])
    const { lock } = appendToLock(smaller, shopLock)
    expect(codes(checkCatalog(smaller, { lock, base: shopLock }))).toEqual([])
  })

  test('but not for what was appended', () => {
    const first = appendToLock(without('stock.view')).lock
    expect(codes(checkCatalog(shop, { lock: appendToLock(shop, first).lock, base: first }))).toEqual([])
  })
})

test('every code has a planted mistake', () => {
  const planted = new Set<string>([...plants.flatMap((row) => row[2]), ...tampered.flatMap((row) => row[2])])
  const elsewhere = ['lock_malformed', 'ungranted_permission', 'unrouted_permission']
  expect([...planted, ...elsewhere].toSorted()).toEqual(Object.keys(problemKinds).toSorted())
})
