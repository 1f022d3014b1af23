import { describe, expect, it } from 'vitest'
import type { ApplicationSettings, CustomRole } from '../assignment/organization.ts'
import type { AssignmentState, UnknownReason } from '../assignment/state.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { compileCatalog } from '../catalog/compile.ts'
import { appendToLock } from '../catalog/lock.ts'
import { shop } from '../catalog/shop.fixture.ts'
import { evaluate } from './evaluate.ts'
import { numbersIn } from './permission-set.ts'

const settings: ApplicationSettings = { features: ['refunds'], defaultFull: true }
const roles = (...held: string[]): AssignmentState => ({ state: 'roles', roles: held })
const custom = (id: string, parts: Partial<CustomRole> = {}): CustomRole => ({
  organization: 'acme',
  application: 'shop',
  id,
  title: id,
  description: '',
  grants: [],
  gates: [],
  revision: 1,
  ...parts,
})

const shopWith = (policy: Partial<Catalog['policy']>, rolesToo: Catalog['roles'] = shop.roles): Catalog => ({
  ...(shop as Catalog),
  roles: rolesToo,
  policy: { ...shop.policy, ...policy },
})
const { auditor: _, ...withoutCeiling } = shop.roles as Catalog['roles']

/** Evaluates and reads the result back as names. */
function ask(
  state: AssignmentState,
  parts: { catalog?: Catalog; customRoles?: readonly CustomRole[]; settings?: ApplicationSettings } = {},
) {
  const catalog: Catalog = parts.catalog ?? shop
  const compiled = compileCatalog(catalog, appendToLock(catalog).lock)
  const outcome = evaluate(compiled, state, {
    customRoles: parts.customRoles ?? [],
    settings: parts.settings ?? settings,
  })
  if (!outcome.ok) return outcome.refusal
  const { kind, permissions, gates } = outcome.value
  return { kind, keys: numbersIn(permissions).map((number) => compiled.keys[number]), gates }
}

describe('translating an assignment', () => {
  it('takes what a role grants itself and through its inclusions', () => {
    const granted = ask(roles('clerk'))
    expect(granted).toMatchObject({ kind: 'roles', gates: [] })
    expect(granted).toHaveProperty('keys', expect.arrayContaining(['orders.view', 'orders.view[own]', 'stock.view']))
  })

  it('does not take it without the feature', () => {
    expect(ask(roles('clerk'))).toHaveProperty('keys', expect.arrayContaining(['orders.refund']))
    const without = ask(roles('clerk'), { settings: { features: [], defaultFull: true } })
    expect(without).toHaveProperty('keys', expect.not.arrayContaining(['orders.refund']))
  })

  it('keeps within the ceiling of a held role whatever others grant', () => {
    expect(ask(roles('auditor', 'counter', 'approver'))).toEqual({ kind: 'roles', keys: ['orders.view'], gates: [] })
  })

  it('unites what several roles grant, however often they are named', () => {
    expect(ask(roles('counter', 'approver', 'counter'))).toEqual(ask(roles('approver', 'counter')))
  })

  it('grants nothing for no role', () => {
    expect(ask(roles())).toEqual({ kind: 'roles', keys: [], gates: [] })
  })

  it.each<UnknownReason>([
    'never_confirmed',
    'confirmation_too_old',
    'source_timeout',
    'source_partial',
    'source_conflicts',
  ])('refuses an assignment that is unknown: %s', (reason) => {
    expect(ask({ state: 'unknown', reason })).toEqual({ code: 'unknown_assignment', evidence: { reason } })
  })

  it('refuses an account the source does not know, and an inactive one', () => {
    const unknown = ask({ state: 'unknown', reason: 'not_found' })
    expect(unknown).toEqual({ code: 'unknown_account', evidence: { reason: 'not_found' } })
    expect(ask({ state: 'inactive' })).toEqual({ code: 'inactive' })
  })
})

