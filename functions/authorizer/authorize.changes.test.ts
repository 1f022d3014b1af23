import { refuse } from '@rolecast/core/domain/decision/refusal'
import { describe, expect, it } from 'vitest'
import {
  flows,
  httpEvent,
  key,
  provider,
  requestEvent,
  type SetupOptions,
  setUp,
  signIn,
  start,
} from '../../test/support/authorizer.ts'
import { paperHandle } from '../../test/support/paper-handles.ts'
import { jwksOf, makeKey } from '../../test/support/tokens.ts'

const list = 'GET /flows'
const edit = 'PUT /flows/{flowId}'
const publish = 'POST /flows/{flowId}/publish'
const handle = paperHandle('acme', 'ann')
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** An account with a token; what `take` takes away stands in the change feed at once. */
async function signedIn(grants: readonly string[], options: SetupOptions = {}) {
  const world = setUp(options)
  const ann = { grants, version: 1 } as { grants: readonly string[]; version: number; code?: 'inactive' }
  world.service.accounts.set('ann', ann)
  const token = await world.service.mint('ann')
  return {
    ...world,
    ann,
    token,
    take(...left: readonly string[]) {
      ann.grants = left
      ann.version++
      world.service.changes = { versions: { [handle]: ann.version } }
    },
    async calls(route = list, presented = token): Promise<string> {
      const answer = await world.authorize(httpEvent(presented, route))
      return answer.context['code' as never] ?? 'ok'
    },
    /** Has the copy of the feed read on, as a request does that comes after the poll age. */
    async poll(presented = token) {
      world.time.at += 6
      await world.authorize(httpEvent(presented))
      await settled()
    },
  }
}

describe('a role that was taken away', () => {
  it('bites with the next poll, on every route, without a new sign-in', async () => {
    const { calls, take, poll, service } = await signedIn(['flows.list', 'flows.edit'])
    expect([await calls(), await calls(edit)]).toEqual(['ok', 'ok'])
    take('flows.list')
    await poll()
    expect([await calls(edit), await calls(list)]).toEqual(['not_granted', 'ok'])
    expect(service.calls, 'resolved, and the deny looked into once').toEqual([
      { account: 'ann' },
      { account: 'ann', assignmentMaxAge: 2 },
    ])
  })

  it('is known from then on: the old token needs no further answer', async () => {
    const { calls, take, poll, service } = await signedIn(['flows.list', 'flows.edit'])
    await calls()
    take('flows.list')
    await poll()
    await calls()
    service.down = true
    expect([await calls(), await calls(), await calls(edit)]).toEqual(['ok', 'ok', 'not_granted'])
  })

  it('is resolved once for all who wait', async () => {
    const { calls, take, poll, service } = await signedIn(['flows.list'])
    await calls()
    take('flows.list')
    await poll()
    const codes = await Promise.all(Array.from({ length: 6 }, () => calls()))
    expect(codes).toEqual(Array.from({ length: 6 }, () => 'ok'))
    expect(service.calls).toEqual([{ account: 'ann' }])
  })

  it('bites where the account is refused, and where it lost everything', async () => {
    for (const [left, code] of [
      [[], 'not_granted'],
      [['flows.list'], 'inactive'],
    ] as const) {
      const { calls, take, poll, ann } = await signedIn(['flows.list'])
      await calls()
      take(...left)
      if (code === 'inactive') ann.code = code
      await poll()
      expect([await calls(), await calls()]).toEqual([code, code])
    }
  })

  it('bites an authorizer that has just started: a token older than the bound waits for the feed', async () => {
    const { calls, take, time, service } = await signedIn(['flows.list'])
    take()
    time.at += 11
    expect(await calls()).toBe('not_granted')
    expect(service.reads).toBe(1)
  })

  it('bites within the bound where nobody called in between', async () => {
    const { calls, take, time } = await signedIn(['flows.list'])
    await calls()
    time.at += 4
    take()
    time.at += 10
    expect(await calls()).toBe('not_granted')
  })

  it('bites in an application whose roles take effect at the next sign-in, and where denies are not resolved again', async () => {
    for (const options of [{ catalog: { ...flows, nextSignIn: true } }, { config: { denyResolveSeconds: 0 } }]) {
      const { calls, take, poll } = await signedIn(['flows.list', 'flows.edit'], options)
      await calls()
      take('flows.list')
      await poll()
      expect([await calls(), await calls(edit)]).toEqual(['ok', 'not_granted'])
    }
  })

  it('bites behind a REST API, and for sign-ins in transparent mode', async () => {
    const rest = await signedIn(['flows.list'])
    await rest.authorize(requestEvent(rest.token))
    rest.take()
    rest.time.at += 11
    const answer = await rest.authorize(requestEvent(rest.token))
    expect(JSON.stringify(answer)).toContain('"Deny"')

    const config = { mode: 'transparent', providers: [provider] } as const
    const transparent = await signedIn(['flows.list'], { config })
    const own = await signIn('ann')
    expect(await transparent.calls(list, own)).toBe('ok')
    transparent.take()
    await transparent.poll(own)
    expect(await transparent.calls(list, own)).toBe('not_granted')
  })

  it('of another account, organization or application changes nothing', async () => {
    const { calls, poll, service } = await signedIn(['flows.list'])
    await calls()
    service.changes = {
      versions: { [paperHandle('acme', 'bob')]: 9, [paperHandle('other', 'ann')]: 9 },
      revisions: { [paperHandle('other')]: 9 },
    }
    await poll()
    expect(await calls()).toBe('ok')
    expect(service.calls).toEqual([])
  })
})

