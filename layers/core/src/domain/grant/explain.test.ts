import { describe, expect, it } from 'vitest'
import type { ApplicationSettings, CustomRole } from '../assignment/organization.ts'
import type { AssignmentState } from '../assignment/state.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { compileCatalog, toDecisionCatalog } from '../catalog/compile.ts'
import { appendToLock } from '../catalog/lock.ts'
import { shop } from '../catalog/shop.fixture.ts'
import { type Facts, indexCatalog } from './decide.ts'
import { explain } from './explain.ts'
import { explainInWords } from './explain-in-words.ts'

const roles = (...held: string[]): AssignmentState => ({ state: 'roles', roles: held })

function ask(
  state: AssignmentState,
  permission: string,
  parts: {
    facts?: Facts
    policy?: Partial<Catalog['policy']>
    customRoles?: readonly CustomRole[]
    settings?: ApplicationSettings
  } = {},
) {
  const catalog: Catalog = { ...(shop as Catalog), policy: { ...shop.policy, ...parts.policy } }
  const compiled = compileCatalog(catalog, appendToLock(catalog).lock)
  const question = {
    compiled,
    index: indexCatalog(toDecisionCatalog(compiled)),
    state,
    customRoles: parts.customRoles ?? [],
    settings: parts.settings ?? { features: [], defaultFull: true },
  }
  const explanation = explain(question, permission, parts.facts)
  return { explanation, words: explainInWords(explanation, catalog) }
}

describe('what is allowed is explained by where it comes from', () => {
  it('a held role', () => {
    const { explanation, words } = ask(roles('approver'), 'orders.approve')
    const through = [{ kind: 'role', path: ['approver'], grants: 'orders.approve' }]
    expect(explanation).toEqual({ allowed: true, permission: 'orders.approve', by: 'orders.approve', through })
    expect(words).toBe('“Approve” is allowed: role “Approver” grants it.')
  })

  it('the shortest way through inclusions, with the qualifier', () => {
    const facts = { account: 'ann', resource: { attributes: { owner: 'ann' } } }
    const { explanation, words } = ask(roles('customer'), 'orders.view', { facts })
    expect(explanation).toHaveProperty('by', 'orders.view[own]')
    expect(words).toBe('“View” is allowed: role “Customer” grants it (only: own orders).')
    const catalog: Catalog = {
      ...(shop as Catalog),
      roles: { ...shop.roles, chief: { ...shop.roles.clerk, title: 'Chief', includes: ['clerk'], grants: [] } },
    }
    const compiled = compileCatalog(catalog, appendToLock(catalog).lock)
    const question = {
      compiled,
      index: indexCatalog(toDecisionCatalog(compiled)),
      state: roles('chief'),
      customRoles: [],
      settings: { features: ['refunds'], defaultFull: false },
    }
    const included = explain(question, 'orders.refund')
    expect(included).toHaveProperty('through', [{ kind: 'role', path: ['chief', 'clerk'], grants: 'orders.refund' }])
    expect(explainInWords(included, catalog)).toBe(
      '“Refund” is allowed: role “Chief” includes role “Clerk”, which grants it.',
    )
  })

  it('a custom role', () => {
    const role: CustomRole = {
      organization: 'acme',
      application: 'shop',
      id: 'night',
      title: 'Night shift',
      description: '',
      grants: ['orders.approve'],
      gates: [],
      revision: 1,
    }
    const { explanation, words } = ask(roles('custom:night'), 'orders.approve', {
      policy: { customRoles: 'grants' },
      customRoles: [role],
    })
    expect(explanation).toHaveProperty('through', [
      { kind: 'custom_role', role: 'custom:night', title: 'Night shift', grants: 'orders.approve' },
    ])
    expect(words).toBe('“Approve” is allowed: custom role “Night shift” carries it.')
  })

  it('default-full access', () => {
    const { explanation, words } = ask({ state: 'full' }, 'orders.approve', { policy: { empty: 'full_access' } })
    expect(explanation).toHaveProperty('through', [{ kind: 'default_full', grants: 'orders.approve' }])
    expect(words).toBe('“Approve” is allowed: the organization gives full access to accounts without a role.')
  })
})

