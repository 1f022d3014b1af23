import { accept, refuse } from '@rolecast/core/domain/decision/refusal'
import { describe, expect, it } from 'vitest'
import { flows, httpEvent, provider, type SetupOptions, setUp, signIn, start } from '../../test/support/authorizer.ts'

const publish = 'POST /flows/{flowId}/publish'
const list = 'GET /flows'
const payloadOf = (token: string) => Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()

/** An account with a token and what the identity admin says of it; `calls` answers `ok` or the code. */
async function signedIn(grants: readonly string[], options: SetupOptions = {}) {
  const world = setUp(options)
  const ann = { grants, version: 1 } as { grants: readonly string[]; version: number; code?: never }
  world.service.accounts.set('ann', ann)
  const token = await world.service.mint('ann')
  return {
    ...world,
    ann,
    token,
    assign(...now: readonly string[]) {
      ann.grants = now
      ann.version++
    },
    async calls(route: string, presented = token): Promise<string> {
      const answer = await world.authorize(httpEvent(presented, route))
      return answer.context['code' as never] ?? 'ok'
    },
  }
}

describe('a strong route', () => {
  it('is confirmed with the identity admin for every single request', async () => {
    const { calls, service } = await signedIn(['flows.publish'])
    expect([await calls(publish), await calls(publish)]).toEqual(['ok', 'ok'])
    expect(service.calls).toEqual([
      { account: 'ann', assignmentMaxAge: 0 },
      { account: 'ann', assignmentMaxAge: 0 },
    ])
  })

  it('is refused at once when the role is gone, and allowed at once when it comes', async () => {
    const { calls, assign } = await signedIn(['flows.publish'])
    expect(await calls(publish)).toBe('ok')
    assign('flows.list')
    expect(await calls(publish)).toBe('not_granted')
    assign('flows.publish')
    expect(await calls(publish)).toBe('ok')
  })

  it('is refused while the identity admin cannot confirm', async () => {
    const { calls, service, ann } = await signedIn(['flows.publish'])
    service.down = true
    expect(await calls(publish)).toBe('unconfirmed')
    service.down = false
    for (const code of ['unconfirmed', 'unknown_assignment', 'inactive'] as const) {
      Object.assign(ann, { code })
      expect(await calls(publish)).toBe(code)
    }
    for (const code of ['store_unavailable', 'no_signing_key', 'internal'] as const) {
      Object.assign(ann, { code })
      expect(await calls(publish)).toBe('unconfirmed')
    }
  })

  it('does not believe a confirmation from before the request', async () => {
    const { calls, service } = await signedIn(['flows.publish'])
    service.confirmedAgo = 6
    expect(await calls(publish)).toBe('unconfirmed')
    service.confirmedAgo = 5
    expect(await calls(publish)).toBe('ok')
  })

  it('does not believe a token of somebody else', async () => {
    for (const claims of [{ sub: 'bob' }, { org: 'other' }, { scope: 'flows.publish' }]) {
      const { calls, service } = await signedIn(['flows.publish'])
      service.claims = claims
      expect(await calls(publish)).toBe('wrong_organization')
    }
  })

  it('does not believe a token that does not verify', async () => {
    const { calls, service } = await signedIn(['flows.publish'])
    service.claims = { aud: 'other' }
    expect(await calls(publish)).toBe('wrong_audience')
  })

  it('believes what was confirmed for this very request, whatever was known before', async () => {
    const { calls, service } = await signedIn(['flows.publish'])
    expect(await calls(list, await service.mint('ann', { rev: [9, 9], prm: '1bAQ' }))).toBe('ok')
    // The store was restored to an earlier moment: revisions are lower than before.
    service.claims = { rev: [3, 3], prm: '1r' }
    expect(await calls(publish)).toBe('not_granted')
    service.claims = { rev: [3, 3] }
    expect(await calls(publish)).toBe('ok')
  })

  it('asks nobody for a token that is refused anyway', async () => {
    const { calls, service, token, time } = await signedIn(['flows.publish'])
    expect(await calls(publish, `${token.slice(0, -4)}AAAA`)).toMatch(/bad_signature|malformed_token/)
    time.at += 300
    expect(await calls(publish)).toBe('expired')
    expect(service.calls).toEqual([])
  })

  it('hands on a grant that ends with the token that was presented', async () => {
    const { authorize, service, token, time } = await signedIn(['flows.publish'])
    time.at += 200
    service.claims = { exp: start + 500 }
    expect(await authorize(httpEvent(token, publish))).toMatchObject({
      context: { expiresAt: start + 300, confirmedAt: start + 200 },
    })
  })
})

