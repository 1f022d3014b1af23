import type { UnknownReason } from '@rolecast/core/domain/assignment/state'
import { describe, expect, test } from 'vitest'
import { account, customRole, strongRoutes } from '../account.fixture.ts'
import { catalogs } from '../catalogs.ts'
import { roleTemplates } from './catalog.ts'

const compiled = catalogs.intuidy
const { catalog } = compiled
const everything = compiled.keys
const optedIn = { defaultFull: true }

const withRole = (grants: readonly string[], situation = {}) =>
  account(compiled, ['custom:r'], { customRoles: [customRole(compiled, 'r', { grants })], ...situation })

describe('the roles and permissions walkthrough (Intuidy)', () => {
  test('S3:L27 to S3:L34 name eight permissions', () => {
    expect(Object.keys(catalog.permissions).toSorted()).toEqual([
      'edit_dashboards',
      'edit_workflows',
      'manage_billing',
      'manage_integrations',
      'manage_organization',
      'manage_users',
      'run_workflows',
      'view_dashboards',
    ])
  })

  test('S3:L17 a role is a named collection of permissions, defined by the organization', () => {
    expect(catalog.roles).toEqual({})
    expect(catalog.policy.customRoles).toBe('grants')
    expect(withRole(['view_dashboards', 'run_workflows']).holds).toEqual(['view_dashboards', 'run_workflows'])
  })

  test('S3:L21 no role is full access where the organization opted in and the source said so', () => {
    const asking = account(compiled, [], optedIn)
    expect(asking.state).toEqual({ state: 'full' })
    expect(asking.holds).toEqual(everything)
    expect(asking.can('manage_billing')).toBe('allowed')
  })

  test('S3:L21 no role is nothing where the organization did not opt in', () => {
    const asking = account(compiled, [])
    expect(asking.state).toEqual({ state: 'roles', roles: [] })
    expect(asking.can('view_dashboards')).toBe('not_granted')
  })

  test.each([
    'never_confirmed',
    'not_found',
    'confirmation_too_old',
    'source_timeout',
    'source_unavailable',
    'source_refused_us',
    'source_garbage',
    'source_partial',
    'source_conflicts',
  ] as const satisfies readonly UnknownReason[])(
    'S3:L21 not hearing of a role (%s) is not hearing of none',
    (reason) => {
      const asking = account(compiled, [], { ...optedIn, noStatement: reason })
      expect(asking.holds).toEqual([])
      expect(asking.can('view_dashboards')).toBe(reason === 'not_found' ? 'unknown_account' : 'unknown_assignment')
    },
  )

  test('S3:L21 an inactive account without a role has nothing', () => {
    expect(account(compiled, [], { ...optedIn, status: 'inactive' }).can('view_dashboards')).toBe('inactive')
  })

  test('S3:L21 a role limits: its holder has what it names and no more', () => {
    const asking = withRole(['run_workflows'], optedIn)
    expect(asking.can('run_workflows')).toBe('allowed')
    expect(asking.can('edit_workflows')).toBe('not_granted')
  })

  test('S3:L41 a role with every toggle off is a role, not "no role"', () => {
    const asking = withRole([], optedIn)
    expect(asking.state).toEqual({ state: 'roles', roles: ['custom:r'] })
    expect(asking.holds).toEqual([])
  })

  test('S3:L51 editing a role affects its holders immediately', () => {
    expect(catalog.policy.definitionTakesEffect).toBe('immediately')
    expect(withRole(['view_dashboards', 'edit_dashboards']).can('edit_dashboards')).toBe('allowed')
    expect(withRole(['view_dashboards']).can('edit_dashboards')).toBe('not_granted')
  })

  test('S3:L60 deleting a role is known to throw its holders back to having none', () => {
    expect(catalog.policy.customRoleDeletion).toBe('holders_fall_back_to_empty')
  })

  test('S3:L60 a deleted role alone widens nothing; only a statement of the source without a role does', () => {
    const afterDeletion = account(compiled, ['custom:r'], { ...optedIn, customRoles: [] })
    expect(afterDeletion.state).toEqual({ state: 'roles', roles: ['custom:r'] })
    expect(afterDeletion.holds).toEqual([])
    expect(afterDeletion.can('view_dashboards')).toBe('not_granted')
    expect(account(compiled, [], optedIn).holds).toEqual(everything)
  })

  test('S3:L69 an account has one role at most', () => {
    const customRoles = ['a', 'b'].map((id) => customRole(compiled, id, { grants: ['view_dashboards'] }))
    expect(account(compiled, ['custom:a'], { customRoles }).can('view_dashboards')).toBe('allowed')
    expect(account(compiled, ['custom:a', 'custom:b'], { customRoles }).can('view_dashboards')).toBe(
      'invalid_assignment',
    )
  })

  test('S3:L76 a Viewer sees reports and modifies nothing', () => {
    const { holds } = withRole(roleTemplates.viewer.grants)
    expect(holds).toEqual(['view_dashboards'])
  })

  test('S3:L80 an Analyst creates dashboards and runs workflows, and does not manage the organization', () => {
    const analyst = withRole(roleTemplates.analyst.grants)
    expect(analyst.calls('POST /dashboards')).toBe('allowed')
    expect(analyst.calls('POST /workflows/{workflowId}/runs')).toBe('allowed')
    expect(analyst.calls('PUT /organization')).toBe('not_granted')
    expect(analyst.can('edit_workflows')).toBe('not_granted')
  })

  test('S3:L84 an Admin has full control', () => {
    expect(withRole(roleTemplates.admin.grants).holds).toEqual(everything)
  })

  test('a change of roles is there at the next access, and what deletes or costs is asked anew', () => {
    expect(catalog.policy.assignmentTakesEffect).toBe('next_access')
    expect(strongRoutes(compiled)).toEqual([
      'DELETE /dashboards/{dashboardId}',
      'DELETE /users/{userId}',
      'POST /billing/tokens',
    ])
  })

  test('S3:L65 and S3:L90 who assigns and who defines roles', () => {
    expect(catalog.policy).toMatchObject({ mayAssign: 'manage_users', mayDefine: 'manage_organization' })
  })
})
