import { compileCatalog, toDecisionCatalog } from '@rolecast/core/domain/catalog/compile'
import { defineCatalog } from '@rolecast/core/domain/catalog/define'
import { appendToLock } from '@rolecast/core/domain/catalog/lock'

/** The smallest application in which everything that can go wrong has room: a ceiling, custom roles, default-full access. */
const desk = defineCatalog({
  application: 'desk',
  title: 'Desk',
  sections: { notes: { title: 'Notes', description: 'Notes' } },
  features: { archive: { title: 'Archive', description: 'Old notes' } },
  qualifiers: {},
  permissions: {
    read: { title: 'Read', description: 'Read notes', section: 'notes' },
    write: { title: 'Write', description: 'Write notes', section: 'notes' },
    publish: { title: 'Publish', description: 'Publish notes', section: 'notes' },
    archive: { title: 'Archive', description: 'Archive notes', section: 'notes', feature: 'archive' },
  },
  roles: {
    reader: { title: 'Reader', description: 'Reads', kind: 'system', level: 'organization', grants: ['read'] },
    writer: {
      title: 'Writer',
      description: 'Writes',
      kind: 'system',
      level: 'organization',
      includes: ['reader'],
      grants: ['write', 'archive'],
    },
    publisher: {
      title: 'Publisher',
      description: 'Publishes',
      kind: 'system',
      level: 'organization',
      grants: ['publish'],
    },
    auditor: {
      title: 'Auditor',
      description: 'Looks only',
      kind: 'system',
      level: 'organization',
      grants: ['read'],
      ceiling: ['read'],
    },
  },
  policy: {
    base: { min: 0, max: null },
    additional: { min: 0, max: null },
    empty: 'full_access',
    assignmentTakesEffect: 'next_access',
    definitionTakesEffect: 'next_access',
    customRoles: 'grants',
    customRoleDeletion: 'holders_lose_it',
    mayAssign: 'the owner',
    mayDefine: 'the owner',
  },
  conflicts: [],
  routes: {
    'GET /notes': { permission: 'read' },
    'PUT /notes': { permission: 'write' },
    'POST /archive': { permission: 'archive' },
    'POST /publications': { permission: 'publish', freshness: 'strong' },
  },
})

export const application = 'desk'
export const compiled = compileCatalog(desk, appendToLock(desk).lock)
export const decisionCatalog = toDecisionCatalog(compiled)

export const permissions = ['read', 'write', 'publish', 'archive'] as const
export type DeskPermission = (typeof permissions)[number]

export const routes: Readonly<Record<DeskPermission, string>> = {
  read: 'GET /notes',
  write: 'PUT /notes',
  archive: 'POST /archive',
  publish: 'POST /publications',
}

/** Requests on this permission are confirmed with the source, each by itself. */
export const strongPermission: DeskPermission = 'publish'

export const roleNames = ['reader', 'writer', 'publisher', 'auditor', 'custom:night'] as const
export type DeskRole = (typeof roleNames)[number]

/** What a source says of an account, and what an organization has decided, at one moment. */
export interface AccountTruth {
  /** `gone`: the source does not know the account (any more). */
  readonly status: 'active' | 'inactive' | 'gone'
  readonly roles: readonly DeskRole[]
}
export interface OrganizationTruth {
  readonly defaultFull: boolean
  readonly archive: boolean
  /** What the custom role grants; absent while it does not exist. */
  readonly night?: readonly DeskPermission[]
}

const granted: Readonly<Record<Exclude<DeskRole, 'custom:night'>, readonly DeskPermission[]>> = {
  reader: ['read'],
  writer: ['read', 'write', 'archive'],
  publisher: ['publish'],
  auditor: ['read'],
}

/** The rules of the application once more, by hand: nothing of the real evaluation is used. */
export function mayBy(account: AccountTruth, organization: OrganizationTruth, permission: DeskPermission): boolean {
  if (account.status !== 'active') return false
  if (permission === 'archive' && !organization.archive) return false
  if (account.roles.length === 0) return organization.defaultFull
  if (account.roles.includes('auditor') && permission !== 'read') return false
  return account.roles.some((role) =>
    (role === 'custom:night' ? (organization.night ?? []) : granted[role]).includes(permission),
  )
}