describe('a role that was just added', () => {
  it('works at the next access, without signing in again', async () => {
    const { calls, assign, service, time } = await signedIn(['flows.list'])
    expect(await calls('PUT /flows/{flowId}')).toBe('not_granted')
    assign('flows.list', 'flows.edit')
    time.at += 2
    expect(await calls('PUT /flows/{flowId}')).toBe('ok')
    expect(await calls('PUT /flows/{flowId}')).toBe('ok')
    expect(service.calls.map(({ assignmentMaxAge }) => assignmentMaxAge)).toEqual([2, 2])
  })

  it('is looked for at most once in two seconds per account, however often it is refused', async () => {
    const { calls, service, time } = await signedIn(['flows.list'])
    service.accounts.set('bob', { grants: [], version: 1 })
    for (let request = 0; request < 50; request++) {
      expect(await calls('PUT /flows/{flowId}')).toBe('not_granted')
      time.at += 0.1
    }
    expect(service.calls).toHaveLength(3)
    expect(await calls(list, await service.mint('bob'))).toBe('not_granted')
    expect(service.calls).toHaveLength(4)
  })

  it('is looked for once for all who wait', async () => {
    const { calls, assign, service } = await signedIn(['flows.list'])
    assign('flows.edit')
    const codes = await Promise.all(Array.from({ length: 5 }, () => calls('PUT /flows/{flowId}')))
    expect(codes).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
    expect(service.calls).toHaveLength(1)
  })

  it('is not looked for where roles take effect at the next sign-in, or where that is turned off', async () => {
    for (const options of [{ catalog: { ...flows, nextSignIn: true } }, { config: { denyResolveSeconds: 0 } }]) {
      const { calls, assign, service, time } = await signedIn(['flows.list'], options)
      assign('flows.edit')
      time.at += 10
      expect(await calls('PUT /flows/{flowId}')).toBe('not_granted')
      expect(service.calls).toEqual([])
    }
  })

  it('is not looked for where no role could help', async () => {
    const { calls, service } = await signedIn(['vaults.open'], {
      catalog: { ...flows, routes: [['GET', '/vaults/{vaultId}', 'vaults.open', 0]] },
    })
    expect(await calls('GET /vaults/{vaultId}')).toBe('gate_unknown')
    expect(await calls('GET /nothing')).toBe('no_such_route')
    expect(service.calls).toEqual([])
  })

  it('leaves the refusal as it is when nobody can be asked', async () => {
    const { calls, service } = await signedIn(['flows.list'])
    service.down = true
    expect(await calls('PUT /flows/{flowId}')).toBe('not_granted')
    expect(await calls(list)).toBe('ok')
  })
})

