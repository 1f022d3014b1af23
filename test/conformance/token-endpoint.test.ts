/** What RFC 6749 and RFC 8693 demand of the token endpoint, section by section. */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { formEvent, httpApiEvent } from '../support/http-api-event.ts'
import { startTokenService, type TokenService } from '../support/token-service.ts'

const tokenType = 'urn:ietf:params:oauth:token-type:'
let service: TokenService
let signIn: string
beforeAll(async () => {
  service = await startTokenService(inject('dynamoDbEndpoint'))
  await service.rotate({})
  signIn = await service.signIn('acme-vera')
})
afterAll(() => service.stop())

/** A request with some parameters changed, left out (`undefined`) or repeated (a list). */
function send(changes: Readonly<Record<string, string | readonly string[] | undefined>> = {}, headers = {}) {
  const merged: Readonly<Record<string, string | readonly string[] | undefined>> = {
    ...service.form(signIn),
    ...changes,
  }
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(merged)) {
    for (const each of [value ?? []].flat()) parameters.append(name, each)
  }
  return service.call(formEvent(parameters, headers))
}

function refusedWith(error: string, code?: string) {
  return { status: 400, json: { error, ...(code && { code }) } }
}

describe('RFC 6749 section 3.2, token endpoint', () => {
  it('the client MUST use POST', async () => {
    expect(await service.call(httpApiEvent({ path: '/oauth/token' }))).toMatchObject({ status: 405 })
  })

  it('parameters sent without a value MUST be treated as omitted', async () => {
    expect((await send({ scope: '', client_id: '', requested_token_type: '' })).status).toBe(200)
    expect(await send({ subject_token: '' })).toMatchObject(refusedWith('invalid_request'))
  })

  it('unrecognized parameters MUST be ignored', async () => {
    expect((await send({ hint: 'x', code: 'y', constructor: 'z' })).status).toBe(200)
  })

  it.each(['grant_type', 'subject_token', 'subject_token_type', 'scope', 'client_id', 'assignment_max_age', 'hint'])(
    'parameters MUST NOT be included more than once: %s',
    async (name) => {
      const value = {
        ...service.form(signIn),
        scope: 'flows.list.view',
        client_id: 'front-end',
        assignment_max_age: '0',
      }
      const one = Object.entries(value).find(([each]) => each === name)?.[1] ?? 'x'
      expect(await send({ [name]: [one, one] })).toMatchObject(refusedWith('invalid_request'))
    },
  )

  it('parameters in the URI are not taken', async () => {
    const query = new URLSearchParams(service.form(signIn)).toString()
    const event = { ...formEvent({ grant_type: service.form(signIn).grant_type }), rawQueryString: query }
    expect(await service.call(event)).toMatchObject(refusedWith('invalid_request'))
  })
})

describe('RFC 6749 section 3.3, access token scope', () => {
  it('is a list of tokens separated by single spaces', async () => {
    for (const scope of ['a  b', ' a', 'a ', 'a"b', 'a\\b', 'ä', 'a\tb']) {
      expect(await send({ scope })).toMatchObject(refusedWith('invalid_scope'))
    }
  })

  it('if another scope is issued than was asked for, the response MUST say which', async () => {
    const { json, status } = await send({ scope: 'flows.publish flows.list.view' })
    expect([status, json['scope']]).toEqual([200, 'flows.list.view'])
  })

  it('that is unknown, or of which nothing can be granted, is an invalid_scope', async () => {
    expect(await send({ scope: 'flows.burn' })).toMatchObject(refusedWith('invalid_scope', 'invalid_scope'))
    expect(await send({ scope: 'flows.publish' })).toMatchObject(refusedWith('invalid_scope', 'not_granted'))
  })
})

