import { describe, expect, it, vi } from 'vitest'
import { ada, createIngest, hinted, received, stated } from '../../../../../test/support/ingest-world.ts'
import { eventHorizonMs } from '../../domain/assignment/event-retention.ts'
import { clockToleranceMs, isConfirmedSince, organizationMarkOf } from '../../domain/freshness/policy.ts'
import { StoreUnavailable } from '../ports.ts'
import { applyEvent } from './apply-event.ts'

const stored = ({ database }: ReturnType<typeof createIngest>, name = ['acme', 'ada']) =>
  database.accounts.get(JSON.stringify(name))

describe('a statement', () => {
  it('is stored as confirmed when it was made, not when it came', async () => {
    const world = createIngest()
    expect(await applyEvent(world.dependencies, stated(), received)).toEqual({
      ok: true,
      value: { outcome: 'applied' },
    })
    expect(stored(world)).toEqual({ ...ada, statedBy: 'event ix', confirmedAt: ada.occurredAt })
  })

  it('is never confirmed later than it came, whatever its clock says', async () => {
    const world = createIngest()
    await applyEvent(world.dependencies, stated({ occurredAt: received + clockToleranceMs }), received)
    expect(stored(world)?.confirmedAt).toBe(received)
  })

  it('changes nothing when it comes again, or late', async () => {
    const world = createIngest()
    await applyEvent(world.dependencies, stated(), received)
    const before = stored(world)
    expect(await applyEvent(world.dependencies, stated(), received)).toMatchObject({ value: { outcome: 'confirmed' } })
    const older = stated({ version: 6, roles: [{ application: 'shop', role: 'owner' }] })
    expect(await applyEvent(world.dependencies, older, received)).toMatchObject({ value: { outcome: 'older' } })
    expect(stored(world)).toEqual(before)
  })

  it('logs a removal with the write, and a grant not', async () => {
    const world = createIngest()
    await applyEvent(world.dependencies, stated(), received)
    const more = [...ada.roles, { application: 'shop', role: 'buyer' }]
    await applyEvent(world.dependencies, stated({ version: 8, roles: more }), received)
    expect(world.database.changes).toEqual([])
    await applyEvent(world.dependencies, stated({ version: 9, roles: [] }), received)
    expect(world.database.changes).toMatchObject([{ scope: 'account', account: 'ada', revision: 9 }])
  })

  it('tells inactive from having no role', async () => {
    const world = createIngest()
    await applyEvent(world.dependencies, stated({ version: 8, roles: [] }), received)
    expect(stored(world)).toMatchObject({ status: 'active', roles: [] })
    await applyEvent(world.dependencies, stated({ version: 9, status: 'inactive' }), received)
    expect(stored(world)).toMatchObject({ status: 'inactive', roles: ada.roles })
  })

  it('is believed by nobody while another says something else under the same version, until the source is asked', async () => {
    const world = createIngest()
    const other = stated({ status: 'inactive' }, { eventId: 'other' })
    await applyEvent(world.dependencies, stated(), received)
    expect(await applyEvent(world.dependencies, other, received)).toMatchObject({
      ok: false,
      refusal: { code: 'event_conflicts', evidence: { version: 7 } },
    })
    await applyEvent(world.dependencies, stated(), received)
    expect(isConfirmedSince(stored(world), 0, received)).toBe(false)
    world.time.now = received + 1
    await applyEvent(world.dependencies, hinted(), received)
    expect(isConfirmedSince(stored(world), 0, received + 1)).toBe(true)
  })

  it.each([
    ['event_future_dated', { occurredAt: received + clockToleranceMs + 1 }, {}],
    ['event_too_old', { occurredAt: received - eventHorizonMs - 1 }, {}],
    ['event_too_old', { occurredAt: Number.NaN }, {}],
    ['unknown_organization', { organization: 'nowhere' }, {}],
    ['event_foreign_source', {}, { source: 'somebody' }],
    ['event_foreign_source', {}, { source: 'hooks' }],
    ['event_foreign_organization', { organization: 'initech' }, {}],
    ['event_foreign_organization', {}, { source: 'globex-bridge' }],
  ] as const)('is refused as %s: %j %j', async (code, more, told) => {
    const world = createIngest()
    expect(await applyEvent(world.dependencies, stated(more, told), received)).toMatchObject({
      ok: false,
      refusal: { code },
    })
    expect([...world.database.accounts, ...world.database.eventIds]).toEqual([])
  })

  it('is taken at both ends of its time', async () => {
    for (const occurredAt of [received + clockToleranceMs, received - eventHorizonMs]) {
      const world = createIngest()
      expect((await applyEvent(world.dependencies, stated({ occurredAt }), received)).ok).toBe(true)
    }
  })

  it('is refused under the identifier of another', async () => {
    const world = createIngest()
    await applyEvent(world.dependencies, stated(), received)
    const forged = stated({ version: 8, status: 'inactive' }, { eventId: stated().eventId })
    expect(await applyEvent(world.dependencies, forged, received)).toMatchObject({
      refusal: { code: 'event_id_reused' },
    })
    expect(stored(world)).toMatchObject({ version: 7 })
  })

  it('comes again where the store broke in the middle, and is then applied', async () => {
    for (let requests = 0; requests < 3; requests += 1) {
      const world = createIngest()
      let left = requests
      const request = world.database.request.bind(world.database)
      world.database.request = async (name) => {
        left -= 1
        if (left < 0) throw new StoreUnavailable('broken')
        return request(name)
      }
      await expect(applyEvent(world.dependencies, stated(), received)).rejects.toThrow(StoreUnavailable)
      world.database.request = request
      expect((await applyEvent(world.dependencies, stated(), received)).ok).toBe(true)
      expect(stored(world)).toMatchObject({ version: 7 })
    }
  })
})

