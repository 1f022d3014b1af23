import { toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import { describe, expect, test } from 'vitest'
import { account, rolesWith, strongRoutes } from '../account.fixture.ts'
import { catalogs } from '../catalogs.ts'

const compiled = catalogs['app-xchange']
const { catalog } = compiled

const additional = [
  'flow_author',
  'integration_author',
  'connector_author',
  'app_builder_author',
  'platform_administrator',
] as const

describe('Trimble App Xchange', () => {
  test('S1:L5 only an administrator modifies roles', () => {
    expect(rolesWith(compiled, 'users.roles.modify')).toEqual(['administrator'])
    expect(catalog.policy.mayAssign).toBe('users.roles.modify')
    expect(catalog.policy.mayDefine).toBeNull()
  })

  test('S1:L9 there are three base roles, and an account has exactly one', () => {
    const bases = Object.entries(catalog.roles).filter(([, { kind }]) => kind === 'base')
    expect(bases.map(([key]) => key)).toEqual(['administrator', 'user', 'read_only'])
    expect(account(compiled, []).can('account.data.view')).toBe('invalid_assignment')
    expect(account(compiled, ['user', 'administrator']).can('account.data.view')).toBe('invalid_assignment')
    expect(account(compiled, ['flow_author']).can('flows.create')).toBe('invalid_assignment')
    expect(account(compiled, ['user']).can('account.data.view')).toBe('allowed')
  })

  test.each([
    'users.invite',
    'users.manage',
    'flows.run',
    'schedules.run',
    'integrations.existing.edit',
    'workspaces.manage',
  ] as const)('S1:L13 an administrator has %s', (permission) => {
    expect(account(compiled, ['administrator']).can(permission)).toBe('allowed')
  })

  test('S1:L13 an administrator creates no flows, integrations or connectors, until an additional role brings it', () => {
    const alone = account(compiled, ['administrator'])
    expect(alone.can('flows.create')).toBe('not_granted')
    expect(alone.can('integrations.create')).toBe('not_granted')
    expect(alone.can('connectors.create')).toBe('not_granted')
    const authors = account(compiled, ['administrator', 'flow_author', 'integration_author', 'connector_author'])
    expect(authors.can('integrations.create')).toBe('allowed')
    expect(authors.can('connectors.create')).toBe('allowed')
    expect(authors.calls('POST /workspaces/{workspaceId}/flows')).toBe('allowed')
  })

  test('S1:L17 a user views and operates: runs flows and schedules, updates the config of an integration', () => {
    const user = account(compiled, ['user'])
    for (const permission of [
      'account.data.view',
      'flows.run',
      'schedules.run',
      'integrations.config.update',
    ] as const) {
      expect(user.can(permission)).toBe('allowed')
    }
    expect(user.can('users.manage')).toBe('not_granted')
    expect(user.can('integrations.existing.edit')).toBe('not_granted')
  })

  test('S1:L21 a read-only user views data and does nothing else', () => {
    expect(account(compiled, ['read_only']).holds).toEqual(['account.data.view'])
  })

  const combinations = Array.from({ length: 1 << additional.length }, (_, chosen) =>
    additional.filter((__, index) => chosen & (1 << index)),
  )
  test('S1:L21 a read-only user stays view-only with any additional roles', () => {
    for (const roles of combinations) {
      const { holds, can } = account(compiled, ['read_only', ...roles])
      expect(holds.filter((key) => !key.endsWith('.view'))).toEqual([])
      expect(can('account.data.view')).toBe('allowed')
    }
    expect(account(compiled, ['read_only', ...additional]).can('connectors.create')).toBe('not_granted')
    expect(account(compiled, ['read_only', 'flow_author']).can('flows.sensitive.view')).toBe('allowed')
  })

  test('S1:L21 the ceiling covers exactly the permissions to view', () => {
    const views = Object.keys(catalog.permissions).filter((key) => key.endsWith('.view'))
    expect(catalog.roles.read_only.ceiling?.toSorted()).toEqual(views.toSorted())
  })

  test('a role nobody knows might be a ceiling: then nothing is allowed', () => {
    expect(account(compiled, ['administrator', 'unknown:guest']).can('account.data.view')).toBe('unknown_role')
  })

  test('S1:L25 additional roles add to the base role, any number of them', () => {
    const all = account(compiled, ['user', ...additional])
    expect(all.can('connectors.create')).toBe('allowed')
    expect(all.can('platform.settings.manage')).toBe('allowed')
    expect(all.can('flows.run')).toBe('allowed')
  })

  test('S1:L25 roles take effect at the next sign-in', () => {
    expect(catalog.policy).toMatchObject({
      assignmentTakesEffect: 'next_sign_in',
      definitionTakesEffect: 'next_sign_in',
    })
    expect(toDecisionCatalog(compiled).nextSignIn).toBe(true)
  })

  test('S1:L29 a flow author manages services, and creates, updates and runs flows where the account has access', () => {
    const author = account(compiled, ['user', 'flow_author'])
    expect(author.can('services.manage')).toBe('allowed')
    const lists = { accessibleWorkspaces: ['sales', 'ops'] }
    for (const permission of ['flows.create', 'flows.update'] as const) {
      expect(author.can(permission, { resource: { attributes: { workspace: 'ops' } }, lists })).toBe('allowed')
      expect(author.can(permission, { resource: { attributes: { workspace: 'hr' } }, lists })).toBe('qualifier_not_met')
      expect(author.can(permission, { resource: { attributes: { workspace: 'ops' } } })).toBe('qualifier_unknown')
      expect(author.can(permission)).toBe('qualifier_unknown')
    }
    expect(author.calls('PUT /workspaces/{workspaceId}/flows/{flowId}')).toBe('allowed')
    expect(rolesWith(compiled, 'flows.run[accessible-workspaces]')).toEqual(['flow_author'])
  })

  test.each([
    [
      'S1:L33',
      'integration_author',
      ['integrations.create', 'integrations.features.edit', 'integrations.existing.edit'],
    ],
    ['S1:L37', 'connector_author', ['connectors.create', 'connectors.update', 'connectors.configuration.define']],
    ['S1:L41', 'app_builder_author', ['app_builder.connectors.manage']],
    [
      'S1:L45',
      'platform_administrator',
      ['platform.admin.all', 'platform.cloud_services.manage', 'platform.settings.manage'],
    ],
  ] as const)('%s %s brings what it says', (_, role, permissions) => {
    const holder = account(compiled, ['user', role])
    for (const permission of permissions) {
      expect(holder.can(permission)).toBe('allowed')
      expect(account(compiled, ['user']).can(permission)).toBe('not_granted')
    }
  })

  test('S1:L45 Platform Administrator is for few, and of the platform', () => {
    expect(catalog.roles.platform_administrator).toMatchObject({
      level: 'system',
      attributes: { restrictedAvailability: 'small subset of users' },
    })
  })

  test('newer pages: users work with data and operate deployments, administrators manage partners, authors submit code', () => {
    expect(rolesWith(compiled, 'account.data.full')).toEqual(['administrator', 'user'])
    expect(rolesWith(compiled, 'integrations.deployments.operate')).toEqual(['administrator', 'user'])
    expect(rolesWith(compiled, 'account.partners_customers.manage')).toEqual(['administrator'])
    expect(rolesWith(compiled, 'connectors.code.submit')).toEqual(['connector_author'])
  })

  test('what concerns roles and the platform is asked anew of the identity admin', () => {
    expect(strongRoutes(compiled)).toEqual(['PUT /users/{userId}/roles', 'PUT /platform/settings'])
  })

  test('a renamed role keeps its key, and guests cannot be Administrator', () => {
    expect(catalog.roles.connector_author.formerTitles).toEqual(['Connector Builder Author'])
    expect(catalog.roles.administrator.attributes).toEqual({ forbiddenForGuests: true })
  })
})
