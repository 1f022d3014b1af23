import type { Followed } from '@rolecast/core/application/sync/projection-ports'
import type { AuditEntry } from '@rolecast/core/domain/projection/audit-entry'
import type { OutboundEvent } from '@rolecast/core/domain/projection/outbound-event'
import type { Step } from '@rolecast/core/domain/projection/project'
import { beforeEach, describe, expect, it } from 'vitest'
import { hostileIdentifiers } from './hostile-identifiers.ts'
import { type MakeWorld, type StoreWorld, start } from './world.ts'

const ada = { kind: 'account', organization: 'acme', account: 'ada' } as const satisfies Followed
const clerk = { application: 'shop', role: 'clerk' }
const owner = { application: 'shop', role: 'owner' }
const month = new Date(start).toISOString().slice(0, 7)
const day = 86_400_000

function step(sequence: number, parts: Partial<Step> = {}): Step {
  const position = { stream: '2026-11', sequence: String(sequence) }
  return { projected: { position, roles: [] }, joined: [], left: [], ...parts }
}

const changed: OutboundEvent = {
  type: 'Permissions Changed',
  organization: 'acme',
  account: 'ada',
  version: 2,
  previousVersion: 1,
  applications: ['shop'],
  everyApplication: false,
  mayRemove: true,
  changedAt: start,
}
const deleted: OutboundEvent = {
  type: 'Role Changed',
  organization: 'acme',
  application: 'shop',
  role: 'custom:packer',
  change: 'deleted',
  revision: 4,
  mayRemove: true,
  changedAt: start + 5_000,
}

function entry(at: number, sequence: number, parts: Partial<AuditEntry> = {}): AuditEntry {
  return {
    organization: 'acme',
    subject: { kind: 'account', account: 'ada' },
    change: 'changed',
    at,
    position: { stream: '2026-11', sequence: String(sequence) },
    before: '{"version":1}',
    after: '{"version":2}',
    cause: { kind: 'statement', version: 2, occurredAt: 7, by: 'pull' },
    ...parts,
  }
}