describe('a stale token', () => {
  it('stays stale where the answer is below the cutoff, asked for twice and then once a second', async () => {
    const { calls, poll, service, time } = await signedIn(['flows.list'])
    await calls()
    service.changes = { versions: { [handle]: 9 } }
    await poll()
    expect(await calls()).toBe('stale')
    expect(service.calls).toEqual([{ account: 'ann' }, { account: 'ann', assignmentMaxAge: 0 }])
    expect([await calls(), await calls()]).toEqual(['stale', 'stale'])
    expect(service.calls).toHaveLength(2)
    time.at += 1
    service.claims = { rev: [9, 1] }
    expect([await calls(), await calls()]).toEqual(['ok', 'ok'])
  })

  it('stays stale, and is not accepted, while nobody can resolve it', async () => {
    const { calls, take, poll, service, time } = await signedIn(['flows.list'])
    await calls()
    take('flows.list')
    await poll()
    service.down = true
    expect([await calls(), await calls()]).toEqual(['stale', 'stale'])
    service.down = false
    time.at += 1
    expect(await calls()).toBe('ok')
  })

  it('by when it was confirmed is resolved into one that is good, whatever the clocks say', async () => {
    const { calls, poll, service } = await signedIn(['flows.list'])
    await calls()
    service.changes = { confirmed: { [handle]: start + 8 } }
    service.confirmedAgo = 6
    await poll()
    expect([await calls(), await calls()]).toEqual(['ok', 'ok'])
    expect(service.calls).toHaveLength(1)
  })

  it('is judged by what is known of another token only while that is no older than the bound', async () => {
    const { calls, take, poll, service, time, token } = await signedIn(['flows.list', 'flows.edit'])
    await calls()
    take('flows.list')
    await poll()
    const newer = await service.mint('ann')
    expect([await calls(list, newer), await calls(list, token)]).toEqual(['ok', 'ok'])
    take()
    time.at += 11
    expect(await calls(list, token)).toBe('not_granted')
  })

  it('that is refused by what is stored is looked into once more: the account may be active again', async () => {
    const { calls, take, poll, service } = await signedIn(['flows.list', 'flows.edit'])
    await calls()
    const exchange = service.exchange
    service.exchange = async (token, age) => (age === undefined ? refuse('inactive') : exchange(token, age))
    take('flows.list')
    await poll()
    expect(await calls()).toBe('ok')
  })

  it('by when it was issued is resolved into one that is good, whatever the clocks say', async () => {
    const { calls, poll, service } = await signedIn(['flows.list'])
    await calls()
    service.changes = { issued: { [paperHandle('acme')]: start + 12 } }
    await poll()
    expect([await calls(), await calls(), await calls()]).toEqual(['ok', 'ok', 'ok'])
    expect(service.calls).toHaveLength(1)
  })

  it('is not saved by an answer that was asked for before the cutoff was known', async () => {
    const { calls, take, service, time } = await signedIn(['flows.list'])
    await calls()
    const exchange = service.exchange
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    service.exchange = async (...parameters) => {
      const answer = await exchange(...parameters)
      await held
      return answer
    }
    // A deny is being resolved with what was known before ...
    const denied = calls(edit)
    await settled()
    service.exchange = exchange
    take()
    time.at += 6
    await calls()
    await settled()
    release()
    // ... and its answer is below the cutoff that came meanwhile: it is asked for again.
    expect(await denied).toBe('not_granted')
    expect(await calls()).toBe('not_granted')
  })
})

