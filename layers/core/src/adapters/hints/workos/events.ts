import { type Finding, ignored, unreadable } from '../finding.ts'
import { member, textAt } from '../foreign.ts'

const aboutMany =
  /^(?:role\.|permission\.|organization_role\.|organization\.(?:updated|deleted)$|dsync\.(?:activated|deleted|deactivated)$|dsync\.user\.|dsync\.group\.|group\.)/

/**
 * One event of WorkOS. Events of an organization other than `sourceOrganization` are ignored; roles and permissions of the
 * environment have none and concern everybody. Directory users are numbered apart from the users whose memberships carry
 * roles, so an event about one of them does not say whose account it is.
 */
export function readWorkosEvent(event: unknown, sourceOrganization: string): Finding {
  const type = textAt(event, 'event')
  if (type === undefined) return unreadable('no event')
  const data = member(event, 'data')
  const accounts = accountsOf(type, data)
  if (accounts === undefined) return ignored
  const organization =
    textAt(data, 'organization_id') ?? (type.startsWith('organization.') ? textAt(data, 'id') : undefined)
  if (organization !== undefined && organization !== sourceOrganization) return ignored
  return { kind: 'change', id: member(event, 'id'), at: member(event, 'created_at'), reason: type, accounts }
}

function accountsOf(type: string, data: unknown): readonly unknown[] | undefined {
  if (type.startsWith('organization_membership.')) return [textAt(data, 'user_id') ?? textAt(data, 'user', 'id')]
  if (type === 'user.updated' || type === 'user.deleted') return [member(data, 'id')]
  return aboutMany.test(type) ? [] : undefined
}
