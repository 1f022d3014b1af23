import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { readAuth0Delivery } from './auth0/delivery.ts'
import { toReading } from './finding.ts'
import { asList, member } from './foreign.ts'
import { readGraphNotification } from './graph/change-notification.ts'
import { readKeycloakEvent } from './keycloak/admin-event.ts'
import { eventsOfHook, readOktaEvent } from './okta/system-log.ts'
import { scope } from './samples.fixture.ts'
import { readSecurityEvent } from './ssf/security-event.ts'
import { readWorkosEvent } from './workos/events.ts'

const readers = {
  okta: (payload: unknown) => (eventsOfHook(payload) ?? [payload]).map((event) => readOktaEvent(event)),
  auth0: (payload: unknown) => readAuth0Delivery(payload, 'org_1'),
  keycloak: (payload: unknown) => [readKeycloakEvent(payload, { realm: 'acme' })],
  graph: (payload: unknown) =>
    [payload, ...asList(member(payload, 'value'))].map((each) => readGraphNotification(each)),
  workos: (payload: unknown) => [readWorkosEvent(payload, 'org_1')],
  ssf: (payload: unknown) => [readSecurityEvent(payload, { issuer: 'https://idp.example', accounts: 'iss_sub' })],
}

/** Words that readers look for, so that arbitrary payloads reach beyond the first look. */
const words = [
  ...['eventType', 'outcome', 'result', 'target', 'type', 'id', 'data', 'events', 'object', 'organization', 'user'],
  ...['user_id', 'details', 'request', 'method', 'path', 'resourceType', 'operationType', 'resourcePath', 'value'],
  ...[
    'changeType',
    'lifecycleEvent',
    'resource',
    'resourceData',
    'members@delta',
    'event',
    'sub_id',
    'format',
    'specversion',
  ],
  ...['User', 'group.user_membership.remove', 'organization.member.deleted', 'sapi', 'REALM_ROLE_MAPPING', 'updated'],
  ...[
    'role.updated',
    'organization_membership.updated',
    'iss_sub',
    '/api/v2/users/%7C',
    'users/1',
    '__proto__',
    'constructor',
  ],
  'https://schemas.openid.net/secevent/caep/event-type/session-revoked',
]
const word = fc.constantFrom(...words)
const { payload } = fc.letrec((tie) => ({
  payload: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.oneof(word, fc.string(), fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('payload'), { maxLength: 4 }),
    fc.dictionary(fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: fc.string() }), tie('payload'), {
      maxKeys: 6,
    }),
  ),
}))

describe.each(Object.entries(readers))('the reader of %s', (_, read) => {
  test.prop([payload], { numRuns: 500 })('never throws, and never speaks of another organization', (value) => {
    const { hints } = toReading(read(JSON.parse(JSON.stringify(value))), scope)
    for (const hint of hints) {
      expect(hint.organization).toBe('acme')
      expect(hint.source).toBe(scope.source)
      expect(hint.occurredAt).toBeLessThanOrEqual(scope.receivedAt)
      expect(hint.eventId).toMatch(/^[A-Za-z0-9][A-Za-z0-9._~@|:+-]{0,127}$/)
      expect(hint.reason).toMatch(/^[A-Za-z0-9._:/-]{0,120}$/)
      if (hint.account !== undefined) expect(hint.account).toMatch(/^[A-Za-z0-9][A-Za-z0-9._~@|:+-]{0,127}$/)
    }
  })
})