describe('a hint', () => {
  it('makes the source be asked, and stores what it says', async () => {
    const world = createIngest()
    expect(await applyEvent(world.dependencies, hinted(), received)).toMatchObject({ value: { outcome: 'settled' } })
    expect(stored(world)).toMatchObject({ version: 7 })
    expect(world.identityAdmin.calls).toHaveLength(1)
  })

  it('is settled together with the others about its account that are in hand', async () => {
    const world = createIngest()
    const hints = Array.from({ length: 10 }, (_, index) => hinted({ eventId: `h${index}` }))
    const ends = await Promise.all(hints.map((hint) => applyEvent(world.dependencies, hint, received)))
    for (const end of ends) expect(end).toMatchObject({ ok: true, value: { outcome: 'settled' } })
    expect(world.identityAdmin.calls).toHaveLength(2)
  })

  it('that comes to hand while the source is being asked makes it be asked again', async () => {
    const world = createIngest()
    const release = world.identityAdmin.hold()
    const first = applyEvent(world.dependencies, hinted(), received)
    await vi.waitFor(() => expect(world.identityAdmin.calls).toHaveLength(1))
    const clerk = { application: 'shop', role: 'clerk' }
    world.identityAdmin.change(
      { organization: 'acme', account: 'ada' },
      { roles: [clerk, { ...clerk, role: 'buyer' }] },
    )
    world.time.now += 10
    const second = applyEvent(world.dependencies, hinted({ eventId: 'second' }), received + 10)
    release()
    await Promise.all([first, second])
    expect(stored(world)).toMatchObject({ version: 8 })
  })

  it('about a whole organization makes every account of it doubtful in one write', async () => {
    const world = createIngest()
    const { account: _, ...about } = hinted({ eventId: 'all' })
    expect(await applyEvent(world.dependencies, about, received)).toMatchObject({ value: { outcome: 'marked' } })
    expect(world.database.organizations.get('["acme"]')).toMatchObject({
      dirtySince: organizationMarkOf(received, undefined),
    })
    expect(world.identityAdmin.calls).toHaveLength(0)
  })

  it('is worth repeating where the source gives no answer, and nothing old counts meanwhile', async () => {
    const world = createIngest()
    await applyEvent(world.dependencies, stated(), received)
    world.identityAdmin.fail({ outcome: 'timeout' })
    expect(await applyEvent(world.dependencies, hinted(), received)).toEqual({
      ok: true,
      value: { outcome: 'unsettled', reason: 'source_timeout' },
    })
    expect(isConfirmedSince(stored(world), 0, received)).toBe(false)
    world.identityAdmin.recover()
    expect(await applyEvent(world.dependencies, hinted(), received)).toMatchObject({ value: { outcome: 'settled' } })
  })

  it.each([
    ['event_foreign_source', { source: 'ix' }],
    ['unknown_organization', { organization: 'nowhere' }],
  ] as const)('is refused as %s', async (code, told) => {
    const world = createIngest()
    expect(await applyEvent(world.dependencies, hinted(told), received)).toMatchObject({ refusal: { code } })
    expect(world.identityAdmin.calls).toHaveLength(0)
  })

  it('may be of any age and of any source’s clock', async () => {
    for (const occurredAt of [0, received * 2]) {
      const world = createIngest()
      expect((await applyEvent(world.dependencies, hinted({ occurredAt }), received)).ok).toBe(true)
    }
  })
})
