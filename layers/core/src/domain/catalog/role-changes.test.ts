import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { arbitraryCatalog, arbitraryLock } from '../../../../../test/support/arbitraries/catalog.ts'
import { numbersIn } from '../grant/permission-set.ts'
import type { Catalog } from './catalog.ts'
import { compileCatalog } from './compile.ts'
import type { CompiledCatalog } from './compiled-catalog.ts'
import { grantKeysOf } from './grant-key.ts'
import { type RoleChanges, roleChangesRemoveAnything, withRoleChanges } from './role-changes.ts'
import { plant, shop, shopLock } from './shop.fixture.ts'

const changeable = { ...shop.policy, roleDefaults: 'organization_may_change' }
const compiled = compileCatalog(plant(shop, { policy: changeable }), shopLock)
const change = (enabled: readonly string[], disabled: readonly string[] = []) => ({ enabled, disabled })

function held(catalog: CompiledCatalog, role: string): readonly (string | null | undefined)[] {
  return numbersIn(catalog.roles.get(role)?.closure ?? new Uint32Array()).map((number) => catalog.keys[number])
}

describe('what an organization changes of a role', () => {
  test('is what the role grants, and what roles that include it grant', () => {
    const changed = withRoleChanges(compiled, { customer: change(['stock.view'], ['orders.view']) })
    expect(held(changed, 'customer')).toEqual(['stock.view'])
    expect(held(changed, 'clerk')).toEqual(['orders.view', 'orders.refund', 'stock.view'])
    expect(held(changed, 'auditor')).toEqual(held(compiled, 'auditor'))
  })

  test('is withdrawn rather than granted where it says both', () => {
    const changed = withRoleChanges(compiled, { customer: change(['stock.view'], ['stock.view']) })
    expect(held(changed, 'customer')).toEqual(['orders.view[own]'])
  })

  test('hands out nothing that only roles above organizations have, and nothing unknown', () => {
    const roles = { ...shop.roles, approver: { ...shop.roles.approver, level: 'system' } }
    const above = compileCatalog(plant(shop, { policy: changeable, roles }), shopLock)
    const changes = { customer: change(['orders.approve', 'no.such']), approver: change(['stock.view']) }
    expect(held(withRoleChanges(above, changes), 'customer')).toEqual(['orders.view[own]'])
    expect(held(withRoleChanges(above, changes), 'approver')).toEqual(['orders.approve'])
    expect(held(withRoleChanges(compiled, changes), 'customer')).toEqual(['orders.view[own]', 'orders.approve'])
  })

  test('leaves ceilings and numbers as they are', () => {
    const changed = withRoleChanges(compiled, { auditor: change(['orders.approve']) })
    expect(changed.roles.get('auditor')?.ceiling).toEqual(compiled.roles.get('auditor')?.ceiling)
    expect(changed.keys).toBe(compiled.keys)
    expect(changed.epochs).toBe(compiled.epochs)
  })

  test('is nothing where the policy fixes what roles grant', () => {
    const fixed = compileCatalog(shop, shopLock)
    expect(withRoleChanges(fixed, { clerk: change([], ['orders.refund']) })).toBe(fixed)
    expect(withRoleChanges(compiled, undefined)).toBe(compiled)
  })
})

const trials = arbitraryCatalog.chain((catalog) => {
  const keys = fc.subarray([...grantKeysOf(catalog), 'no.such'])
  const roles = fc.constantFrom(...Object.keys(catalog.roles), 'nobody', 'toString')
  const changes = fc.dictionary(roles, fc.record({ enabled: keys, disabled: keys }))
  return fc.tuple(fc.constant(catalog), arbitraryLock(catalog), changes)
})

/** By definition: a grant of some role within, or enabled and granted by an organization's role; and not disabled. */
function grants(catalog: Catalog, changes: RoleChanges, role: string): readonly string[] {
  const definition = catalog.roles[role]
  const byDefault = (key: string): readonly string[] => [
    ...(catalog.roles[key]?.grants ?? []),
    ...(catalog.roles[key]?.includes ?? []).flatMap(byDefault),
  ]
  const ofOrganizations = Object.keys(catalog.roles).filter((key) => catalog.roles[key]?.level === 'organization')
  const own = (key: string): boolean => {
    const made = definition?.level === 'organization' && Object.hasOwn(changes, role) ? changes[role] : undefined
    if (made?.disabled.some((not) => not === key || key.startsWith(`${not}[`))) return false
    if (definition?.grants.includes(key)) return true
    return made?.enabled.includes(key) === true && ofOrganizations.flatMap(byDefault).includes(key)
  }
  const included = (definition?.includes ?? []).flatMap((key) => grants(catalog, changes, key))
  return grantKeysOf(catalog).filter((key) => own(key) || included.includes(key))
}

describe('on random catalogs and changes', () => {
  property.prop([trials])('every role grants what the definition says', ([catalog, lock, changes]) => {
    const policy = { ...catalog.policy, roleDefaults: 'organization_may_change' as const }
    const changed = withRoleChanges(compileCatalog({ ...catalog, policy }, lock), changes)
    for (const role of Object.keys(catalog.roles)) {
      expect([...held(changed, role)].sort()).toEqual([...grants(catalog, changes, role)].sort())
    }
  })
})

describe('whether other changes take something away', () => {
  test.each<[string, RoleChanges | undefined, RoleChanges | undefined, boolean]>([
    ['nothing', undefined, {}, false],
    ['something enabled', undefined, { clerk: change(['a']) }, false],
    ['something disabled', undefined, { clerk: change([], ['a']) }, true],
    ['no longer enabled', { clerk: change(['a']) }, { clerk: change([]) }, true],
    ['no longer disabled', { clerk: change([], ['a']) }, { clerk: change([]) }, false],
    ['a role no longer enabled for anything', { clerk: change(['a']) }, {}, true],
    ['the same for another role', { clerk: change([], ['a']) }, { customer: change([], ['a']) }, true],
    ['a name that objects inherit', {}, { toString: change([], ['a']) }, true],
  ])('%s', (_, before, after, expected) => {
    expect(roleChangesRemoveAnything(before, after)).toBe(expected)
  })
})