describe('allowing', () => {
  it('asks nobody and waits for nothing while the copy is young, however often', async () => {
    const { authorize, token, service, time } = await signedIn(['flows.list'])
    await authorize(httpEvent(token))
    await settled()
    time.at += 4.9
    for (let request = 0; request < 100; request++) await authorize(httpEvent(token))
    expect([service.calls.length, service.reads]).toEqual([0, 1])
  })

  it('reads the feed in the background once for any number of requests', async () => {
    const { calls, service, time } = await signedIn(['flows.list'])
    await calls()
    await settled()
    time.at += 7
    expect(await Promise.all(Array.from({ length: 20 }, () => calls()))).toEqual(Array.from({ length: 20 }, () => 'ok'))
    expect(service.reads).toBe(2)
  })
})

describe('when the feed cannot be read', () => {
  it('writes are refused first, then everything, and all works again once it can', async () => {
    const { calls, service, time, unread, token } = await signedIn(['flows.list', 'flows.edit'])
    await calls()
    await settled()
    service.feedDown = true
    const old = await service.mint('ann', { exp: start + 840 })
    const seen: string[] = []
    for (const age of [60, 61, 300, 301]) {
      time.at = start + age
      seen.push(`${age}: ${await calls(edit, old)} ${await calls(list, old)}`)
    }
    expect(seen).toEqual([
      '60: ok ok',
      '61: freshness_unknown ok',
      '300: freshness_unknown ok',
      '301: freshness_unknown freshness_unknown',
    ])
    expect(unread.map(({ age, refused }) => [age, refused])).toEqual([
      [60, false],
      [300, true],
    ])
    service.feedDown = false
    time.at += 1
    expect([await calls(edit, old), await calls(list, old)]).toEqual(['ok', 'ok'])
    expect(await calls(list, token)).toBe('expired')
  })

  it('a token that is young enough is good all the time, and strong routes are as ever', async () => {
    const { calls, service, time } = await signedIn(['flows.list', 'flows.publish'])
    service.feedDown = true
    time.at += 200
    expect(await calls(publish)).toBe('ok')
    expect(await calls(list, await service.mint('ann'))).toBe('ok')
  })

  it('every answer that the gateway may keep is judged as if it were for a write', async () => {
    const { calls, service, time } = await signedIn(['flows.list'], { config: { resultCacheSeconds: 30 } })
    service.feedDown = true
    time.at += 61
    expect(await calls()).toBe('freshness_unknown')
  })
})

describe('a signing key that was removed', () => {
  it('ends with the next poll', async () => {
    const other = makeKey('flows-2')
    let keys = jwksOf(key, other)
    const { calls, service, poll } = await signedIn(['flows.list'], { fetchKeys: async () => keys })
    expect(await calls()).toBe('ok')
    service.withoutKey = () => {
      keys = jwksOf(other)
      return keys
    }
    service.changes = { keys: [key.kid] }
    await poll()
    expect(await calls()).toBe('unknown_key')
    service.key = other
    expect(await calls(list, await service.mint('ann'))).toBe('ok')
  })
})
