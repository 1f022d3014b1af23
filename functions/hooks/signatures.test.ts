import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createHooks, deliver, hookSecret, sample, signWorkos } from '../../test/support/hooks.ts'
import { httpApiEvent } from '../../test/support/http-api-event.ts'

const now = 1_793_046_500_000

const setUp = () => createHooks('http://127.0.0.1:1/jwks', now)

describe('Okta', () => {
  const verify = (headers: Record<string, string>) => httpApiEvent({ path: '/hooks/okta', headers })

  it('gets its challenge back, once it has proved itself', async () => {
    const { send } = setUp()
    const challenge = { 'x-okta-verification-challenge': 'abc"def' }
    expect(await send(verify({ ...challenge, authorization: hookSecret }))).toMatchObject({
      status: 200,
      json: { verification: 'abc"def' },
    })
    expect(await send(verify(challenge))).toMatchObject({ status: 401 })
    expect(await send(verify({ authorization: hookSecret }))).toMatchObject({ status: 400 })
  })
})

describe('Keycloak', () => {
  const body = sample('keycloak', 'realm-role-removed')
  const hmac = (text: string) => createHmac('sha256', hookSecret).update(text).digest('hex')

  it('may sign the body instead', async () => {
    const { send } = setUp()
    const headers = { 'x-keycloak-signature': hmac(body).toUpperCase() }
    expect(await send(deliver('keycloak', body, { headers }))).toMatchObject({ status: 202 })
  })

  it('is refused with the signature of another body, whatever else it shows', async () => {
    const { send } = setUp()
    const headers = { 'x-keycloak-signature': hmac('{}'), authorization: `Bearer ${hookSecret}` }
    expect(await send(deliver('keycloak', body, { headers }))).toMatchObject({ status: 401 })
  })

  it('may send a list of events', async () => {
    const { send, hints } = setUp()
    const headers = { authorization: `Bearer ${hookSecret}` }
    const list = `[${body},${sample('keycloak', 'role-of-group-removed')}]`
    expect(await send(deliver('keycloak', list, { headers }))).toMatchObject({ status: 202 })
    expect(hints.published).toMatchObject([{ organization: 'acme', reason: 'REALM_ROLE_MAPPING:DELETE' }])
    expect(hints.published[0]?.account).toBeUndefined()
  })
})

describe('WorkOS', () => {
  const body = sample('workos', 'membership-deleted')
  const sent = (signature: string, text = body) =>
    deliver('workos', text, { headers: { 'workos-signature': signature } })

  it.each([
    ['an old one', signWorkos(body, now - 180_001), 'delivery_expired'],
    ['one from the future', signWorkos(body, now + 180_001), 'delivery_expired'],
    ['one of seconds', signWorkos(body, Math.floor(now / 1000)), 'delivery_expired'],
    ['one with another time', signWorkos(body, now).replace(`t=${now}`, `t=${now + 1}`), 'delivery_unauthenticated'],
    ['one in another scheme', signWorkos(body, now).replace('v1=', 'v0='), 'delivery_unauthenticated'],
    ['two at once', `${signWorkos(body, now)},${signWorkos(body, now)}`, 'delivery_unauthenticated'],
  ])('is refused with %s as signature', async (_, signature, code) => {
    const { send, hints } = setUp()
    expect(await send(sent(signature))).toMatchObject({ status: 401, json: { code } })
    expect(hints.published).toEqual([])
  })

  it('is refused with the signature of another body', async () => {
    const { send } = setUp()
    expect(await send(sent(signWorkos(body, now), `${body} `))).toMatchObject({ status: 401 })
  })
})
