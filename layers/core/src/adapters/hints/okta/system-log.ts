import { type Finding, ignored, unreadable } from '../finding.ts'
import { asList, asObject, memberAt, textAt } from '../foreign.ts'

/** Events about single users; `target[]` names them. */
const aboutUsers =
  /^(?:group\.user_membership\.|application\.user_membership\.|user\.account\.privilege\.|user\.lifecycle\.|user\.account\.update_profile$)/

/** Events about what groups, roles and applications give to whoever has them. */
const aboutMany =
  /^(?:group\.privilege\.|group\.application_assignment\.|group\.profile\.update$|group\.lifecycle\.delete|iam\.role\.|iam\.resourceset\.|application\.lifecycle\.(?:update|activate|deactivate|delete))/

/** What our accounts are called: the user's `id`, or the login, which stands in `alternateId`. */
export type OktaAccounts = 'id' | 'login'

/** Results after which nothing has changed. */
const withoutEffect = new Set(['FAILURE', 'SKIPPED', 'DENY'])

/**
 * One event of Okta's System Log, the same by event hook, log stream and API. `target[]` is in no fixed order and may be
 * null; roles stand in it only as display text, so whom an event concerns is read from it and nothing else.
 */
export function readOktaEvent(event: unknown, accounts: OktaAccounts = 'id'): Finding {
  const type = textAt(event, 'eventType')
  if (asObject(event) === undefined || type === undefined) return unreadable('no eventType')
  const single = aboutUsers.test(type)
  if (!single && !aboutMany.test(type)) return ignored
  const result = textAt(event, 'outcome', 'result')?.toUpperCase()
  if (result !== undefined && withoutEffect.has(result)) return ignored
  const users = asList(memberAt(event, 'target')).filter((target) => textAt(target, 'type') === 'User')
  return {
    kind: 'change',
    id: memberAt(event, 'uuid'),
    at: memberAt(event, 'published'),
    reason: type,
    accounts: single ? users.map((user) => nameOf(user, accounts)) : [],
  }
}

/** Okta writes `unknown` where it has no login to tell. */
function nameOf(user: unknown, accounts: OktaAccounts): unknown {
  if (accounts === 'id') return memberAt(user, 'id')
  const login = memberAt(user, 'alternateId')
  return login === 'unknown' ? undefined : login
}

/** The events of an event hook's delivery (`data.events[]`); `undefined` for what is no delivery. */
export function eventsOfHook(payload: unknown): readonly unknown[] | undefined {
  const events = memberAt(payload, 'data', 'events')
  return Array.isArray(events) ? events : undefined
}
