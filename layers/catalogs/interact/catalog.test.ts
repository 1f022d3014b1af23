import { rolesWithin } from '@rolecast/core/domain/catalog/compile'
import { hasNumber } from '@rolecast/core/domain/grant/permission-set'
import { describe, expect, test } from 'vitest'
import { account, customRole, rolesWith, strongRoutes } from '../account.fixture.ts'
import { catalogs } from '../catalogs.ts'

const compiled = catalogs.interact
const { catalog } = compiled
const chain = ['system_admin', 'account_admin', 'flow_admin', 'designer', 'agent'] as const

const covers = (one: string, other: string): boolean =>
  compiled.keys.every((_, number) => {
    const has = (role: string): boolean => hasNumber(compiled.roles.get(role)?.closure ?? new Uint32Array(), number)
    return !has(other) || has(one)
  })

describe('Jacada Interact Server', () => {
  test('S4:L1 every account has a role, one of the system roles', () => {
    expect(account(compiled, []).can('clients.access')).toBe('invalid_assignment')
    expect(account(compiled, ['agent']).can('clients.access')).toBe('allowed')
    expect(account(compiled, ['agent', 'designer']).can('clients.access')).toBe('invalid_assignment')
  })

  test('S4:L5 a higher role includes all that lower roles have', () => {
    for (const [level, higher] of chain.entries()) {
      for (const lower of chain.slice(level + 1)) {
        expect(covers(higher, lower), `${higher} over ${lower}`).toBe(true)
        expect(covers(lower, higher), `${lower} over ${higher}`).toBe(false)
      }
    }
  })

  test('S4:L40, S4:L45, S4:L51 Account Admin holds all a Designer holds', () => {
    const admin = account(compiled, ['account_admin'])
    for (const key of account(compiled, ['designer']).holds) expect(admin.holds).toContain(key)
    expect(admin.calls('POST /flows/{flowId}/publish')).toBe('allowed')
  })

  test('S4:L55 VXML Connector Admin hangs below System Admin only', () => {
    expect(rolesWithin(catalog, 'account_admin')).toEqual(['account_admin', 'flow_admin', 'designer', 'agent'])
    expect(rolesWithin(catalog, 'vxml_connector_admin')).toEqual(['vxml_connector_admin'])
    expect(rolesWithin(catalog, 'system_admin').toSorted()).toEqual(Object.keys(catalog.roles).toSorted())
    expect(account(compiled, ['vxml_connector_admin']).can('clients.access')).toBe('not_granted')
  })

  test('S4:L30, S4:L32 System Admin encompasses every other role, across accounts', () => {
    for (const role of Object.keys(catalog.roles)) expect(covers('system_admin', role)).toBe(true)
    expect(catalog.roles.system_admin.level).toBe('system')
    expect(account(compiled, ['system_admin']).holds).toEqual([...compiled.keys])
    expect(rolesWith(compiled, 'system.server.manage')).toEqual(['system_admin'])
  })

  test.each([
    ['S4:L34', 'account.info.update'],
    ['S4:L35', 'account.applications.manage'],
    ['S4:L36', 'account.users.manage'],
    ['S4:L37', 'communication.settings.update'],
    ['S4:L38', 'account.environment.rollback'],
  ] as const)('%s Account Admin has %s, and Flow Admin does not', (_, permission) => {
    expect(account(compiled, ['account_admin']).can(permission)).toBe('allowed')
    expect(account(compiled, ['flow_admin']).can(permission)).toBe('not_granted')
  })

  test('S4:L34 account information without license subscriptions', () => {
    const admin = account(compiled, ['account_admin'])
    expect(admin.calls('PUT /account')).toBe('allowed')
    expect(admin.calls('PUT /account/license')).toBe('not_granted')
    expect(rolesWith(compiled, 'account.license.update')).toEqual(['system_admin'])
  })

  test('S4:L17 only Account Admin, and who includes it, creates roles', () => {
    expect(rolesWith(compiled, 'account.roles.create')).toEqual(['system_admin', 'account_admin'])
    expect(catalog.policy.mayDefine).toBe('account.roles.create')
  })

  test('S4:L43 Flow Admin changes status, organizes folders, manages resources and deploys', () => {
    const admin = account(compiled, ['flow_admin'])
    for (const permission of [
      'flows.status.change',
      'flows.folders.organize',
      'resources.manage',
      'deployments.perform',
    ] as const) {
      expect(admin.can(permission)).toBe('allowed')
      expect(account(compiled, ['designer']).can(permission)).toBe('not_granted')
    }
  })

  test('S4:L46 Flow Admin was called Interaction Admin', () => {
    expect(catalog.roles.flow_admin.formerTitles).toEqual(['Interaction Admin'])
  })

  test('S4:L47, S4:L49 a Designer creates, publishes and runs flows, and only reads the Admin Console', () => {
    const designer = account(compiled, ['designer'])
    for (const permission of [
      'flows.create',
      'flows.publish',
      'flows.run',
      'resources.view',
      'admin_console.read',
    ] as const) {
      expect(designer.can(permission)).toBe('allowed')
    }
    const ofConsole = Object.entries(catalog.permissions).filter(([, { section }]) => section === 'admin_console')
    expect(ofConsole.map(([key]) => key).filter((key) => designer.holds.includes(key))).toEqual(['admin_console.read'])
  })

  test('S4:L52, S4:L54 an Agent uses clients, runs published flows and does not reach the Admin Console', () => {
    const agent = account(compiled, ['agent'])
    expect(agent.holds).toEqual(['clients.access', 'flows.run_published'])
    expect(agent.calls('GET /console')).toBe('not_granted')
    expect(account(compiled, ['designer']).calls('GET /console')).toBe('allowed')
  })

  test('S4:L55 VXML Connector Admin: all account menus, most communication menus, limited resources', () => {
    const admin = account(compiled, ['vxml_connector_admin'])
    expect(admin.can('account.menus.view')).toBe('allowed')
    expect(admin.can('account.menus.update')).toBe('allowed')
    const menu = (name: string) => ({
      resource: { attributes: { menu: name } },
      lists: { communicationMenus: ['chat', 'email'] },
    })
    expect(admin.can('communication.settings.update', menu('chat'))).toBe('allowed')
    expect(admin.can('communication.settings.update', menu('after-hours'))).toBe('qualifier_not_met')
    expect(account(compiled, ['account_admin']).can('communication.settings.update', menu('after-hours'))).toBe(
      'allowed',
    )
    expect(admin.can('resources.view')).toBe('qualifier_unknown')
    expect(admin.can('resources.manage')).toBe('not_granted')
  })

  test('S4:L59 what a role grants by default an organization may change, but not hand out what is of the system', () => {
    const roleChanges = {
      designer: { enabled: ['flows.status.change', 'account.license.update'], disabled: ['flows.publish'] },
      system_admin: { enabled: [], disabled: ['system.server.manage'] },
    }
    const designer = account(compiled, ['designer'], { roleChanges })
    expect(designer.can('flows.publish')).toBe('not_granted')
    expect(designer.can('flows.status.change')).toBe('allowed')
    expect(designer.can('account.license.update')).toBe('not_granted')
    expect(account(compiled, ['flow_admin'], { roleChanges }).can('flows.publish')).toBe('not_granted')
    expect(account(compiled, ['system_admin'], { roleChanges }).can('system.server.manage')).toBe('allowed')
    expect(account(compiled, ['designer']).can('flows.publish')).toBe('allowed')
  })

  test('assumed: the menus of the account are open to who manages it, changes are there at the next access', () => {
    const managers = ['system_admin', 'account_admin', 'vxml_connector_admin']
    expect(rolesWith(compiled, 'account.menus.view')).toEqual(managers)
    expect(rolesWith(compiled, 'account.menus.update')).toEqual(managers)
    expect(catalog.policy).toMatchObject({ assignmentTakesEffect: 'next_access', definitionTakesEffect: 'next_access' })
  })

  test('what concerns licenses, roles, releases and the server is asked anew of the identity admin', () => {
    expect(strongRoutes(compiled)).toEqual([
      'PUT /account/license',
      'POST /roles',
      'POST /flows/{flowId}/publish',
      'POST /rollbacks',
      'PUT /server',
    ])
  })

  describe('S4:L6, S4:L7 custom roles', () => {
    const customRoles = [
      customRole(compiled, 'sales', { gates: ['flow:offer', 'app:shop'] }),
      customRole(compiled, 'service', { gates: ['flow:repair'] }),
    ]
    const secured = (id: string) => ({ resource: { id, secured: true, attributes: {} } })
    const agent = account(compiled, ['agent', 'custom:sales'], { customRoles })

    test('allow to run the secured flows and applications they name', () => {
      expect(agent.can('flows.run_published', secured('flow:offer'))).toBe('allowed')
      expect(agent.can('flows.run_published', secured('app:shop'))).toBe('allowed')
      expect(agent.can('flows.run_published', secured('flow:repair'))).toBe('gated_resource')
    })

    test('are several per account', () => {
      const both = account(compiled, ['agent', 'custom:sales', 'custom:service'], { customRoles })
      expect(both.can('flows.run_published', secured('flow:repair'))).toBe('allowed')
    })

    test('matter only where the resource is secured', () => {
      const open = { resource: { id: 'flow:repair', secured: false, attributes: {} } }
      expect(agent.can('flows.run_published', open)).toBe('allowed')
      expect(account(compiled, ['agent']).can('flows.run_published', open)).toBe('allowed')
      expect(account(compiled, ['agent']).can('flows.run_published', secured('flow:offer'))).toBe('gated_resource')
    })

    test('leave nothing open where it is not known whether a resource is secured', () => {
      expect(agent.can('flows.run_published')).toBe('gate_unknown')
      expect(agent.can('flows.run_published', { resource: { id: 'flow:offer', attributes: {} } })).toBe('gate_unknown')
    })

    test('add no permission, whatever they carry', () => {
      const greedy = [customRole(compiled, 'sales', { grants: ['flows.publish'], gates: ['flow:offer'] })]
      const holder = account(compiled, ['agent', 'custom:sales'], { customRoles: greedy })
      expect(holder.can('flows.publish')).toBe('not_granted')
    })

    test('do not take the place of a system role', () => {
      const alone = account(compiled, ['custom:sales'], { customRoles })
      expect(alone.can('flows.run_published', secured('flow:offer'))).toBe('invalid_assignment')
    })

    test('are for the product to apply: the gateway lets the run through, and only that', () => {
      expect(agent.calls('POST /flows/{flowId}/runs')).toBe('allowed')
      expect(account(compiled, ['vxml_connector_admin']).calls('POST /flows/{flowId}/runs')).toBe('not_granted')
    })

    test('gate nothing any more once they are deleted, but what they named stays closed', () => {
      const after = account(compiled, ['agent', 'custom:sales'], { customRoles: [] })
      expect(after.can('flows.run_published', secured('flow:offer'))).toBe('gated_resource')
      expect(after.can('clients.access')).toBe('allowed')
    })
  })
})
