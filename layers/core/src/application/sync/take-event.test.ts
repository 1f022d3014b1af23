import { describe, expect, it } from 'vitest'
import { createIngest, hinted, received, stated } from '../../../../../test/support/ingest-world.ts'
import type { IdentityEvent } from '../../domain/assignment/identity-event.ts'
import { accept, type Outcome, refuse } from '../../domain/decision/refusal.ts'
import { takeEvent } from './take-event.ts'

/** A world in which a message says what the test says. */
function taking(said: readonly Outcome<IdentityEvent>[]) {
  const world = createIngest()
  const dependencies = { ...world.dependencies, parked: world.stores.parked, reader: { readEvents: async () => said } }
  const take = (last = false) => takeEvent(dependencies, { messageId: 'm-1', raw: 'raw', receivedAt: received, last })
  return { ...world, take }
}

describe('a message', () => {
  it('is done when what it says is applied', async () => {
    const { take, database } = taking([accept(stated())])
    expect(await take()).toEqual({ outcome: 'applied' })
    expect(database.parked.size).toBe(0)
  })

  it('that cannot be read is parked whole, once however often it comes', async () => {
    const { take, database } = taking([refuse('event_malformed', { detail: 'not JSON' })])
    for (const last of [false, true]) {
      expect(await take(last)).toMatchObject({ outcome: 'parked', refusal: { code: 'event_malformed' } })
    }
    expect([...database.parked.values()]).toEqual([
      {
        id: `00${received}-m-1`,
        refusal: { code: 'event_malformed', evidence: { detail: 'not JSON' } },
        raw: 'raw',
        truncated: false,
        origin: 'queue',
        receivedAt: received,
        attempts: 2,
      },
    ])
  })

  it('whose event must not be applied is parked with the reason', async () => {
    const { take, database } = taking([accept(stated({ organization: 'nowhere' }))])
    expect(await take()).toMatchObject({ outcome: 'parked', refusal: { code: 'unknown_organization' } })
    expect(database.parked.size).toBe(1)
  })

  it('that says several things is applied as far as it can be, and parked for the rest', async () => {
    const bob = stated({ account: 'bob' })
    const { take, database } = taking([refuse('event_malformed'), accept(stated()), accept(bob)])
    expect(await take()).toMatchObject({ outcome: 'parked' })
    expect([...database.accounts.keys()]).toEqual(['["acme","ada"]', '["acme","bob"]'])
  })

  it('that concerns nobody is done', async () => {
    expect(await taking([]).take()).toEqual({ outcome: 'ignored' })
  })

  it('whose source gives no answer comes again, and is parked when it would not', async () => {
    const { take, database, identityAdmin } = taking([accept(hinted())])
    identityAdmin.fail({ outcome: 'unavailable', cause: 'network' })
    expect(await take()).toEqual({ outcome: 'repeat', reason: 'source_unavailable' })
    expect(database.parked.size).toBe(0)
    expect(await take(true)).toMatchObject({
      outcome: 'parked',
      refusal: { code: 'event_unsettled', evidence: { reason: 'source_unavailable' } },
    })
    identityAdmin.recover()
    expect(await take()).toEqual({ outcome: 'settled' })
  })

  it('is nobody’s fault where the store breaks: it is thrown, and nothing is parked', async () => {
    const { take, database } = taking([accept(stated())])
    database.fail(new Error('broken'), 1)
    await expect(take()).rejects.toThrow('broken')
    expect(database.parked.size).toBe(0)
  })
})
