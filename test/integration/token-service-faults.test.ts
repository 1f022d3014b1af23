import type { TokenClaims } from '@rolecast/core/domain/claims/token-claims'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { startTokenService, type TokenService } from '../support/token-service.ts'

let service: TokenService
beforeEach(async () => {
  // Every exchange asks: a confirmation is never young enough.
  const settings = { ROLECAST_CONFIRMED_FOR_SECONDS: '0', ROLECAST_PULL_DEADLINE_MS: '1000' }
  service = await startTokenService(inject('dynamoDbEndpoint'), settings)
  await service.rotate({})
})
afterEach(() => service.stop())

const faults = [
  [{ kind: 'down' }, 'source_unavailable'],
  [{ kind: 'down', status: 500 }, 'source_unavailable'],
  [{ kind: 'slow', delayMs: 2_000 }, 'source_timeout'],
  [{ kind: 'garbage', style: 'html' }, 'source_garbage'],
  [{ kind: 'garbage', style: 'foreign_account' }, 'source_garbage'],
  [{ kind: 'garbage', style: 'not_found_page' }, 'source_garbage'],
  [{ kind: 'partial' }, 'source_partial'],
] as const

describe.each(faults)('while iX Admin is %j', (fault, reason) => {
  it('nobody gets more than was last confirmed, and nobody unknown gets anything', async () => {
    const known = await service.exchange(await service.signIn('acme-vera'))
    const before = decodeJwt<TokenClaims>(String(known.json['access_token']))
    service.ixAdmin.fault({ ...fault, forSeconds: 30 })

    const again = await service.exchange(await service.signIn('acme-vera'))
    expect(again.status).toBe(200)
    const after = decodeJwt<TokenClaims>(String(again.json['access_token']))
    expect(after).toMatchObject({ prm: before.prm, rev: before.rev, cfm: before.cfm })

    for (const [account, audience] of [
      ['acme-edo', 'customer-v2'],
      ['acme-will', 'intuidy'],
    ] as const) {
      expect(await service.exchange(await service.signIn(account), { audience })).toMatchObject({
        status: 503,
        json: { error: 'temporarily_unavailable', code: 'unknown_assignment' },
      })
    }
    const strong = await service.exchange(await service.signIn('acme-vera'), { assignment_max_age: '0' })
    expect(strong).toMatchObject({ status: 503, json: { code: 'unconfirmed' } })
    const reasons = service.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'refused')
    expect(reasons.map((line) => line.reason)).toContain(reason)
  })
})

describe('while something of ours is away', () => {
  it('no key ring: nothing is signed and no key set published', async () => {
    const empty = await startTokenService(inject('dynamoDbEndpoint'))
    try {
      expect(await empty.exchange(await empty.signIn('acme-vera'))).toMatchObject({
        status: 503,
        json: { error: 'temporarily_unavailable', code: 'no_signing_key' },
      })
      await empty.rotate({})
      expect((await empty.exchange(await empty.signIn('acme-vera'))).status).toBe(200)
    } finally {
      await empty.stop()
    }
  })

  it('the provider: its tokens cannot be verified, and are not taken for verified', async () => {
    service.keySet.fault = 'status'
    expect(await service.exchange(await service.signIn('acme-vera'))).toMatchObject({
      status: 503,
      json: { error: 'temporarily_unavailable', code: 'provider_unavailable' },
    })
  })
})
