import { type Finding, ignored, unreadable } from '../finding.ts'
import { asList, decodeSegment, member, memberAt, textAt } from '../foreign.ts'

/**
 * One entry of Auth0's tenant log, by log stream (webhook or EventBridge). Assignments are not events of their own there:
 * they are successful calls of the Management API (`sapi`), read by their method and path. With `sourceOrganization`,
 * calls about another organization of the tenant are ignored.
 */
export function readAuth0Log(entry: unknown, sourceOrganization?: string): Finding {
  const data = member(entry, 'data') ?? entry
  const type = textAt(data, 'type')
  if (type === undefined) return unreadable('no type')
  const accounts = accountsOf(type, data, sourceOrganization)
  if (accounts === undefined) return ignored
  return {
    kind: 'change',
    id: textAt(entry, 'log_id') ?? textAt(data, 'log_id') ?? member(data, '_id'),
    at: member(data, 'date'),
    reason: type === 'sapi' ? `sapi:${String(memberAt(data, 'details', 'request', 'method'))}` : type,
    accounts,
  }
}

/** Whom it concerns: nobody in particular means all; `undefined` means nobody at all. */
function accountsOf(
  type: string,
  data: unknown,
  sourceOrganization: string | undefined,
): readonly unknown[] | undefined {
  // A user deleted, a user's block released, users imported: the last names nobody.
  if (type === 'sdu' || type === 'ublkdu') return [member(data, 'user_id')]
  if (type === 'sui') return []
  return type === 'sapi' ? accountsOfCall(memberAt(data, 'details', 'request'), sourceOrganization) : undefined
}

function accountsOfCall(request: unknown, sourceOrganization: string | undefined): readonly unknown[] | undefined {
  const path = textAt(request, 'path')?.split('?')[0]
  if (path === undefined) return []
  if (textAt(request, 'method')?.toUpperCase() === 'GET') return undefined
  const [, , , collection, id, part, partId] = path.split('/').map(decodeSegment)
  switch (collection) {
    case 'users':
      return id === undefined ? undefined : [id]
    case 'organizations': {
      if (id === undefined) return undefined
      if (sourceOrganization !== undefined && id !== sourceOrganization) return undefined
      if (part === 'members') return partId === undefined ? asList(memberAt(request, 'body', 'members')) : [partId]
      return []
    }
    case 'roles': {
      if (id === undefined) return undefined
      return part === 'users' ? asList(memberAt(request, 'body', 'users')) : []
    }
    case 'groups':
    case 'resource-servers':
      return []
    default:
      return undefined
  }
}

/** The entries of a webhook's delivery: a list, an object with a list, or one entry. */
export function entriesOfLogDelivery(payload: unknown): readonly unknown[] {
  if (Array.isArray(payload)) return payload
  const logs = member(payload, 'logs')
  return Array.isArray(logs) ? logs : [payload]
}
