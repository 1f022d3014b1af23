import { type Finding, ignored, unreadable } from '../finding.ts'
import { asList, decodeSegment, member, memberAt, textAt } from '../foreign.ts'

/**
 * One change notification of Microsoft Graph: either of a change (`changeType`) or of the subscription's life
 * (`lifecycleEvent`). After the latter, changes may have gone unsaid, so any account may be concerned. With `tenantId`,
 * notifications that name another tenant are ignored.
 */
export function readGraphNotification(notification: unknown, tenantId?: string): Finding {
  const change = textAt(notification, 'changeType')
  const lifecycle = textAt(notification, 'lifecycleEvent')
  if (change === undefined && lifecycle === undefined) return unreadable('neither changeType nor lifecycleEvent')
  const tenant = textAt(notification, 'tenantId')
  if (tenantId !== undefined && tenant !== undefined && tenant !== tenantId) return ignored
  // A notification has no time of its own, and often no id.
  const about = { kind: 'change', id: member(notification, 'id'), at: undefined } as const
  if (lifecycle !== undefined) return { ...about, reason: `lifecycle:${lifecycle}`, accounts: [] }
  const segments = (textAt(notification, 'resource') ?? '').replace(/^\/+/, '').split('/')
  const collection = nameOf(segments[0])
  if (collection === 'groups' && change === 'created') return ignored
  return {
    ...about,
    reason: `${collection || 'unknown'}:${change}`,
    accounts: accountsOf(collection, segments, notification),
  }
}

function accountsOf(collection: string, segments: readonly string[], notification: unknown): readonly unknown[] {
  if (collection === 'users') return [idIn(segments) ?? memberAt(notification, 'resourceData', 'id')]
  if (collection !== 'groups') return []
  // The members of a group that came or went; without them, the group itself changed.
  return asList(memberAt(notification, 'resourceData', 'members@delta')).map((each) => member(each, 'id'))
}

/** `Users/{id}` and `users('{id}')`. */
function idIn([first = '', second]: readonly string[]): string | undefined {
  const called = /^[^(]+\('([^']+)'\)$/.exec(first)?.[1]
  return called ?? (second === undefined || second === '' ? undefined : decodeSegment(second))
}

function nameOf(segment = ''): string {
  return segment.replace(/\(.*$/, '').toLowerCase()
}
