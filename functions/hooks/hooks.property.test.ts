import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { createHooks, hookConnectionsFor, hookSecret } from '../../test/support/hooks.ts'
import { httpApiEvent } from '../../test/support/http-api-event.ts'

const names = hookConnectionsFor('http://127.0.0.1:1/jwks').map(({ name }) => name)
/** Whatever is asked, an answer is one of these: nothing that a sender can do looks like a fault of ours. */
const answers = [200, 202, 400, 401, 404, 405, 413, 415]

const headers = fc.record(
  {
    authorization: fc.oneof(fc.constantFrom(hookSecret, `Bearer ${hookSecret}`, 'Bearer', ''), fc.string()),
    'content-type': fc.oneof(fc.constantFrom('application/json', 'application/secevent+jwt', ';'), fc.string()),
    'workos-signature': fc.oneof(fc.constant(`t=1, v1=${'0'.repeat(64)}`), fc.string()),
    'x-keycloak-signature': fc.string(),
    'x-okta-verification-challenge': fc.string(),
  },
  { requiredKeys: [] },
)
const request = fc.record({
  name: fc.oneof(fc.constantFrom(...names), fc.string()),
  method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'OPTIONS'),
  headers,
  query: fc.oneof(fc.constantFrom('', 'validationToken=a', 'validationToken=%zz'), fc.string()),
  body: fc.oneof(fc.json(), fc.string(), fc.constant(undefined)),
  base64: fc.boolean(),
})

describe('any request', () => {
  test.prop([request], { numRuns: 500 })('is answered, and hints at nothing in another organization', async (given) => {
    const { name, body, ...rest } = given
    const { send, hints } = createHooks('http://127.0.0.1:1/jwks', 1_793_046_500_000)
    const answer = await send(
      httpApiEvent({ path: `/hooks/${name}`, ...rest, ...(body === undefined ? {} : { body }) }),
    )
    expect(answers).toContain(answer.status)
    expect(answer.text).not.toContain(hookSecret)
    for (const hint of hints.published) expect(hint.organization).toBe('acme')
  })
})