/** What every store of read views does. */
export function projectionStoreContract(makeWorld: MakeWorld): void {
  describe('ProjectionStore', () => {
    let world: StoreWorld

    beforeEach(async () => {
      world = await makeWorld()
    })

    const members = async (role = clerk, organization = 'acme') => {
      const page = await world.views.listMembers({ organization, ...role }, { limit: 100 })
      return page.members.map(({ account }) => account)
    }

    it('knows nothing of what nobody followed', async () => {
      expect(await world.views.readProjected(ada)).toEqual({ projected: undefined, revision: 0 })
      expect(await members()).toEqual([])
      expect(await world.views.countMembers('acme', 'shop')).toEqual(new Map())
      expect(await world.views.listAudit('acme', { month, limit: 10 })).toEqual({ entries: [] })
      expect(await world.views.listPending({ since: start + day, limit: 10 })).toEqual([])
    })

    it('keeps a step as a whole, and where it leads', async () => {
      const roles = [clerk, owner]
      const first = step(1, { projected: { position: step(1).projected.position, roles }, joined: roles })
      expect(await world.views.writeStep(ada, { ...first, audit: entry(start, 1), outbound: changed }, 0)).toBe(
        'written',
      )
      expect(await world.views.readProjected(ada)).toEqual({ projected: first.projected, revision: 1 })
      expect([await members(clerk), await members(owner)]).toEqual([['ada'], ['ada']])
      expect(await world.views.writeStep(ada, step(2, { left: [owner] }), 1)).toBe('written')
      expect([await members(clerk), await members(owner)]).toEqual([['ada'], []])
      expect(await world.views.countMembers('acme', 'shop')).toEqual(new Map([['clerk', 1]]))
    })

    it('keeps nothing of a step that is based on another state', async () => {
      await world.views.writeStep(ada, step(1), 0)
      const late = step(2, { joined: [clerk], audit: entry(start, 2), outbound: changed })
      for (const revision of [0, 2]) expect(await world.views.writeStep(ada, late, revision)).toBe('conflict')
      expect(await members()).toEqual([])
      expect(await world.views.countMembers('acme', 'shop')).toEqual(new Map())
      expect((await world.views.listAudit('acme', { month, limit: 10 })).entries).toEqual([])
      expect(await world.views.listPending({ since: start + day, limit: 10 })).toEqual([])
    })

    it('takes the largest step there is', async () => {
      const joined = Array.from({ length: 40 }, (_, index) => ({ application: 'shop', role: `role-${index}` }))
      const projected = { ...step(1).projected, roles: joined }
      const largest = step(1, { projected, joined, audit: entry(start, 1), outbound: changed })
      expect(await world.views.writeStep(ada, largest, 0)).toBe('written')
      expect((await world.views.countMembers('acme', 'shop')).size).toBe(40)
    })

    it('counts, whoever comes at once', async () => {
      const names = Array.from({ length: 12 }, (_, index) => `holder-${index}`)
      for (const [index, account] of names.entries()) {
        await world.views.writeStep({ ...ada, account }, step(index + 1, { joined: [clerk] }), 0)
      }
      expect(await world.views.countMembers('acme', 'shop')).toEqual(new Map([['clerk', 12]]))
      expect(await members()).toEqual(names.toSorted())
    })

    it('pages through members', async () => {
      for (const account of ['a', 'b', 'c']) {
        await world.views.writeStep({ ...ada, account }, step(1, { joined: [clerk] }), 0)
      }
      const role = { organization: 'acme', ...clerk }
      const first = await world.views.listMembers(role, { limit: 2 })
      expect(first.members).toEqual([{ account: 'a' }, { account: 'b' }])
      const after = first.next ?? ''
      expect((await world.views.listMembers(role, { limit: 2, after })).members).toEqual([{ account: 'c' }])
    })

    it('keeps organizations, roles and accounts apart, whatever their names hold', async () => {
      const hostile = hostileIdentifiers.slice(0, 8)
      for (const [index, name] of hostile.entries()) {
        const followed = { kind: 'account', organization: name, account: name } as const
        const joined = [{ application: name, role: name }]
        await world.views.writeStep(
          followed,
          step(index + 1, { joined, audit: entry(start, 1, { organization: name }) }),
          0,
        )
      }
      for (const name of hostile) {
        expect(await members({ application: name, role: name }, name)).toEqual([name])
        expect(await world.views.countMembers(name, name)).toEqual(new Map([[name, 1]]))
        expect((await world.views.listAudit(name, { month, limit: 10 })).entries).toHaveLength(1)
      }
    })

    it('follows accounts, roles and organizations of the same name apart', async () => {
      const items: Followed[] = [
        ada,
        { kind: 'role', organization: 'acme', application: 'ada', id: 'ada' },
        { kind: 'organization', organization: 'acme' },
      ]
      for (const item of items) expect(await world.views.writeStep(item, step(1), 0)).toBe('written')
    })

    describe('what is audited', () => {
      it('is listed by month, the oldest first, in pages', async () => {
        const at = [start + 9_000, start, start + 3_000, start + 40 * day]
        for (const [index, each] of at.entries()) {
          await world.views.writeStep(ada, step(index + 1, { audit: entry(each, index + 1) }), index)
        }
        const first = await world.views.listAudit('acme', { month, limit: 2 })
        expect(first.entries).toEqual([entry(start, 2), entry(start + 3_000, 3)])
        const rest = await world.views.listAudit('acme', { month, limit: 2, after: first.next ?? '' })
        expect(rest.entries).toEqual([entry(start + 9_000, 1)])
        const later = new Date(start + 40 * day).toISOString().slice(0, 7)
        expect((await world.views.listAudit('acme', { month: later, limit: 9 })).entries).toHaveLength(1)
      })

      it('keeps every kind of it', async () => {
        const { before: _, ...first } = entry(start, 1, { change: 'created' })
        const { after: __, ...last } = entry(start, 2, { change: 'deleted', cause: { kind: 'repair' } })
        const role = entry(start, 3, {
          subject: { kind: 'role', application: 'shop', id: 'packer' },
          cause: { kind: 'administration' },
        })
        const whole = entry(start, 4, { subject: { kind: 'organization' }, cause: { kind: 'administration' } })
        const withdrawn = entry(start, 5, { change: 'withdrawn', cause: { kind: 'withdrawal' } })
        const all = [first, last, role, whole, withdrawn]
        for (const [index, audit] of all.entries()) await world.views.writeStep(ada, step(index + 1, { audit }), index)
        expect((await world.views.listAudit('acme', { month, limit: 10 })).entries).toEqual(all)
      })

      it('is forgotten after 400 days', async () => {
        await world.views.writeStep(ada, step(1, { audit: entry(start, 1) }), 0)
        const list = async () => (await world.views.listAudit('acme', { month, limit: 10 })).entries
        world.time.now = start + 399 * day
        expect(await list()).toHaveLength(1)
        world.time.now = start + 401 * day
        expect(await list()).toEqual([])
      })
    })

    describe('what is to be told', () => {
      it('waits under an identifier of its own until it is struck out', async () => {
        await world.views.writeStep(ada, step(1, { outbound: changed }), 0)
        const role: Followed = { kind: 'role', organization: 'acme', application: 'shop', id: 'packer' }
        await world.views.writeStep(role, step(1, { outbound: deleted }), 0)
        const pending = await world.views.listPending({ since: start + day, limit: 10 })
        expect(pending.map(({ event }) => event)).toEqual(expect.arrayContaining([changed, deleted]))
        for (const { eventId } of pending) expect(eventId).toMatch(/^[0-9]{15}-[A-Za-z0-9_-]{43}$/)
        const [one] = pending
        if (one === undefined) throw new Error('nothing waits')
        expect(await world.views.readPending(one.eventId)).toEqual(one)
        await world.views.removePending(one.eventId)
        await world.views.removePending(one.eventId)
        expect(await world.views.readPending(one.eventId)).toBeUndefined()
        expect(await world.views.listPending({ since: start + day, limit: 10 })).toHaveLength(1)
      })

      it('is listed only once it has waited long enough', async () => {
        await world.views.writeStep(ada, step(1, { outbound: changed }), 0)
        expect(await world.views.listPending({ since: start - 1, limit: 10 })).toEqual([])
        expect(await world.views.listPending({ since: start, limit: 10 })).toHaveLength(1)
      })
    })
  })
}
