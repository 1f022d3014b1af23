import { json, type Reply } from '../ix-admin/http.ts'
import type { Call } from './stand-in.ts'
import type { SourceUser, Truth } from './truth.ts'

/** A change as Okta's System Log tells it. */
export interface OktaChange {
  readonly eventType: string
  readonly user: SourceUser
  readonly group?: string
}

/**
 * The operations of Okta by which an administrator changes who has what: `PUT` and `DELETE` of `/api/v1/groups/{id}/users/{id}`, and
 * `POST` of `/api/v1/users/{id}/lifecycle/suspend` and `unsuspend`. `undefined`: not one of these.
 */
export function change(truth: Truth, { method, path }: Call, tell: (change: OktaChange) => void): Reply | undefined {
  const [, , kind, first = '', users, second = '', ...more] = path
  if (more.length > 0) return undefined
  if (kind === 'groups' && users === 'users' && (method === 'PUT' || method === 'DELETE')) {
    const user = truth.find(second)
    if (user === undefined) return undefined
    const others = user.holds.filter((each) => each !== first)
    truth.put({ ...user, holds: method === 'PUT' ? [...others, first] : others })
    tell({ eventType: `group.user_membership.${method === 'PUT' ? 'add' : 'remove'}`, user, group: first })
    return { status: 204, headers: {}, body: '' }
  }
  if (kind !== 'users' || users !== 'lifecycle' || method !== 'POST') return undefined
  const user = truth.find(first)
  if (user === undefined || (second !== 'suspend' && second !== 'unsuspend')) return undefined
  truth.put({ ...user, active: second === 'unsuspend' })
  tell({ eventType: `user.lifecycle.${second}`, user })
  return json(200, {})
}

/** The delivery of an event hook about one change. */
export function eventHook({ eventType, user, group }: OktaChange, { id, at }: { id: string; at: number }): object {
  const published = new Date(at).toISOString()
  const target = [
    { id: user.id, type: 'User', alternateId: user.login, displayName: user.login, detailEntry: null },
    ...(group === undefined ? [] : [{ id: group, type: 'UserGroup', alternateId: 'unknown', displayName: group }]),
  ]
  const event = {
    uuid: id,
    published,
    eventType,
    version: '0',
    severity: 'INFO',
    outcome: { result: 'SUCCESS' },
    target,
  }
  return {
    eventType: 'com.okta.event_hook',
    eventTypeVersion: '1.0',
    cloudEventsVersion: '0.1',
    contentType: 'application/json',
    eventId: `delivery-${id}`,
    eventTime: published,
    source: 'https://okta.stand-in/api/v1/eventHooks/who1',
    data: { events: [event] },
  }
}
