import { createHash } from 'node:crypto'
import { catalogs } from '@rolecast/catalogs'
import { readGrantClaims } from '@rolecast/core/domain/claims/grant-claims'
import type { TokenClaims } from '@rolecast/core/domain/claims/token-claims'
import { numbersIn } from '@rolecast/core/domain/grant/permission-set'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { changeRoles } from '../../infra/local/ix-admin/administrator.ts'
import { httpApiEvent } from '../support/http-api-event.ts'
import { signAsProvider } from '../support/key-set-server.ts'
import { issuer, otherIssuer, startTokenService, type TokenService } from '../support/token-service.ts'

let service: TokenService
beforeAll(async () => {
  service = await startTokenService(inject('dynamoDbEndpoint'))
  await service.rotate({})
})
afterAll(() => service.stop())

const catalog = catalogs['customer-v2']

function keysIn(claims: TokenClaims): readonly (string | null | undefined)[] {
  const read = readGrantClaims(claims, claims.aud, catalog.epochs)
  if (!read.ok || !('grant' in read.value)) throw new Error('no grant')
  return numbersIn(read.value.grant.permissions).map((number) => catalog.keys[number])
}

async function tokenOf(account: string, more: Readonly<Record<string, string>> = {}) {
  const answer = await service.exchange(await service.signIn(account), more)
  expect(answer).toMatchObject({ status: 200 })
  const token = String(answer.json['access_token'])
  return { token, claims: decodeJwt<TokenClaims>(token) }
}

describe('a sign-in becomes a token', () => {
  it('that verifies with the published keys and carries what the roles grant', async () => {
    const { token } = await tokenOf('acme-vera')
    const { json } = await service.call(httpApiEvent({ path: '/.well-known/jwks.json' }))
    const keys = createLocalJWKSet({ keys: Array.isArray(json['keys']) ? json['keys'] : [] })
    const { payload, protectedHeader } = await jwtVerify<TokenClaims>(token, keys, {
      issuer,
      audience: 'customer-v2',
      typ: 'at+jwt',
    })
    expect(protectedHeader).toMatchObject({ alg: 'ES256' })
    expect(payload).toMatchObject({
      sub: 'acme-vera',
      org: 'acme',
      client_id: 'front-end',
      rev: [1, expect.any(Number)],
    })
    expect(keysIn(payload)).toEqual(catalog.catalog.roles.flow_viewer.grants)
  })

  it('for whoever is not active, is not known or is of nowhere: not', async () => {
    const refused = [
      [await service.signIn('acme-leo'), 400, 'invalid_request', 'inactive'],
      [await service.signIn('acme-nobody'), 400, 'invalid_request', 'unknown_account'],
      [await service.signIn('acme-vera', { org: 'nowhere' }), 400, 'invalid_request', 'unknown_organization'],
    ] as const
    for (const [token, status, error, code] of refused) {
      expect(await service.exchange(token)).toMatchObject({ status, json: { error, code } })
    }
  })

  it('but not for a forged, expired or foreign sign-in', async () => {
    const { signIn, otherKey } = service
    const token = await signIn('acme-vera')
    const refused = [
      [`${token.slice(0, -8)}AAAAAAAA`, 'bad_signature'],
      [await signIn('acme-vera', { exp: Math.floor(Date.now() / 1000) - 1 }), 'expired'],
      [await signIn('acme-vera', { aud: 'https://api.other.example' }), 'wrong_audience'],
      [await signIn('acme-vera', { iss: 'https://login.stranger.example' }), 'wrong_issuer'],
      [await signIn('acme-vera', {}, otherKey), 'unknown_key'],
      // A provider that is trusted, for an organization that has chosen another one.
      [await signIn('acme-vera', { iss: otherIssuer }, otherKey), 'wrong_organization'],
    ] as const
    for (const [subject, code] of refused) {
      expect(await service.exchange(subject)).toMatchObject({ status: 400, json: { error: 'invalid_request', code } })
    }
  })

  it('for an application that the organization does not use: not', async () => {
    const token = await service.signIn('globex-vera', { org: 'globex' })
    expect(await service.exchange(token, { audience: 'interact' })).toMatchObject({
      status: 400,
      json: { error: 'invalid_target', code: 'application_not_used' },
    })
  })

  it('from an ID token as well, and one kind never passes for the other', async () => {
    const type = 'urn:ietf:params:oauth:token-type:id_token'
    const claims = decodeJwt(await service.signIn('acme-vera', { aud: 'front-end', azp: 'front-end' }))
    const idToken = await signAsProvider(service.key, claims, { typ: 'JWT' })
    expect(await service.exchange(idToken, { subject_token_type: type })).toMatchObject({ status: 200 })
    expect(await service.exchange(idToken)).toMatchObject({ status: 400, json: { code: 'wrong_audience' } })
    const others = await signAsProvider(service.key, { ...claims, aud: 'other', azp: 'other' }, { typ: 'JWT' })
    expect(await service.exchange(others, { subject_token_type: type })).toMatchObject({
      status: 400,
      json: { code: 'wrong_audience' },
    })
    const accessToken = await service.signIn('acme-vera')
    expect(await service.exchange(accessToken, { subject_token_type: type })).toMatchObject({
      status: 400,
      json: { code: 'unsupported_type' },
    })
  })
})