describe('what is known of an account since', () => {
  it('judges older tokens: a role that went, a role that came', async () => {
    const { calls, assign, service, time } = await signedIn(['flows.list', 'flows.publish'])
    expect(await calls(list)).toBe('ok')
    assign('flows.publish')
    time.at += 5
    const newer = await service.mint('ann')
    expect(await calls(publish, newer)).toBe('ok')
    service.down = true
    expect(await calls(list)).toBe('not_granted')
    expect(await calls(list, newer)).toBe('not_granted')
  })

  it('judges an older token that is seen only afterwards', async () => {
    const { calls, assign, service, token } = await signedIn(['flows.list'])
    assign()
    service.down = true
    expect(await calls(list, await service.mint('ann'))).toBe('not_granted')
    expect(await calls(list, token)).toBe('not_granted')
  })

  it('outlives the token it came with', async () => {
    const { calls, assign, service, time } = await signedIn(['flows.list'])
    const older = await service.mint('ann', { exp: start + 300, iat: start })
    assign()
    service.down = true
    expect(await calls(list, await service.mint('ann', { exp: start + 10 }))).toBe('not_granted')
    time.at = start + 200
    expect(await calls(list, older)).toBe('not_granted')
  })

  it('never makes a token older than it is', async () => {
    const { calls, assign, service } = await signedIn([])
    const older = await service.mint('ann')
    assign('flows.list')
    const newer = await service.mint('ann')
    service.down = true
    for (const token of [newer, older, newer, older]) expect(await calls(list, token)).toBe('ok')
  })

  it('of the same revision goes by when it was confirmed, then by when it was minted', async () => {
    const { calls, service, time } = await signedIn([])
    const confirmed = await service.mint('ann', { prm: '1r', cfm: start + 20, iat: start + 5 })
    const minted = await service.mint('ann', { prm: '1bAQ', cfm: start + 10, iat: start + 30 })
    time.at = start + 40
    service.down = true
    expect(await calls(list, minted)).toBe('ok')
    expect(await calls(list, confirmed)).toBe('not_granted')
    expect(await calls(list, minted)).toBe('not_granted')
  })

  it('that contradicts a token in part makes it stale until it is resolved', async () => {
    const { calls, service, time } = await signedIn(['flows.list'])
    const account = await service.mint('ann', { rev: [5, 1] })
    const organization = await service.mint('ann', { rev: [4, 2] })
    expect(await calls(list, account)).toBe('ok')
    service.down = true
    expect(await calls(list, organization)).toBe('stale')
    expect(await calls(list, account)).toBe('stale')
    service.down = false
    service.claims = { rev: [5, 2] }
    time.at += 2
    expect([await calls(list, organization), await calls(list, account)]).toEqual(['ok', 'ok'])
    expect(service.calls).toHaveLength(2)
  })

  it('may be that it was refused: its older tokens end, newer ones do not', async () => {
    for (const code of [
      'inactive',
      'unknown_account',
      'invalid_assignment',
      'unknown_role',
      'unknown_organization',
    ] as const) {
      const { calls, service, ann, time } = await signedIn(['flows.list'])
      Object.assign(ann, { code })
      time.at += 10
      expect([await calls(list), await calls(publish), await calls(list)]).toEqual(['ok', code, code])
      Object.assign(ann, { code: undefined })
      expect(await calls(list)).toBe(code)
      time.at += 2
      expect([await calls(list), await calls(list)]).toEqual(['ok', 'ok'])
      expect(service.calls).toHaveLength(3)
    }
  })

  it('is not that it was refused once the service has said otherwise, within the same second', async () => {
    const { calls, ann } = await signedIn(['flows.publish', 'flows.list'])
    Object.assign(ann, { code: 'inactive' })
    expect(await calls(publish)).toBe('inactive')
    Object.assign(ann, { code: undefined })
    expect([await calls(publish), await calls(list)]).toEqual(['ok', 'ok'])
  })

  it('is that it was refused when an answer that was asked for before comes late', async () => {
    const { calls, service, ann, time } = await signedIn(['flows.publish', 'flows.list'])
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const exchange = service.exchange
    service.exchange = async (...parameters) => {
      const answer = await exchange(...parameters)
      await held
      return answer
    }
    const early = calls(publish)
    await new Promise((resolve) => setImmediate(resolve))
    service.exchange = exchange
    time.at += 0.2
    Object.assign(ann, { code: 'inactive' })
    expect(await calls(publish)).toBe('inactive')
    release()
    expect(await early).toBe('ok')
    expect(await calls(list)).toBe('inactive')
  })

  it('is that it was refused, whatever was confirmed before that answer arrived', async () => {
    const { calls, service, ann, time, token } = await signedIn(['flows.publish', 'flows.list'])
    const exchange = service.exchange
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    // The assignment is read now; what comes of it is minted and answered two seconds later.
    const confirmed = Math.floor(time.at)
    service.exchange = async (subject) => {
      await held
      return accept(await service.mint('ann', { cfm: confirmed, exp: JSON.parse(payloadOf(subject)).exp }))
    }
    const early = calls(publish)
    await new Promise((resolve) => setImmediate(resolve))
    service.exchange = exchange
    time.at += 1
    const meanwhile = await service.mint('ann')
    Object.assign(ann, { code: 'inactive' })
    expect(await calls(publish)).toBe('inactive')
    time.at += 1
    Object.assign(ann, { code: undefined })
    release()
    expect(await early).toBe('ok')
    service.down = true
    expect(await calls(list, meanwhile)).toBe('inactive')
    expect(await calls(list, token)).toBe('inactive')
    time.at += 10
    expect(await calls(list, await service.mint('ann', { cfm: confirmed }))).toBe('inactive')
    expect(await calls(list, await service.mint('ann'))).toBe('ok')
  })

  it('is not what was refused of another token', async () => {
    const { calls, service, token } = await signedIn([])
    const other = await service.mint('ann')
    const exchange = service.exchange
    service.exchange = async (subject, age) => (subject === token ? refuse('expired') : exchange(subject, age))
    expect(await Promise.all([calls(list), calls(list, other)])).toEqual(['expired', 'not_granted'])
  })

  it('is nothing when the service only could not tell', async () => {
    const { calls, ann } = await signedIn(['flows.list'])
    for (const code of ['unconfirmed', 'unknown_assignment', 'store_unavailable'] as const) {
      Object.assign(ann, { code })
      await calls(publish)
      expect(await calls(list)).toBe('ok')
    }
  })

  it('is kept apart by organization, account and scope', async () => {
    const { calls, assign, service } = await signedIn(['flows.list'])
    const tokens = [
      await service.mint('ann', { scope: 'flows.list' }),
      await service.mint('ann', { org: 'other' }),
      await service.mint('bob', { prm: '1bAQ' }),
    ]
    assign()
    service.down = true
    expect(await calls(list, await service.mint('ann'))).toBe('not_granted')
    for (const token of tokens) expect(await calls(list, token)).toBe('ok')
  })

  it('never lets a scoped token have what only an unscoped one may', async () => {
    const { calls, service } = await signedIn(['flows.list', 'flows.edit'])
    const scoped = await service.mint('ann', { scope: 'flows.list', prm: '1bAQ' })
    await calls('PUT /flows/{flowId}')
    service.down = true
    expect(await calls('PUT /flows/{flowId}', scoped)).toBe('not_granted')
  })
})

describe('in transparent mode', () => {
  it('a strong route and a role just added work with the sign-in as it is', async () => {
    const config = { mode: 'transparent' as const, providers: [provider] }
    const { calls, assign, service, time } = await signedIn(['flows.list'], { config })
    const token = await signIn('ann')
    expect(await calls(publish, token)).toBe('not_granted')
    expect(await calls('PUT /flows/{flowId}', token)).toBe('not_granted')
    assign('flows.publish', 'flows.edit')
    time.at += 2
    expect(await calls(publish, token)).toBe('ok')
    expect(await calls('PUT /flows/{flowId}', token)).toBe('ok')
    expect(await calls(list, token)).toBe('not_granted')
    expect(service.calls.map(({ assignmentMaxAge }) => assignmentMaxAge)).toEqual([undefined, 0, 2, 0, 2])
  })
})