describe('what is refused is explained by the clause', () => {
  it('not granted: the roles that would grant it, the smallest first', () => {
    const { explanation, words } = ask(roles('approver'), 'orders.view')
    expect(explanation).toMatchObject({ allowed: false, refusal: { code: 'not_granted' }, held: [] })
    expect(explanation).toHaveProperty('wouldGrant', ['customer', 'auditor', 'clerk'])
    expect(words).toBe(
      '“View” is refused: no role of the account grants the permission. It comes with role “Customer”, role “Auditor” or role “Clerk”.',
    )
  })

  it('outside a ceiling: whose, and who would have granted it', () => {
    const { explanation, words } = ask(roles('auditor', 'approver'), 'orders.approve')
    expect(explanation).toMatchObject({
      refusal: { code: 'outside_ceiling', evidence: { permission: 'orders.approve', ceilings: ['auditor'] } },
      ceilings: ['auditor'],
      held: [{ kind: 'role', path: ['approver'], grants: 'orders.approve' }],
    })
    expect(words).toBe(
      '“Approve” is refused: a role of the account limits what it may do, whatever other roles grant. It would come because role “Approver” grants it, but role “Auditor” leaves it out.',
    )
  })

  it('a feature that is not enabled, for roles and for full access', () => {
    const evidence = { permission: 'orders.refund', feature: 'refunds' }
    const refusal = { code: 'feature_disabled', evidence }
    expect(ask(roles('clerk'), 'orders.refund').explanation).toMatchObject({ refusal })
    const full = ask({ state: 'full' }, 'orders.refund', { policy: { empty: 'full_access' } })
    expect(full.explanation).toMatchObject({ refusal, held: [{ kind: 'default_full' }] })
  })

  it('a qualifier that does not hold, or of which nothing is known', () => {
    const facts = { account: 'ann', resource: { attributes: { owner: 'bob' } } }
    const { explanation, words } = ask(roles('customer'), 'orders.view', { facts })
    expect(explanation).toMatchObject({
      refusal: { code: 'qualifier_not_met' },
      held: [{ grants: 'orders.view[own]' }],
    })
    expect(words).toBe(
      '“View” is refused: the permission is held only for other resources. It would come because role “Customer” grants it (only: own orders).',
    )
    expect(ask(roles('customer'), 'orders.view').explanation).toMatchObject({ refusal: { code: 'qualifier_unknown' } })
  })

  it('a secured resource', () => {
    const facts = { account: 'ann', resource: { attributes: {}, secured: true, id: 'r1' } }
    const { explanation } = ask(roles('clerk'), 'stock.view', { facts })
    expect(explanation).toMatchObject({ refusal: { code: 'gated_resource' }, held: [{ path: ['clerk'] }] })
    expect(ask(roles('clerk'), 'stock.view').explanation).toMatchObject({ refusal: { code: 'gate_unknown' } })
  })

  it.each<[string, AssignmentState, Partial<Catalog['policy']>, string, string]>([
    ['inactive', { state: 'inactive' }, {}, 'inactive', 'the account is not active.'],
    [
      'unknown',
      { state: 'unknown', reason: 'source_timeout' },
      {},
      'unknown_assignment',
      'the roles of the account are not known.',
    ],
    [
      'unknown to the source',
      { state: 'unknown', reason: 'not_found' },
      {},
      'unknown_account',
      'the identity admin does not know the account.',
    ],
    [
      'with an unknown role',
      roles('ghost'),
      {},
      'unknown_role',
      'the account holds a role that the application does not know (ghost).',
    ],
    [
      'with too many base roles',
      roles('clerk', 'customer'),
      {},
      'invalid_assignment',
      'the roles of the account do not satisfy the rules of the application (2 base roles, at most 1).',
    ],
    [
      'with too few additional roles',
      roles('clerk'),
      { additional: { min: 1, max: null } },
      'invalid_assignment',
      'the roles of the account do not satisfy the rules of the application (0 additional roles, at least 1).',
    ],
    [
      'without a role where one is needed',
      roles(),
      { empty: 'forbidden' },
      'invalid_assignment',
      'the roles of the account do not satisfy the rules of the application (at least one role is needed).',
    ],
  ])('an account that is %s', (_, state, policy, code, reason) => {
    const { explanation, words } = ask(state, 'orders.view', { policy })
    expect(explanation).toMatchObject({ allowed: false, refusal: { code }, held: [], wouldGrant: [], ceilings: [] })
    expect(words).toBe(`“View” is refused: ${reason}`)
  })

  it('a permission that does not exist', () => {
    const { explanation, words } = ask(roles('clerk'), 'constructor')
    expect(explanation).toMatchObject({ refusal: { code: 'unknown_permission' }, wouldGrant: [] })
    expect(words).toBe('“constructor” is refused: the permission does not exist in the catalog.')
  })

  it('a permission no predefined role grants', () => {
    const { auditor, ...rest } = shop.roles
    const catalog: Catalog = { ...(shop as Catalog), roles: { auditor } }
    expect(Object.keys(rest).length).toBeGreaterThan(0)
    const compiled = compileCatalog(catalog, appendToLock(catalog).lock)
    const index = indexCatalog(toDecisionCatalog(compiled))
    const settings = { features: [], defaultFull: false }
    const explanation = explain(
      { compiled, index, state: roles('auditor'), customRoles: [], settings },
      'orders.approve',
    )
    expect(explainInWords(explanation, catalog)).toBe(
      '“Approve” is refused: no role of the account grants the permission. No predefined role grants it.',
    )
  })
})
