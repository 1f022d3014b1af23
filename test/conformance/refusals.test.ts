/** What RFC 6750, RFC 9457 and RFC 9110 demand of refusals. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { formEvent, httpApiEvent } from '../support/http-api-event.ts'
import { startTokenService, type TokenService } from '../support/token-service.ts'

let service: TokenService
beforeAll(async () => {
  service = await startTokenService(inject('dynamoDbEndpoint'))
  await service.rotate({})
})
afterAll(() => service.stop())

const session = (headers: Record<string, string> = {}, query = '') =>
  service.call(httpApiEvent({ path: '/session', headers, query }))

describe('RFC 6750', () => {
  it('2.1: the scheme is matched in any case, the token as it is', async () => {
    const token = await service.signIn('acme-vera')
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      const answer = await session({ authorization: `${scheme} ${token}` }, 'application=customer-v2')
      expect(answer.status).toBe(200)
    }
  })

  it('2.2 and 2.3: a token in the body or the query is not taken', async () => {
    const token = await service.signIn('acme-vera')
    expect((await session({}, `application=customer-v2&access_token=${token}`)).status).toBe(401)
  })

  it('3: without credentials the response MUST include WWW-Authenticate with the scheme Bearer', async () => {
    const { status, headers } = await session()
    expect(status).toBe(401)
    expect(headers?.['www-authenticate']).toMatch(/^Bearer [a-z]+="/)
  })

  it('3.1: without credentials there SHOULD NOT be an error code', async () => {
    expect((await session()).headers?.['www-authenticate']).not.toContain('error')
  })

  it('3.1: invalid_token is 401', async () => {
    const expired = await service.signIn('acme-vera', { exp: 1 })
    for (const token of ['x', expired]) {
      const { status, headers } = await session({ authorization: `Bearer ${token}` }, 'application=customer-v2')
      expect(status).toBe(401)
      expect(headers?.['www-authenticate']).toContain('error="invalid_token"')
    }
  })

  it('3.1: insufficient_scope is 403', async () => {
    const issued = await service.exchange(await service.signIn('acme-pia'), { scope: 'flows.publish' })
    const token = String(issued.json['access_token'])
    const record = (
      await service.stores.accounts.readAccountAndOrganization({ organization: 'acme', account: 'acme-pia' })
    ).account
    if (record === undefined) throw new Error('no record')
    const { confirmedAt: _, etag: __, ...statement } = record
    const without = { ...statement, version: record.version + 1, roles: [] }
    await service.stores.accounts.applyStatement(without, { confirmedAt: Date.now() })
    const { status, headers } = await session({ authorization: `Bearer ${token}` })
    expect(status).toBe(403)
    expect(headers?.['www-authenticate']).toContain('error="insufficient_scope"')
  })

  it('3: error_description MUST NOT include other characters than these', async () => {
    const { headers } = await session({ authorization: 'Bearer "ü\\' })
    const description = /error_description="([^"]*)"/.exec(String(headers?.['www-authenticate']))?.[1]
    expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
  })

  it('5.3: what is said of an account is kept by no cache', async () => {
    const token = await service.signIn('acme-vera')
    const { headers } = await session({ authorization: `Bearer ${token}` }, 'application=customer-v2')
    expect(headers?.['cache-control']).toBe('no-store')
  })
})

describe('RFC 9457', () => {
  it("3: problem details have their media type, and a status that is the response's", async () => {
    for (const event of [
      httpApiEvent({ path: '/session' }),
      httpApiEvent({ path: '/nowhere' }),
      httpApiEvent({ path: '/session', method: 'POST' }),
      httpApiEvent({ path: `/grants/${'x'.repeat(43)}` }),
    ]) {
      const { status, headers, json } = await service.call(event)
      expect(headers?.['content-type']).toBe('application/problem+json')
      expect(json).toMatchObject({ status, type: `urn:rolecast:problem:${json['code']}`, title: expect.any(String) })
    }
  })
})

describe('RFC 9110', () => {
  it('11.6.1: a 401 MUST carry WWW-Authenticate', async () => {
    expect((await session()).headers).toHaveProperty('www-authenticate')
    const event = formEvent(service.form('x'), { authorization: 'Basic YTpi' })
    const { status, headers } = await service.call(event)
    expect(status).toBe(401)
    expect(headers).toHaveProperty('www-authenticate')
  })

  it('15.5.6: a 405 MUST carry Allow', async () => {
    for (const [path, allow] of [
      ['/oauth/token', 'POST, OPTIONS'],
      ['/session', 'GET, HEAD, OPTIONS'],
    ] as const) {
      expect(await service.call(httpApiEvent({ path, method: 'DELETE' }))).toMatchObject({
        status: 405,
        headers: { allow },
      })
    }
  })

  it('9.3.2: the answer to HEAD MUST NOT have content, and has the headers of GET', async () => {
    const path = '/.well-known/oauth-authorization-server'
    const whole = await service.call(httpApiEvent({ path }))
    const head = await service.call(httpApiEvent({ path, method: 'HEAD' }))
    expect(head).toMatchObject({ status: whole.status, headers: whole.headers, text: '' })
  })
})
