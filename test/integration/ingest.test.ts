import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountStatement } from '@rolecast/core/domain/assignment/statement'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { people } from '../../infra/local/demo-data.ts'
import { freePorts } from '../../infra/local/ports.ts'
import { workFolder } from '../../infra/local/running.ts'
import { type System, startSystem } from '../../infra/local/system.ts'
import { orderFault, putEvent, storesOf } from '../support/running-system.ts'
import { OrganizationAdmin } from '../tour/people.ts'

const folder = mkdtempSync(join(tmpdir(), 'rolecast-ingest-'))
let system: System
let stores: ReturnType<typeof storesOf>

beforeAll(async () => {
  const assembly = join(workFolder, 'test-assembly-ingest')
  system = await startSystem({ dataFolder: folder, assembly, ports: await freePorts(), progress: () => {} })
  stores = storesOf(system.running)
}, 240_000)

afterAll(async () => {
  await system?.close()
  rmSync(folder, { recursive: true, force: true })
})

function person(username: string) {
  const found = people.find((each) => each.username === username)
  if (found === undefined) throw new Error(`the demo data has no ${username}`)
  return found
}

async function recordOf(username: string) {
  return (await stores.accounts.readAccountAndOrganization(person(username))).account
}

async function parkedCodes() {
  return (await stores.parked.listParked({ limit: 100 })).map(({ refusal }) => refusal.code)
}

const put = (detail: object, more?: { readonly source?: string; readonly type?: string }) =>
  putEvent(system.running, detail, more)

const statement = (more: Partial<AccountStatement> & { readonly account: string }) => ({
  eventId: randomUUID(),
  organization: 'acme',
  version: 1,
  status: 'active',
  roles: [{ application: 'customer-v2', role: 'flow_viewer' }],
  occurredAt: Date.now(),
  ...more,
})

const soon = { timeout: 15_000, interval: 25 }

describe('a change in iX Admin', () => {
  it('reaches the table and the change log by itself', async () => {
    const admin = new OrganizationAdmin(system.running, 'acme.olga')
    await admin.setRoles('acme.edo', (roles) => [...roles, { application: 'customer-v2', role: 'flow_viewer' }])
    await vi.waitFor(async () => expect((await recordOf('acme.edo'))?.version).toBe(2), soon)
    const before = Date.now()
    await admin.setRoles('acme.edo', () => [])
    await vi.waitFor(async () => expect(await recordOf('acme.edo')).toMatchObject({ version: 3, roles: [] }), soon)
    const { organization, account } = person('acme.edo')
    expect(await stores.changes.readChanges(before - 5_000)).toContainEqual(
      expect.objectContaining({ scope: 'account', organization, account, revision: 3 }),
    )
  })

  it('does so whatever becomes of its events on the way, but for those that are lost', async () => {
    const admin = new OrganizationAdmin(system.running, 'globex.olga')
    const { ixAdmin } = system.running.urls
    const fault = (style: string) =>
      orderFault(ixAdmin, style === 'none' ? { kind: 'none' } : { kind: 'events', style, delayMs: 300 })
    const { username } = people.find((each) => each.organization === 'globex' && each.roles.length === 0) ?? {}
    if (username === undefined) throw new Error('nobody in globex is without roles')
    const viewer = { application: 'customer-v2', role: 'flow_viewer' }
    for (const [style, roles] of [
      ['duplicate', [viewer]],
      ['delay', []],
      ['reorder', [viewer]],
      ['reorder', []],
      ['none', [viewer]],
    ] as const) {
      await fault(style)
      expect(await admin.setRoles(username, () => roles)).toBe(200)
    }
    await vi.waitFor(async () => expect(await recordOf(username)).toMatchObject({ version: 6, roles: [viewer] }), soon)
  })
})

describe('an event on the bus', () => {
  it('is refused by the bus itself where its source is not named', async () => {
    const answer = await put(statement({ account: 'x' }), { source: 'somebody.else' })
    expect(answer).toMatchObject({ status: 400, body: { __type: 'AccessDeniedException' } })
  })

  it('is parked with its code where it cannot be applied, and stands in nobody’s way', async () => {
    const event = (code: string, more: object, type?: string) => [code, more, type] as const
    const { version: _, ...versionless } = statement({ account: 'acme-one' })
    const first = statement({ account: 'acme-two' })
    const bad = [
      event('event_malformed', { ...statement({ account: 'acme-one' }), unknown: true }),
      event('event_without_version', versionless),
      event('event_unknown_type', {}, 'Something Else'),
      event('event_unknown_version', {}, 'Account Stated v2'),
      event('event_future_dated', statement({ account: 'acme-one', occurredAt: Date.now() + 60_000 })),
      event('event_too_old', statement({ account: 'acme-one', occurredAt: 1_000 })),
      event('unknown_organization', statement({ account: 'acme-one', organization: 'nowhere' })),
      event('event_too_large', { ...statement({ account: 'acme-one' }), filler: 'x'.repeat(70_000) }),
      event(
        'event_foreign_source',
        { eventId: randomUUID(), organization: 'acme', occurredAt: Date.now(), origin: 'x' },
        'Account Hinted',
      ),
    ] as const
    await put(first)
    await vi.waitFor(async () => expect(await recordNamed('acme-two')).toBeDefined(), soon)
    for (const [, detail, type] of bad)
      expect(await put(detail, type === undefined ? {} : { type })).toMatchObject({ status: 200 })
    await put({ ...first, version: 2 })
    await put(statement({ account: 'acme-two', roles: [] }))
    await put(statement({ account: 'acme-three' }))
    await vi.waitFor(async () => expect(await recordNamed('acme-three')).toMatchObject({ version: 1 }), soon)
    const codes = [...bad.map(([code]) => code), 'event_id_reused', 'event_conflicts'].toSorted()
    await vi.waitFor(async () => expect((await parkedCodes()).toSorted()).toEqual(codes), soon)
    expect(await recordNamed('acme-one')).toBeUndefined()
    expect(await recordNamed('acme-two')).toMatchObject({ version: 1, dirtySince: expect.any(Number) })
  })

  it('hints at nothing but a question to the source', async () => {
    const { organization, account } = person('acme.vera')
    const hint = { eventId: randomUUID(), organization, account, occurredAt: Date.now(), origin: 'test' }
    expect(await recordOf('acme.vera')).toBeUndefined()
    await put(hint, { source: 'rolecast.hooks', type: 'Account Hinted' })
    await vi.waitFor(async () => expect(await recordOf('acme.vera')).toMatchObject({ version: 1, account }), soon)
  })
})

async function recordNamed(account: string) {
  return (await stores.accounts.readAccountAndOrganization({ organization: 'acme', account })).account
}