describe('reading the table for a token', () => {
  const isRead = (operation: string) => !['PutItem', 'TransactWriteItems'].includes(operation)

  async function requestsOf(account: string, more: Readonly<Record<string, string>> = {}) {
    service.tableRequests.length = 0
    await tokenOf(account, more)
    return [...service.tableRequests]
  }

  it('takes one request, and one to write where the identity admin was asked', async () => {
    expect(await requestsOf('acme-ina')).toEqual(['BatchGetItem', 'PutItem'])
    expect(await requestsOf('acme-ina')).toEqual(['BatchGetItem'])
    expect(await requestsOf('acme-ina', { assignment_max_age: '0' })).toEqual(['BatchGetItem', 'PutItem'])
  })

  it('takes two where a custom role is held, however fresh', async () => {
    for (const more of [{}, {}, { assignment_max_age: '0' }]) {
      const requests = await requestsOf('acme-nat', { audience: 'infobip', ...more })
      expect(requests.filter(isRead)).toHaveLength(2)
    }
  })
})

describe('custom roles and gates', () => {
  it('a custom role that names resources comes as gates', async () => {
    const { claims } = await tokenOf('acme-gus', { audience: 'interact' })
    expect(claims.gts).toEqual(['flow:claims-intake', 'flow:claims-status'])
  })

  it('no role means everything only where the organization opted in', async () => {
    const will = await tokenOf('acme-will', { audience: 'intuidy' })
    expect(will.claims).toHaveProperty('dfl')
    const wilma = await service.exchange(await service.signIn('globex-wilma', { org: 'globex' }), {
      audience: 'intuidy',
    })
    expect(decodeJwt(String(wilma.json['access_token']))).not.toHaveProperty('dfl')
  })
})

describe('a grant beyond the budget', () => {
  it('is read by its digest, and is what the token would have carried', async () => {
    const small = await startTokenService(inject('dynamoDbEndpoint'), { ROLECAST_CLAIM_BUDGET_BYTES: '128' })
    try {
      await small.rotate({})
      const gates = Array.from({ length: 40 }, (_, index) => `flow:claims-${String(index).padStart(2, '0')}`)
      const [desk] = await small.stores.customRoles.readCustomRoles('acme', 'interact', ['claims-desk'])
      if (desk === undefined) throw new Error('no custom role')
      await small.stores.customRoles.putCustomRole({ ...desk, gates })
      const answer = await small.exchange(await small.signIn('acme-gus'), { audience: 'interact' })
      const claims = decodeJwt<TokenClaims>(String(answer.json['access_token']))
      expect(claims).not.toHaveProperty('gts')
      const digest = /^1x(.{43})$/.exec(claims.prm ?? '')?.[1] ?? ''
      const document = await small.call(httpApiEvent({ path: `/grants/${digest}` }))
      expect(createHash('sha256').update(document.text).digest('base64url')).toBe(digest)
      expect(document.json).toMatchObject({ gts: gates })
    } finally {
      await small.stop()
    }
  })
})

describe('a change at the identity admin', () => {
  it('shows at once where the request asks for it, and the token of before is no way round it', async () => {
    const { token: before, claims } = await tokenOf('acme-edo')
    expect(keysIn(claims)).not.toContain('flows.publish')
    const key = { organization: 'acme', account: 'acme-edo' }
    await changeRoles(service.administrator, key, (roles) => [
      ...roles,
      { application: 'customer-v2', role: 'flow_publisher' },
    ])
    const granted = await service.exchange(before, { assignment_max_age: '0' })
    const after = decodeJwt<TokenClaims>(String(granted.json['access_token']))
    expect(keysIn(after)).toContain('flows.publish')
    expect(after.exp).toBeLessThanOrEqual(claims.exp)
    expect(after.rev[0]).toBe(claims.rev[0] + 1)

    await changeRoles(service.administrator, key, (roles) => roles.filter(({ role }) => role !== 'flow_publisher'))
    const removed = await service.exchange(before, { assignment_max_age: '0' })
    expect(keysIn(decodeJwt<TokenClaims>(String(removed.json['access_token'])))).not.toContain('flows.publish')
  })

  it('shows in the session and its explanation', async () => {
    const { token } = await tokenOf('acme-vera')
    const headers = { authorization: `Bearer ${token}` }
    const session = await service.call(httpApiEvent({ path: '/session', headers }))
    expect(session).toMatchObject({
      status: 200,
      json: {
        application: 'customer-v2',
        organization: 'acme',
        account: 'acme-vera',
        permissions: [...catalog.catalog.roles.flow_viewer.grants],
        features: ['connectivity_validation', 'report_export', 'reporting', 'run_history'],
        defaultFull: false,
      },
    })
    const why = await service.call(
      httpApiEvent({ path: '/session/explain', query: 'permission=flows.publish', headers }),
    )
    expect(why.json).toMatchObject({
      explanation: { allowed: false, refusal: { code: 'not_granted' }, wouldGrant: ['flow_publisher'] },
      sentence: expect.stringContaining('Flow Publisher'),
    })
  })
})

describe('keys', () => {
  it('removed in an emergency verify nothing any more, and tokens are signed with the next one', async () => {
    const { token } = await tokenOf('acme-pia')
    const before = await service.rotate({})
    const [remove = ''] = Object.entries(before.keys).find(([, state]) => state === 'current') ?? []
    await service.rotate({ remove })
    const fresh = service.start()
    expect(await service.exchange(token, {}, fresh)).toMatchObject({ status: 400, json: { code: 'unknown_key' } })
    const issued = await service.exchange(await service.signIn('acme-pia'), {}, fresh)
    expect(issued.status).toBe(200)
    const { json } = await service.call(httpApiEvent({ path: '/.well-known/jwks.json' }), fresh)
    expect(JSON.stringify(json)).not.toContain(remove)
  })
})

describe('what is read but rarely', () => {
  it('the client secret once, by the first pull', () => {
    expect(service.secretReads()).toBeLessThanOrEqual(2)
  })

  it('nothing of all this is logged', () => {
    const log = service.lines.join('\n')
    expect(log).toContain('"event":"minted"')
    expect(log).not.toMatch(/acme|eyJ|flows\.|not-a-secret/)
  })
})
