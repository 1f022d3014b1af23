import { findConflicts } from '@rolecast/core/domain/catalog/conflicts'
import { describe, expect, test } from 'vitest'
import { account, rolesWith, strongRoutes } from '../account.fixture.ts'
import { catalogs } from '../catalogs.ts'

const compiled = catalogs['customer-v2']
const { catalog } = compiled

const viewing = ['flows.list.view', 'flows.detail.view', 'flows.configuration.view', 'flows.run_history.view'] as const

describe('iX Hello Customer v2', () => {
  test('S0:L26 has five roles and no others; each stands alone', () => {
    expect(Object.values(catalog.roles).map(({ title }) => title)).toEqual([
      'Flow Viewer',
      'Flow Editor',
      'Flow Publisher',
      'Report Viewer',
      'Integrations Admin',
    ])
    expect(catalog.policy).toMatchObject({ customRoles: 'none', base: { min: 0, max: null } })
  })

  test('S0:L3 takes a role over at the next access', () => {
    expect(catalog.policy).toMatchObject({
      assignmentTakesEffect: 'next_access',
      definitionTakesEffect: 'next_access',
    })
  })

  test('S0:L7 assigning is a right in iX Admin, not a permission here', () => {
    expect(catalog.policy.mayAssign).toContain('Organization Admin')
    expect(account(compiled, ['unknown:organization_admin']).holds).toEqual([])
    expect(Object.keys(catalog.permissions).filter((key) => /assign|roles/.test(key))).toEqual([])
  })

  test('S0:L17 roles add up, and taking one away takes only its own', () => {
    const both = account(compiled, ['flow_editor', 'flow_publisher'])
    expect(both.can('flows.publish')).toBe('allowed')
    expect(both.can('flows.steps.edit')).toBe('allowed')
    expect(account(compiled, ['flow_publisher']).can('flows.steps.edit')).toBe('not_granted')
  })

  test('an account without a role may do nothing (assumed: the page is silent)', () => {
    expect(account(compiled, []).can('flows.list.view')).toBe('not_granted')
    expect(account(compiled, [], { defaultFull: true }).can('flows.list.view')).toBe('not_granted')
  })

  test('S0:L26 Flow Viewer views flows and their configuration', () => {
    const viewer = account(compiled, ['flow_viewer'])
    expect(viewer.holds).toEqual([...viewing])
    expect(viewer.calls('GET /flows')).toBe('allowed')
    expect(viewer.calls('GET /flows/{flowId}')).toBe('allowed')
  })

  test('S0:L26 run history only where it is available', () => {
    expect(account(compiled, ['flow_viewer']).calls('GET /flows/{flowId}/runs')).toBe('allowed')
    const without = account(compiled, ['flow_viewer'], { features: ['reporting'] })
    expect(without.calls('GET /flows/{flowId}/runs')).toBe('not_granted')
    expect(without.calls('GET /flows/{flowId}')).toBe('allowed')
  })

  test.each(['flows.create', 'flows.steps.edit', 'flows.publish', 'flows.delete'] as const)(
    'S0:L26 Flow Viewer does not have %s',
    (permission) => {
      expect(account(compiled, ['flow_viewer']).can(permission)).toBe('not_granted')
    },
  )

  test.each(['flows.create', 'flows.steps.edit', 'flows.draft.save', 'integrations.configure', ...viewing] as const)(
    'S0:L26 Flow Editor has %s',
    (permission) => {
      expect(account(compiled, ['flow_editor']).can(permission)).toBe('allowed')
    },
  )

  test('S0:L26 Flow Editor does not publish without Flow Publisher', () => {
    const editor = account(compiled, ['flow_editor'])
    expect(editor.can('flows.publish')).toBe('not_granted')
    expect(editor.can('flows.release.approve')).toBe('not_granted')
    expect(editor.calls('POST /flows/{flowId}/publish')).toBe('not_granted')
    expect(account(compiled, ['flow_editor', 'flow_publisher']).can('flows.publish')).toBe('allowed')
  })

  test('S0:L26 Flow Publisher configures channels, publishes and releases, and does not edit', () => {
    const publisher = account(compiled, ['flow_publisher'])
    for (const permission of ['deployments.channels.configure', 'flows.publish', 'flows.release.approve'] as const) {
      expect(publisher.can(permission)).toBe('allowed')
    }
    expect(publisher.can('flows.steps.edit')).toBe('not_granted')
    expect(publisher.can('flows.create')).toBe('not_granted')
  })

  test('S0:L26 holding both "who can edit" and "who can release" is a finding', () => {
    const set = (...roles: ('flow_editor' | 'flow_publisher')[]): Uint32Array => {
      const closures = roles.map((role) => compiled.roles.get(role)?.closure[0] ?? 0)
      return Uint32Array.of(closures.reduce((all, word) => all | word, 0))
    }
    const both = ['flow_editor', 'flow_publisher'] as const
    expect(findConflicts(compiled, both, set(...both)).map(({ between }) => between)).toEqual([
      ['flows.steps.edit', 'flows.publish'],
    ])
    expect(findConflicts(compiled, ['flow_editor'], set('flow_editor'))).toEqual([])
  })

  test('S0:L26 Report Viewer sees reports where there are any, exports and filters where supported', () => {
    const viewer = account(compiled, ['report_viewer'])
    expect(viewer.calls('GET /reports')).toBe('allowed')
    expect(viewer.calls('GET /reports/export')).toBe('allowed')
    expect(viewer.calls('POST /reports/query')).toBe('allowed')
    const plain = account(compiled, ['report_viewer'], { features: ['reporting'] })
    expect(plain.calls('GET /reports')).toBe('allowed')
    expect(plain.calls('GET /reports/export')).toBe('not_granted')
    expect(plain.calls('POST /reports/query')).toBe('not_granted')
    expect(account(compiled, ['report_viewer'], { features: [] }).calls('GET /reports')).toBe('not_granted')
  })

  test('S0:L26 Report Viewer changes neither flows nor integrations', () => {
    const { holds } = account(compiled, ['report_viewer'])
    expect(holds.filter((key) => !key.startsWith('reporting.'))).toEqual([])
  })

  test('S0:L26 Integrations Admin manages integrations, and validates them as supported', () => {
    const admin = account(compiled, ['integrations_admin'])
    expect(admin.holds).toEqual([
      'integrations.create',
      'integrations.configure',
      'integrations.settings.update',
      'integrations.connectivity.validate',
    ])
    expect(admin.calls('POST /integrations/{integrationId}/validate')).toBe('allowed')
    const without = account(compiled, ['integrations_admin'], { features: [] })
    expect(without.calls('POST /integrations/{integrationId}/validate')).toBe('not_granted')
    expect(without.calls('PUT /integrations/{integrationId}/settings')).toBe('allowed')
  })

  test('S0:L26 Flow Editor configures integrations, but creating them and their tokens stays with the admin', () => {
    const editor = account(compiled, ['flow_editor'])
    expect(editor.calls('PUT /integrations/{integrationId}')).toBe('allowed')
    expect(editor.calls('POST /integrations')).toBe('not_granted')
    expect(editor.calls('PUT /integrations/{integrationId}/settings')).toBe('not_granted')
  })

  test('assumed: whoever edits a flow also sets it up, tries it, uses integrations in it and deletes it', () => {
    const editor = account(compiled, ['flow_editor'])
    for (const permission of [
      'flows.settings.edit',
      'flows.validate',
      'flows.test',
      'flows.delete',
      'integrations.use',
    ] as const) {
      expect(editor.can(permission)).toBe('allowed')
    }
    expect(rolesWith(compiled, 'flows.delete')).toEqual(['flow_editor'])
  })

  test('assumed: whoever publishes sees flows, deploys them and manages chat widgets', () => {
    const publisher = account(compiled, ['flow_publisher'])
    for (const permission of [...viewing, 'deployments.flow.deploy', 'deployments.chat_widgets.manage'] as const) {
      expect(publisher.can(permission)).toBe('allowed')
    }
  })

  test('assumed: reporting includes live sessions and scheduled extracts', () => {
    const viewer = account(compiled, ['report_viewer'])
    expect(viewer.calls('GET /live-sessions')).toBe('allowed')
    expect(viewer.calls('POST /extracts')).toBe('allowed')
  })

  test('running flows by API is for API keys of the organization: no role brings it', () => {
    expect(rolesWith(compiled, 'flows.execute')).toEqual([])
  })

  test('what cannot be taken back is asked anew of iX Admin', () => {
    expect(strongRoutes(compiled)).toEqual([
      'DELETE /flows/{flowId}',
      'POST /flows/{flowId}/publish',
      'POST /flows/{flowId}/release',
    ])
  })

  test('nobody inactive or unknown gets anything', () => {
    expect(account(compiled, ['flow_editor'], { status: 'inactive' }).can('flows.create')).toBe('inactive')
    expect(account(compiled, ['flow_editor'], { noStatement: 'source_timeout' }).can('flows.create')).toBe(
      'unknown_assignment',
    )
  })
})
