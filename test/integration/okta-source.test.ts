import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { oktaGroup } from '../../infra/local/demo-okta.ts'
import { signIn } from '../../infra/local/identity-provider/sign-in.ts'
import { freePorts } from '../../infra/local/ports.ts'
import { workFolder } from '../../infra/local/running.ts'
import { type System, startSystem } from '../../infra/local/system.ts'
import { start as startRun } from '../../scripts/reconcile-commands.ts'
import { askOkta, orderFault, storesOf } from '../support/running-system.ts'

/** An organization whose roles are groups in an Okta: pulled at the exchange, hinted at by an event hook. */

const folder = mkdtempSync(join(tmpdir(), 'rolecast-okta-'))
let system: System

beforeAll(async () => {
  const assembly = join(workFolder, 'test-assembly-okta')
  system = await startSystem({ dataFolder: folder, assembly, ports: await freePorts(), progress: () => {} })
}, 240_000)

afterAll(async () => {
  await system?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function exchange(username: string): Promise<{ readonly status: number; readonly token: string }> {
  const { urls, password } = system.running
  const { accessToken: subjectToken } = await signIn(urls.identityProvider, username, password)
  const body = new URLSearchParams({
    audience: 'customer-v2',
    subject_token: subjectToken,
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  })
  const response = await fetch(`${urls.tokenService}/oauth/token`, { method: 'POST', body })
  const { access_token: token = '' } = (await response.json()) as { access_token?: string }
  return { status: response.status, token }
}

async function permissions(username: string): Promise<readonly string[]> {
  const { token } = await exchange(username)
  const response = await fetch(`${system.running.urls.tokenService}/session`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const session = (await response.json()) as { permissions?: readonly string[] }
  return session.permissions ?? []
}

const atOkta = (method: string, path: string) => askOkta(system.running, method, path)

/** A run as `npm run reconcile -- start hooli` begins and follows it. */
function reconcile() {
  const { runs, organizations } = storesOf(system.running)
  const wait = (ms: number) => pause(ms)
  const commands = { runs, organizations, clock: Date.now, newId: randomUUID, say: () => {}, wait }
  return startRun(commands, 'hooli', { by: 'a test', wait: true })
}

const soon = { timeout: 15_000, interval: 200 }

const faults = (order: object) => orderFault(system.running.urls.okta, order)

describe('an organization with an Okta of its own', () => {
  it('has the roles that its groups give', async () => {
    expect(await permissions('hooli.vera')).toContain('flows.list.view')
    expect(await permissions('hooli.vera')).not.toContain('flows.publish')
    expect(await permissions('hooli.pia')).toContain('flows.publish')
    expect(await permissions('hooli.nia')).toEqual([])
  })

  it('gives nothing to who is suspended', async () => {
    expect((await exchange('hooli.leo')).token).toBe('')
  })

  it('takes and gives a role by its event hook, although the assignment was confirmed just now', async () => {
    expect(await permissions('hooli.pia')).toContain('flows.publish')
    const member = `/api/v1/groups/${oktaGroup('flow_publisher')}/users/hooli-pia`
    expect(await atOkta('DELETE', member)).toBe(204)
    await vi.waitFor(async () => expect(await permissions('hooli.pia')).not.toContain('flows.publish'), soon)
    expect(await atOkta('PUT', member)).toBe(204)
    await vi.waitFor(async () => expect(await permissions('hooli.pia')).toContain('flows.publish'), soon)
  })

  it('gets by with lost, doubled and late events: reconciliation finds what nobody told', async () => {
    const member = `/api/v1/groups/${oktaGroup('flow_publisher')}/users/hooli-pia`
    await faults({ kind: 'events', style: 'drop' })
    expect(await atOkta('DELETE', member)).toBe(204)
    // Confirmed a moment ago, and nobody says otherwise.
    expect(await permissions('hooli.pia')).toContain('flows.publish')
    // By this run, or by one that the schedule had begun.
    expect(await reconcile()).toMatchObject({ state: 'done', counts: { withdrawn: 0, left: 0 } })
    expect(await permissions('hooli.pia')).not.toContain('flows.publish')
    const repeated = await reconcile()
    expect(repeated).toMatchObject({ state: 'done', counts: { created: 0, widened: 0, repaired: 0, left: 0 } })

    await faults({ kind: 'none' })
    await faults({ kind: 'events', style: 'duplicate' })
    expect(await atOkta('PUT', member)).toBe(204)
    await vi.waitFor(async () => expect(await permissions('hooli.pia')).toContain('flows.publish'), soon)
  })

  it('outlasts its Okta for who is known, but not for whom something has changed since', async () => {
    expect(await permissions('hooli.edo')).toContain('flows.create')
    await faults({ kind: 'none' })
    await faults({ kind: 'down', account: 'hooli-edo' })
    expect(await permissions('hooli.edo')).toContain('flows.create')
    const member = `/api/v1/groups/${oktaGroup('flow_publisher')}/users/hooli-edo`
    expect(await atOkta('PUT', member)).toBe(204)
    // Told that something has changed, and not what: nothing is minted from what was.
    await vi.waitFor(async () => expect((await exchange('hooli.edo')).token).toBe(''), soon)
    await faults({ kind: 'none' })
    await vi.waitFor(async () => expect(await permissions('hooli.edo')).toContain('flows.publish'), soon)
  })
})
