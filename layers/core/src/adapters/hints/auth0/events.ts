import { type Finding, ignored, unreadable } from '../finding.ts'
import { member, memberAt, textAt } from '../foreign.ts'

const aboutOneUser =
  /^(?:user\.(?:created|updated|deleted)|(?:organization|group)\.member\.(?:added|deleted)|organization\.member\.role\.(?:assigned|deleted))$/
const aboutMany =
  /^(?:organization\.group\.role\.|group\.role\.|group\.(?:updated|deleted)$|organization\.(?:updated|deleted)$|role\.|permission\.)/

/**
 * One event of an Auth0 event stream (CloudEvents 1.0), by webhook or EventBridge; with `sourceOrganization`, events that
 * name another organization of the tenant are ignored. The members of a group are named in more than one way, also by Auth0.
 */
export function readAuth0Event(payload: unknown, sourceOrganization?: string): Finding {
  // The Events API wraps each event together with its offset.
  const event = textAt(payload, 'specversion') === undefined ? (member(payload, 'event') ?? payload) : payload
  const type = textAt(event, 'type')
  if (type === undefined) return unreadable('no type')
  const single = aboutOneUser.test(type)
  if (!single && !aboutMany.test(type)) return ignored
  if (member(event, 'a0purpose') === 'test') return ignored
  const object = memberAt(event, 'data', 'object')
  const organization =
    textAt(object, 'organization', 'id') ?? (type.startsWith('organization.') ? textAt(object, 'id') : undefined)
  if (sourceOrganization !== undefined && organization !== undefined && organization !== sourceOrganization)
    return ignored
  return {
    kind: 'change',
    id: member(event, 'id'),
    at: member(event, 'time'),
    reason: type,
    accounts: single ? [userOf(object)] : [],
  }
}

/** A member of a group is a user, or another group: then it may be anybody. User ids are `connection|id`, ids of groups are not. */
function userOf(object: unknown): string | undefined {
  const member = textAt(object, 'member', 'user_id') ?? textAt(object, 'member', 'id')
  return textAt(object, 'user', 'user_id') ?? textAt(object, 'user_id') ?? (member?.includes('|') ? member : undefined)
}