describe('the rules of an assignment', () => {
  it.each([
    ['a second base role', roles('clerk', 'customer'), {}, { rule: 'base_maximum', held: 2, max: 1 }],
    ['no base role', roles('counter'), { base: { min: 1, max: 1 } }, { rule: 'base_minimum', held: 0, min: 1 }],
    [
      'too many additional roles',
      roles('counter', 'approver'),
      { additional: { min: 0, max: 1 } },
      { rule: 'additional_maximum', held: 2, max: 1 },
    ],
    [
      'a deleted custom role beyond the maximum',
      roles('counter', 'custom:deleted'),
      { additional: { min: 0, max: 1 } },
      { rule: 'additional_maximum', held: 2, max: 1 },
    ],
    [
      'only a deleted custom role for a minimum',
      roles('clerk', 'custom:deleted'),
      { additional: { min: 1, max: null } },
      { rule: 'additional_minimum', held: 0, min: 1 },
    ],
    ['no role where one is needed', roles(), { empty: 'forbidden' as const }, { rule: 'empty' }],
  ])('refuse %s', (_, state, policy, evidence) => {
    expect(ask(state, { catalog: shopWith(policy) })).toEqual({ code: 'invalid_assignment', evidence })
  })

  it('refuse everything for an unknown role where it could be a ceiling', () => {
    expect(ask(roles('clerk', 'ghost'))).toEqual({ code: 'unknown_role', evidence: { roles: ['ghost'] } })
  })

  it('let an unknown role grant nothing where there is no ceiling', () => {
    const catalog = shopWith({}, withoutCeiling)
    expect(ask(roles('clerk', 'ghost'), { catalog })).toEqual(ask(roles('clerk'), { catalog }))
  })
})

describe('default-full access', () => {
  const catalog = shopWith({ empty: 'full_access' })

  it('is everything whose feature is enabled', () => {
    const full = ask({ state: 'full' }, { catalog, settings: { features: [], defaultFull: true } })
    expect(full).toMatchObject({ kind: 'full', gates: [] })
    expect(full).toHaveProperty('keys', expect.arrayContaining(['orders.approve', 'stock.view', 'orders.view[open]']))
    expect(full).toHaveProperty('keys', expect.not.arrayContaining(['orders.refund']))
  })

  it('is refused once more where the policy or the organization does not know it', () => {
    const refused = { code: 'invalid_assignment', evidence: { rule: 'default_full' } }
    expect(ask({ state: 'full' })).toEqual(refused)
    expect(ask({ state: 'full' }, { catalog, settings: { features: [], defaultFull: false } })).toEqual(refused)
  })

  it('never comes from a deleted custom role', () => {
    const deleted = { catalog: shopWith({ empty: 'full_access', customRoles: 'grants' }) }
    expect(ask(roles('custom:deleted'), deleted)).toEqual({ kind: 'roles', keys: [], gates: [] })
  })
})

describe('custom roles', () => {
  const both = { grants: ['orders.approve', 'orders.gone'], gates: ['b', 'a'] }

  it('add permissions where the policy says so, as far as they still exist', () => {
    const catalog = shopWith({ customRoles: 'grants' })
    const granted = ask(roles('custom:one'), { catalog, customRoles: [custom('one', both)] })
    expect(granted).toEqual({ kind: 'roles', keys: ['orders.approve'], gates: [] })
  })

  it('name resources where the policy says so, and add nothing', () => {
    const customRoles = [custom('one', both), custom('two', { gates: ['b', 'c'] })]
    expect(ask(roles('custom:two', 'custom:one'), { customRoles })).toEqual({
      kind: 'roles',
      keys: [],
      gates: ['a', 'b', 'c'],
    })
  })

  it.each([
    ['the catalog knows none', 'none', 'shop', 'custom:one'],
    ['it belongs to another application', 'grants', 'other', 'custom:one'],
    ['it is not held', 'grants', 'shop', 'custom:two'],
    ['it is named without its prefix', 'grants', 'shop', 'one'],
  ] as const)('bring nothing when %s', (_, customRoles, application, held) => {
    const catalog = shopWith({ customRoles }, withoutCeiling)
    const brought = ask(roles(held), { catalog, customRoles: [custom('one', { ...both, application })] })
    expect(brought).toEqual({ kind: 'roles', keys: [], gates: [] })
  })

  it('stay within the ceilings of other roles', () => {
    const catalog = shopWith({ customRoles: 'grants' })
    const capped = ask(roles('auditor', 'custom:one'), { catalog, customRoles: [custom('one', both)] })
    expect(capped).toEqual({ kind: 'roles', keys: ['orders.view'], gates: [] })
  })
})
