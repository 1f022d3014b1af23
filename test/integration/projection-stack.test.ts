import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { people } from '../../infra/local/demo-data.ts'
import { freePorts } from '../../infra/local/ports.ts'
import { workFolder } from '../../infra/local/running.ts'
import { type System, startSystem } from '../../infra/local/system.ts'
import { readProductQueue, storesOf } from '../support/running-system.ts'
import { OrganizationAdmin } from '../tour/people.ts'

const folder = mkdtempSync(join(tmpdir(), 'rolecast-projection-'))
let system: System
let stores: ReturnType<typeof storesOf>

beforeAll(async () => {
  const assembly = join(workFolder, 'test-assembly-projection')
  system = await startSystem({ dataFolder: folder, assembly, ports: await freePorts(), progress: () => {} })
  stores = storesOf(system.running)
}, 240_000)

afterAll(async () => {
  await system?.close()
  rmSync(folder, { recursive: true, force: true })
})

const viewer = { application: 'customer-v2', role: 'flow_viewer' }
const soon = { timeout: 20_000, interval: 50 }

function accountOf(username: string): string {
  const found = people.find((each) => each.username === username)
  if (found === undefined) throw new Error(`the demo data has no ${username}`)
  return found.account
}

async function members(): Promise<readonly string[]> {
  const page = await stores.views.listMembers({ organization: 'acme', ...viewer }, { limit: 100 })
  return page.members.map(({ account }) => account)
}

describe('on the stacks of this machine', () => {
  it('a change in iX Admin reaches the member lists, the audit and the product', async () => {
    const edo = accountOf('acme.edo')
    const admin = new OrganizationAdmin(system.running, 'acme.olga')
    await admin.setRoles('acme.edo', (roles) => [...roles, viewer])
    await vi.waitFor(async () => expect(await members()).toContain(edo), soon)
    const counts = await stores.views.countMembers('acme', 'customer-v2')
    expect(counts.get('flow_viewer')).toBe((await members()).length)

    await admin.setRoles('acme.edo', () => [])
    await vi.waitFor(async () => expect(await members()).not.toContain(edo), soon)
    const month = new Date().toISOString().slice(0, 7)
    const { entries } = await stores.views.listAudit('acme', { month, limit: 1_000 })
    const ofEdo = entries.filter(({ subject }) => subject.kind === 'account' && subject.account === edo)
    expect(ofEdo.length).toBeGreaterThanOrEqual(2)
    expect(ofEdo.at(-1)).toMatchObject({ change: 'changed', cause: { kind: 'statement' } })

    await vi.waitFor(() => {
      const ofProduct = readProductQueue(folder).filter(({ detail }) => 'account' in detail && detail.account === edo)
      expect(ofProduct.at(-1)).toMatchObject({
        source: 'rolecast.permissions',
        'detail-type': 'Permissions Changed',
        detail: { organization: 'acme', applications: ['customer-v2'], mayRemove: true },
      })
    }, soon)
    await vi.waitFor(async () => {
      expect(await stores.views.listPending({ since: Date.now() + 60_000, limit: 10 })).toEqual([])
    }, soon)
  })

  it('a custom role that changes is told of, and costs no write for those who hold it', async () => {
    const role = {
      organization: 'acme',
      application: 'customer-v2',
      id: 'night-shift',
      title: 'Night shift',
      description: '',
    }
    const written = await stores.customRoles.putCustomRole({ ...role, grants: [], gates: [], revision: 0 })
    expect(written.outcome).toBe('written')
    await vi.waitFor(() => {
      expect(readProductQueue(folder).map((each) => [each['detail-type'], each.detail])).toContainEqual([
        'Role Changed',
        expect.objectContaining({ role: 'custom:night-shift', change: 'created', application: 'customer-v2' }),
      ])
    }, soon)
  })
})
