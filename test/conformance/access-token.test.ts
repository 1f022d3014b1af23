/** What RFC 9068, RFC 8414 and RFC 7517 demand, and an independent client and resource server at work. */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { httpApiEvent } from '../support/http-api-event.ts'
import { signAsProvider } from '../support/key-set-server.ts'
import { issuer, startTokenService, type TokenService } from '../support/token-service.ts'

let service: TokenService
beforeAll(async () => {
  service = await startTokenService(inject('dynamoDbEndpoint'))
  await service.rotate({})
})
afterAll(() => service.stop())

async function tokenOf(account: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  return String((await service.exchange(await service.signIn(account), more)).json['access_token'])
}

/** `fetch` that ends at the function, as API Gateway would deliver the request. */
const toFunction = async (
  url: string,
  init: { readonly method: string; readonly headers: object; readonly body?: unknown },
) => {
  const { pathname, searchParams } = new URL(url)
  const event = httpApiEvent({
    method: init.method,
    path: pathname,
    query: searchParams.toString(),
    headers: Object.fromEntries(Object.entries(init.headers)),
    ...(init.body === undefined || init.body === null ? {} : { body: String(init.body), base64: true }),
  })
  const { status, headers, text } = await service.call(event)
  return new Response(text, {
    status,
    headers: Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]),
  })
}
const options = { [oauth.customFetch]: toFunction }

async function discover(): Promise<oauth.AuthorizationServer> {
  const response = await oauth.discoveryRequest(new URL(issuer), { ...options, algorithm: 'oauth2' })
  return oauth.processDiscoveryResponse(new URL(issuer), response)
}

describe('an independent client and resource server (oauth4webapi)', () => {
  it('discovers the service, exchanges a sign-in and validates the token', async () => {
    const server = await discover()
    const client = { client_id: 'front-end' }
    const { grant_type: grantType, ...parameters } = service.form(await service.signIn('acme-vera'))
    const response = await oauth.genericTokenEndpointRequest(
      server,
      client,
      oauth.None(),
      grantType,
      parameters,
      options,
    )
    const issued = await oauth.processGenericTokenEndpointResponse(server, client, response)
    expect(issued).toMatchObject({ token_type: 'bearer', expires_in: 300 })

    const request = new Request('https://api.example/flows', {
      headers: { authorization: `Bearer ${issued.access_token}` },
    })
    const claims = await oauth.validateJwtAccessToken(server, request, 'customer-v2', options)
    expect(claims).toMatchObject({ sub: 'acme-vera', client_id: 'front-end', org: 'acme' })
    const other = new Request('https://api.example/flows', {
      headers: { authorization: `Bearer ${issued.access_token}` },
    })
    await expect(oauth.validateJwtAccessToken(server, other, 'interact', options)).rejects.toThrow()
  })

  it('understands a refusal', async () => {
    const server = await discover()
    const client = { client_id: 'front-end' }
    const { grant_type: grantType, ...parameters } = service.form('x')
    const response = await oauth.genericTokenEndpointRequest(
      server,
      client,
      oauth.None(),
      grantType,
      parameters,
      options,
    )
    await expect(oauth.processGenericTokenEndpointResponse(server, client, response)).rejects.toMatchObject({
      error: 'invalid_request',
      status: 400,
    })
  })
})

describe('RFC 9068 section 2.1, header', () => {
  it('the token MUST be signed, its algorithm not none, its type at+jwt', async () => {
    expect(decodeProtectedHeader(await tokenOf('acme-vera'))).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.stringMatching(/^[\w-]{43}$/),
    })
  })
})

describe('RFC 9068 section 2.2, claims', () => {
  it.each(['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'])('%s is REQUIRED', async (claim) => {
    expect(decodeJwt(await tokenOf('acme-vera'))).toHaveProperty(claim)
  })

  it('iss is the issuer of the metadata, aud the one asked for', async () => {
    expect(decodeJwt(await tokenOf('acme-vera'))).toMatchObject({ iss: (await discover()).issuer, aud: 'customer-v2' })
  })

  it('jti is unique (RFC 7519 section 4.1.7)', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => decodeJwt(await tokenOf('acme-vera')).jti))
    expect(new Set(ids).size).toBe(3)
  })

  it('2.2.1: auth_time is when the person signed in, through every exchange', async () => {
    const at = Math.floor(Date.now() / 1000) - 60
    const first = await service.exchange(await service.signIn('acme-vera', { auth_time: at }))
    const again = await service.exchange(String(first.json['access_token']))
    expect(decodeJwt(String(again.json['access_token']))['auth_time']).toBe(at)
  })

  it('2.2.3: a request that includes a scope SHOULD lead to a scope claim', async () => {
    const claims = decodeJwt(await tokenOf('acme-vera', { scope: 'flows.list.view' }))
    expect(claims['scope']).toBe('flows.list.view')
  })
})

describe('RFC 9068 section 4, a token of the provider that is presented', () => {
  it.each([
    ['another type', { typ: 'logout+jwt' }],
    ['no algorithm', { alg: 'none' }],
  ])('MUST be rejected with %s', async (_, header) => {
    const claims = decodeJwt(await service.signIn('acme-vera'))
    const token =
      'alg' in header
        ? [header, claims]
            .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
            .join('.')
            .concat('.AA')
        : await signAsProvider(service.key, claims, header)
    expect(await service.exchange(token)).toMatchObject({ status: 400 })
  })

  it.each([
    ['issuer', { iss: 'https://login.example/' }, 'wrong_issuer'],
    ['audience', { aud: 'https://api.example/' }, 'wrong_audience'],
    ['expiry', { exp: 1 }, 'expired'],
  ])('MUST have exactly the expected %s', async (_, claims, code) => {
    expect(await service.exchange(await service.signIn('acme-vera', claims))).toMatchObject({ json: { code } })
  })
})

describe('RFC 8414, metadata', () => {
  const read = () => service.call(httpApiEvent({ path: '/.well-known/oauth-authorization-server' }))

  it('3.2: is 200 and application/json; lists without elements MUST be left out', async () => {
    const { status, headers, json } = await read()
    expect([status, headers?.['content-type']]).toEqual([200, 'application/json'])
    for (const value of Object.values(json)) if (Array.isArray(value)) expect(value).not.toHaveLength(0)
  })

  it('3.3: issuer MUST be the one the document was asked for', async () => {
    expect((await read()).json['issuer']).toBe(issuer)
  })

  it('2: says where tokens are exchanged, where keys are, and that clients do not authenticate', async () => {
    expect((await read()).json).toEqual({
      issuer,
      token_endpoint: `${issuer}/oauth/token`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      grant_types_supported: ['urn:ietf:params:oauth:grant-type:token-exchange'],
      token_endpoint_auth_methods_supported: ['none'],
    })
  })
})

describe('RFC 7517, key set', () => {
  it('4 and 5: keys with kty, kid, alg and use; nothing private; the next key before it signs', async () => {
    const { json } = await service.call(httpApiEvent({ path: '/.well-known/jwks.json' }))
    const keys: unknown = json['keys']
    expect(keys).toHaveLength(2)
    for (const key of Array.isArray(keys) ? keys : []) {
      expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: expect.any(String) })
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    }
  })
})