describe('RFC 6749 section 5.1, successful response', () => {
  it('is JSON with access_token, token_type and expires_in', async () => {
    const { status, headers, json } = await send()
    expect(status).toBe(200)
    expect(headers?.['content-type']).toMatch(/^application\/json/)
    expect(json).toMatchObject({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: expect.any(Number),
    })
  })

  it('MUST carry Cache-Control: no-store and Pragma: no-cache', async () => {
    expect((await send()).headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' })
  })
})

describe('RFC 6749 section 5.2, error response', () => {
  it('is 400 with error in JSON, kept by nobody', async () => {
    const { status, headers, json } = await send({ subject_token: 'x' })
    expect(status).toBe(400)
    expect(headers).toMatchObject({
      'content-type': 'application/json;charset=UTF-8',
      'cache-control': 'no-store',
      pragma: 'no-cache',
    })
    expect(json).toMatchObject({ error: 'invalid_request' })
  })

  it('error and error_description MUST NOT include other characters than these', async () => {
    const allowed = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/
    for (const answer of [await send({ scope: '"\\ü"' }), await send({ subject_token: '"ü' })]) {
      expect(String(answer.json['error'])).toMatch(allowed)
      expect(String(answer.json['error_description'])).toMatch(allowed)
    }
  })

  it('a client that tried to authenticate in the header MUST get 401 and a matching WWW-Authenticate', async () => {
    const answer = await send({}, { authorization: `Basic ${Buffer.from('a:b').toString('base64')}` })
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
    expect(answer.headers?.['www-authenticate']).toMatch(/^Basic /)
  })

  it('an authentication method that is not supported is an invalid_client', async () => {
    expect(await send({ client_secret: 's' })).toMatchObject(refusedWith('invalid_client'))
    expect(await send({ client_assertion: 'x' })).toMatchObject(refusedWith('invalid_client'))
  })

  it.each(['authorization_code', 'refresh_token', 'client_credentials', 'password', 'x'])(
    'grant type %s is an unsupported_grant_type',
    async (grantType) => {
      expect(await send({ grant_type: grantType })).toMatchObject(refusedWith('unsupported_grant_type'))
    },
  )
})

describe('RFC 6749 appendix B, form encoding', () => {
  it.each([
    'application/json',
    'text/plain',
    'multipart/form-data',
    '',
    'application/x-www-form-urlencoded; charset=utf-16',
  ])('content type %j is not taken', async (type) => {
    expect(await send({}, { 'content-type': type })).toMatchObject(refusedWith('invalid_request'))
  })

  it('the content type may say its charset, in any case', async () => {
    expect((await send({}, { 'content-type': 'Application/X-WWW-Form-Urlencoded; Charset=UTF-8' })).status).toBe(200)
  })

  it('names and values MUST be UTF-8', async () => {
    const event = formEvent('')
    const body = Buffer.concat([Buffer.from('grant_type='), Buffer.from([0xff, 0xfe])]).toString('base64')
    expect(await service.call({ ...event, body })).toMatchObject(refusedWith('invalid_request'))
    expect(await service.call(formEvent('grant_type=%ff'))).toMatchObject(refusedWith('invalid_request'))
  })

  it('a body beyond reason is not read', async () => {
    expect(await send({ hint: 'x'.repeat(33_000) })).toMatchObject(refusedWith('invalid_request'))
  })

  it('a body that the gateway delivers as text is read as well', async () => {
    const event = formEvent(service.form(signIn))
    const body = Buffer.from(event.body ?? '', 'base64').toString()
    expect((await service.call({ ...event, body, isBase64Encoded: false })).status).toBe(200)
  })
})

describe('RFC 8693 section 2.1, request', () => {
  it.each(['grant_type', 'subject_token', 'subject_token_type'])('%s is REQUIRED', async (name) => {
    expect(await send({ [name]: undefined })).toMatchObject(refusedWith('invalid_request'))
  })

  it.each([`${tokenType}refresh_token`, `${tokenType}saml2`, 'access_token', 'jwt'])(
    'subject_token_type %s is not supported',
    async (type) => {
      expect(await send({ subject_token_type: type })).toMatchObject(refusedWith('invalid_request'))
    },
  )

  it('subject_token_type jwt is', async () => {
    expect((await send({ subject_token_type: `${tokenType}jwt` })).status).toBe(200)
  })

  it('actor_token_type MUST NOT be included without actor_token; and there is no delegation here', async () => {
    const actor = { actor_token: signIn, actor_token_type: `${tokenType}access_token` }
    for (const changes of [actor, { actor_token: signIn }, { actor_token_type: actor.actor_token_type }]) {
      expect(await send(changes)).toMatchObject(refusedWith('invalid_request'))
    }
  })

  it('a requested_token_type that cannot be issued is refused', async () => {
    for (const type of ['refresh_token', 'id_token', 'saml2']) {
      expect(await send({ requested_token_type: tokenType + type })).toMatchObject(refusedWith('invalid_request'))
    }
  })

  it('audience: exactly one', async () => {
    expect(await send({ audience: undefined })).toMatchObject(refusedWith('invalid_request'))
  })

  it('client_id, where given, is the client that signed in', async () => {
    expect((await send({ client_id: 'front-end' })).status).toBe(200)
    expect(await send({ client_id: 'somebody-else' })).toMatchObject(refusedWith('invalid_client'))
  })

  it.each(['-1', '1.5', '01', '1e3', 'soon', '1000000'])(
    'assignment_max_age=%s is no number of seconds',
    async (age) => {
      expect(await send({ assignment_max_age: age })).toMatchObject(refusedWith('invalid_request'))
    },
  )
})

describe('RFC 8693 section 2.2.1, successful response', () => {
  it.each(['access_token', 'jwt'])('issued_token_type is REQUIRED, and is the one asked for: %s', async (type) => {
    const { json } = await send({ requested_token_type: tokenType + type })
    expect(json['issued_token_type']).toBe(tokenType + type)
  })

  it('without a request for one it is an access token', async () => {
    expect((await send()).json['issued_token_type']).toBe(`${tokenType}access_token`)
  })

  it('scope is REQUIRED if it is not the one asked for', async () => {
    expect((await send({ scope: 'flows.list.view flows.publish' })).json['scope']).toBe('flows.list.view')
    expect((await send()).json).not.toHaveProperty('scope')
  })

  it('there is no refresh token, and exchanging again prolongs nothing', async () => {
    const { json } = await send()
    expect(json).not.toHaveProperty('refresh_token')
    const again = await send({ subject_token: String(json['access_token']) })
    const exp = decodeJwt(String(json['access_token'])).exp
    expect(decodeJwt(String(again.json['access_token'])).exp).toBeLessThanOrEqual(exp ?? 0)
  })
})

describe('RFC 8693 section 2.2.2, error response', () => {
  it('a subject token that is invalid for any reason MUST be an invalid_request', async () => {
    const past = Math.floor(Date.now() / 1000) - 1
    const bad = [
      'x',
      `${signIn.slice(0, -4)}AAAA`,
      await service.signIn('acme-vera', { exp: past }),
      await service.signIn('acme-vera', { aud: 'elsewhere' }),
      await service.signIn('acme-vera', { iss: 'https://login.stranger.example' }),
      await service.signIn('acme-vera', {}, service.otherKey),
      await service.signIn('acme-leo'),
    ]
    for (const token of bad) expect(await send({ subject_token: token })).toMatchObject(refusedWith('invalid_request'))
  })

  it('a target that is not served SHOULD be an invalid_target', async () => {
    expect(await send({ audience: 'elsewhere' })).toMatchObject(refusedWith('invalid_target', 'unknown_application'))
    expect(await send({ audience: ['customer-v2', 'interact'] })).toMatchObject(refusedWith('invalid_target'))
    expect(await send({ resource: 'https://api.example' })).toMatchObject(refusedWith('invalid_target'))
  })
})
