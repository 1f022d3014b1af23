import { apiScopesOf } from '@rolecast/core/domain/catalog/api-scopes'
import { compileCatalog } from '@rolecast/core/domain/catalog/compile'
import { findConflicts } from '@rolecast/core/domain/catalog/conflicts'
import { readLock } from '@rolecast/core/domain/catalog/lock'
import { describe, expect, test } from 'vitest'
import { account, customRole, rolesWith, strongRoutes } from '../account.fixture.ts'
import { catalogs } from '../catalogs.ts'
import lockFile from './catalog.lock.json' with { type: 'json' }

const compiled = catalogs.infobip
const { catalog } = compiled
const sectionOf = (key: string) =>
  Object.entries(catalog.permissions).find(([permission]) => permission === key)?.[1].section
const resource = (attributes: Record<string, string>) => ({ resource: { attributes } })

describe('Infobip web interface', () => {
  test.each([
    ['S2:L25', 'General', 'Account admin'],
    ['S2:L26', 'General', 'Analyze manager'],
    ['S2:L27', 'General', 'Campaign manager'],
    ['S2:L28', 'General', 'Flow controller'],
    ['S2:L29', 'General', 'Finance manager'],
    ['S2:L30', 'General', 'Customer profile manager'],
    ['S2:L31', 'General', 'Channel setup and integrations'],
    ['S2:L37', 'Conversations', 'Conversations setup'],
    ['S2:L38', 'Conversations', 'Agent for Conversations'],
    ['S2:L39', 'Conversations', 'Analytics for Conversations'],
    ['S2:L40', 'Conversations', 'Supervisor for Conversations'],
    ['S2:L41', 'Conversations', 'Viewer for Conversations'],
    ['S2:L47', 'Answers', 'Chatbot designer'],
    ['S2:L48', 'Answers', 'Chatbot publisher'],
    ['S2:L49', 'Answers', 'Chatbots (view only)'],
    ['S2:L55', 'Knowledge Base', 'Knowledge base manager'],
    ['S2:L56', 'Knowledge Base', 'Knowledge base user'],
    ['S2:L62', 'Content', 'Campaign approval manager'],
    ['S2:L63', 'Content', 'Campaign content creator'],
    ['S2:L64', 'Content', 'Content manager'],
  ])('%s has in %s the role %s', (_, group, title) => {
    expect(Object.values(catalog.roles).filter((role) => role.title === title)).toMatchObject([
      { group, kind: 'system' },
    ])
    expect(Object.keys(catalog.roles)).toHaveLength(20)
  })

  test('S2:L10 access comes from roles: without one there is none', () => {
    expect(account(compiled, []).holds).toEqual([])
    expect(account(compiled, [], { defaultFull: true }).holds).toEqual([])
  })

  test('S2:L15 Analyze manager sees accounts and users to filter reports, and edits neither', () => {
    const manager = account(compiled, ['analyze_manager'])
    expect(manager.calls('GET /accounts')).toBe('allowed')
    expect(manager.calls('GET /users')).toBe('allowed')
    expect(manager.calls('PUT /accounts/{accountId}')).toBe('not_granted')
    expect(manager.calls('PUT /users/{userId}')).toBe('not_granted')
  })

  test.each([
    ['S2:L25', 'account_admin', ['accounts/manage', 'security/manage', 'api-keys/manage']],
    ['S2:L26', 'analyze_manager', ['metrics/view', 'reports/create', 'logs/view']],
    ['S2:L27', 'campaign_manager', ['broadcast/send']],
    ['S2:L28', 'flow_controller', ['flow/control']],
    ['S2:L29', 'finance_manager', ['balance/top-up', 'finance/analytics']],
    ['S2:L30', 'customer_profile_manager', ['people/manage']],
    ['S2:L31', 'channel_setup_and_integrations', ['channels/setup', 'integrations/manage']],
    ['S2:L37', 'conversations_setup', ['conversations/setup']],
    [
      'S2:L39',
      'analytics_for_conversations',
      ['conversations/analytics', 'conversations/report-schedule', 'conversations/data-exchange'],
    ],
    ['S2:L40', 'supervisor_for_conversations', ['conversations/manage']],
    ['S2:L47', 'chatbot_designer', ['answers/edit', 'answers/view', 'answers/analytics']],
    ['S2:L48', 'chatbot_publisher', ['answers/activate']],
    ['S2:L49', 'chatbots_view_only', ['answers/view', 'answers/analytics']],
    ['S2:L55', 'knowledge_base_manager', ['knowledge-base/edit', 'knowledge-base/publish']],
    ['S2:L62', 'campaign_approval_manager', ['broadcast/approve']],
    ['S2:L63', 'campaign_content_creator', ['broadcast/prepare']],
    ['S2:L64', 'content_manager', ['content/edit', 'content/delete']],
  ] as const)('%s %s has what it says, for every resource', (_, role, permissions) => {
    const holder = account(compiled, [role])
    for (const permission of permissions) expect(holder.can(permission)).toBe('allowed')
  })

  test('S2:L27 Campaign manager designs drafts only', () => {
    const manager = account(compiled, ['campaign_manager'])
    expect(manager.can('flow/design', resource({ state: 'draft' }))).toBe('allowed')
    expect(manager.can('flow/design', resource({ state: 'active' }))).toBe('qualifier_not_met')
    expect(manager.can('flow/design')).toBe('qualifier_unknown')
    expect(manager.calls('PUT /flows/{flowId}')).toBe('allowed')
  })

  test('S2:L28 launching flows is for the Flow controller, who does not design them', () => {
    expect(account(compiled, ['campaign_manager']).calls('POST /flows/{flowId}/launch')).toBe('not_granted')
    expect(account(compiled, ['flow_controller']).calls('POST /flows/{flowId}/launch')).toBe('allowed')
    expect(account(compiled, ['flow_controller']).can('flow/design', resource({ state: 'draft' }))).toBe('not_granted')
  })

  test('S2:L38 an Agent replies to conversations assigned to the account', () => {
    const agent = account(compiled, ['agent_for_conversations'])
    expect(agent.can('conversations/reply', resource({ assignee: 'kim' }))).toBe('allowed')
    expect(agent.can('conversations/reply', resource({ assignee: 'robin' }))).toBe('qualifier_not_met')
    expect(agent.can('conversations/manage')).toBe('not_granted')
  })

  test('S2:L40 a Supervisor manages conversations whoever they are assigned to', () => {
    const supervisor = account(compiled, ['supervisor_for_conversations'])
    expect(supervisor.can('conversations/manage', resource({ assignee: 'robin' }))).toBe('allowed')
  })

  test('S2:L41 a Viewer watches assigned queues, does not reply and takes no seat', () => {
    const viewer = account(compiled, ['viewer_for_conversations'])
    const queue = (name: string) => ({ ...resource({ queue: name }), lists: { assignedQueues: ['billing'] } })
    expect(viewer.can('conversations/view', queue('billing'))).toBe('allowed')
    expect(viewer.can('conversations/view', queue('sales'))).toBe('qualifier_not_met')
    expect(viewer.can('conversations/reply', resource({ assignee: 'kim' }))).toBe('not_granted')
    expect(catalog.roles.viewer_for_conversations.attributes).toEqual({
      consumesSeat: false,
      countsInCapacityAndAnalytics: false,
    })
  })

  test('S2:L38, S2:L41 of several qualified grants one that holds is enough', () => {
    const both = account(compiled, ['agent_for_conversations', 'viewer_for_conversations'])
    const own = resource({ assignee: 'kim', queue: 'sales' })
    expect(both.can('conversations/view', { ...own, lists: { assignedQueues: ['billing'] } })).toBe('allowed')
  })

  test('S2:L48, S2:L49 activating chatbots is apart from designing and from watching them', () => {
    expect(rolesWith(compiled, 'answers/activate')).toEqual(['chatbot_publisher'])
    expect(account(compiled, ['chatbots_view_only']).can('answers/edit')).toBe('not_granted')
  })

  test('S2:L56 a Knowledge base user reads what is published', () => {
    const user = account(compiled, ['knowledge_base_user'])
    expect(user.can('knowledge-base/view', resource({ state: 'published' }))).toBe('allowed')
    expect(user.can('knowledge-base/view', resource({ state: 'draft' }))).toBe('qualifier_not_met')
    expect(user.can('knowledge-base/edit')).toBe('not_granted')
    expect(account(compiled, ['knowledge_base_manager']).can('knowledge-base/view', resource({ state: 'draft' }))).toBe(
      'allowed',
    )
  })

  test('S2:L63 a Campaign content creator does not send', () => {
    expect(account(compiled, ['campaign_content_creator']).can('broadcast/send')).toBe('not_granted')
  })

  test.each([
    ['S2:L27 and S2:L28', ['campaign_manager', 'flow_controller'], ['flow/design', 'flow/control']],
    ['S2:L27 and S2:L63', ['campaign_manager', 'campaign_content_creator'], ['broadcast/prepare', 'broadcast/send']],
    [
      'S2:L62 and S2:L63',
      ['campaign_approval_manager', 'campaign_content_creator'],
      ['broadcast/prepare', 'broadcast/approve'],
    ],
    ['S2:L47 and S2:L48', ['chatbot_designer', 'chatbot_publisher'], ['answers/edit', 'answers/activate']],
  ] as const)('%s separate duties: holding both is a finding, one alone is none', (_, roles, between) => {
    const held = (...keys: readonly string[]): Uint32Array => {
      const set = new Uint32Array(2)
      for (const key of keys)
        for (const at of [0, 1]) set[at] = (set[at] ?? 0) | (compiled.roles.get(key)?.closure[at] ?? 0)
      return set
    }
    expect(findConflicts(compiled, roles, held(...roles)).map((conflict) => conflict.between)).toEqual([between])
    for (const role of roles) expect(findConflicts(compiled, [role], held(role))).toEqual([])
  })

  test('S2:L21 older titles are remembered', () => {
    expect(catalog.roles.account_admin.formerTitles).toEqual(['Account Manager'])
    expect(catalog.roles.campaign_manager.formerTitles).toEqual(['Communication Manager'])
    expect(catalog.roles.finance_manager.formerTitles).toEqual(['Finance Data Manager'])
    expect(catalog.roles.customer_profile_manager.formerTitles).toEqual(['People Manager'])
  })

  test('S2:L68, S2:L137 a custom role is any selection of permissions', () => {
    const customRoles = [customRole(compiled, 'mix', { grants: ['logs/view', 'flow/design[draft]', 'content/edit'] })]
    const { holds } = account(compiled, ['custom:mix'], { customRoles })
    expect(holds).toEqual(['logs/view', 'flow/design[draft]', 'content/edit'])
  })

  test('S2:L130, S2:L132, S2:L137 permissions lie in sections that say what they cover; selecting all is selecting each', () => {
    const sections = Object.entries(catalog.sections)
    for (const [section, { description }] of sections) {
      const all = compiled.keys.filter((key) => key !== null && sectionOf(key) === section && !key.endsWith(']'))
      expect(description).toMatch(/\w/)
      const grants = all as string[]
      const { holds } = account(compiled, ['custom:all'], { customRoles: [customRole(compiled, 'all', { grants })] })
      expect(holds).toEqual(all)
      expect(holds.length).toBeGreaterThan(1)
    }
  })

  test('S2:L100 a default role changes in its members only: no organization changes what it grants', () => {
    const roleChanges = { content_manager: { enabled: ['logs/view'], disabled: ['content/delete'] } }
    const asked = account(compiled, ['content_manager'], { roleChanges })
    expect(asked.holds).toEqual(account(compiled, ['content_manager']).holds)
    expect(catalog.policy).not.toHaveProperty('roleDefaults')
  })

  test('S2:L143, S2:L155 a custom role may be a default role minus one permission', () => {
    const grants = catalog.roles.account_admin.grants.filter((key) => key !== 'api-keys/manage')
    const asking = account(compiled, ['custom:admin'], { customRoles: [customRole(compiled, 'admin', { grants })] })
    expect(asking.can('security/manage')).toBe('allowed')
    expect(asking.calls('POST /api-keys')).toBe('not_granted')
    expect(account(compiled, ['account_admin']).calls('POST /api-keys')).toBe('allowed')
  })

  test('S2:L70, S2:L71, S2:L146 a default role follows its catalog, a copy of it does not', () => {
    const wider = {
      ...catalog,
      roles: {
        ...catalog.roles,
        content_manager: {
          ...catalog.roles.content_manager,
          grants: ['content/edit', 'content/delete', 'logs/view'] as const,
        },
      },
    }
    const next = compileCatalog(wider, readLock(lockFile))
    const customRoles = [customRole(compiled, 'copy', { grants: catalog.roles.content_manager.grants })]
    expect(account(next, ['content_manager']).can('logs/view')).toBe('allowed')
    expect(account(next, ['custom:copy'], { customRoles }).can('logs/view')).toBe('not_granted')
    expect(account(next, ['custom:copy'], { customRoles }).can('content/edit')).toBe('allowed')
  })

  test('S2:L98, S2:L139 permissions bring API scopes, shown per permission and counted per role', () => {
    expect(catalog.permissions['audit-logs/view'].apiScopes).toEqual(['audit-logs:read', 'account-management:manage'])
    expect(apiScopesOf(catalog, ['accounts/manage', 'api-keys/manage', 'audit-logs/view'])).toEqual([
      'account-management:manage',
      'audit-logs:read',
    ])
    const counts = Object.fromEntries(
      Object.entries(catalog.roles).map(([key, role]) => [key, apiScopesOf(catalog, role.grants).length]),
    )
    expect(counts).toMatchObject({ campaign_manager: 24, flow_controller: 1, content_manager: 0 })
    expect(apiScopesOf(catalog, ['flow/design[draft]', 'no/such'])).toEqual([
      'flow:manage',
      'forms:read',
      'signals:manage',
    ])
  })

  test('S2:L158 deleting a custom role takes its permissions from its holders, and leaves the others', () => {
    const customRoles = [customRole(compiled, 'mix', { grants: ['logs/view'] })]
    const before = account(compiled, ['flow_controller', 'custom:mix'], { customRoles })
    expect(before.can('logs/view')).toBe('allowed')
    const after = account(compiled, ['flow_controller', 'custom:mix'], { customRoles: [], defaultFull: true })
    expect(after.can('logs/view')).toBe('not_granted')
    expect(after.can('flow/control')).toBe('allowed')
    expect(catalog.policy.customRoleDeletion).toBe('holders_lose_it')
  })

  test('assumed: who manages sees, who replies reads, who administers the account reads its log', () => {
    expect(rolesWith(compiled, 'accounts/view')).toEqual(['account_admin', 'analyze_manager'])
    expect(rolesWith(compiled, 'users/view')).toEqual(['account_admin', 'analyze_manager'])
    expect(rolesWith(compiled, 'users/manage')).toEqual(['account_admin'])
    expect(rolesWith(compiled, 'audit-logs/view')).toEqual(['account_admin'])
    expect(rolesWith(compiled, 'conversations/view')).toEqual(['supervisor_for_conversations'])
    expect(catalog.policy).toMatchObject({ assignmentTakesEffect: 'next_access', definitionTakesEffect: 'next_access' })
  })

  test('what concerns access is asked anew of the identity admin', () => {
    expect(strongRoutes(compiled)).toEqual([
      'PUT /accounts/{accountId}',
      'PUT /users/{userId}',
      'POST /roles',
      'POST /api-keys',
    ])
  })

  test('S2:L88 custom roles are created, edited and deleted by who manages roles', () => {
    expect(catalog.policy).toMatchObject({ mayDefine: 'roles/manage', mayAssign: 'users/manage' })
    expect(rolesWith(compiled, 'roles/manage')).toEqual(['account_admin'])
  })
})
