import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { oktaGroup } from '../../infra/local/demo-okta.ts'
import { signIn } from '../../infra/local/identity-provider/sign-in.ts'
import { freePorts } from '../../infra/local/ports.ts'
import { workFolder } from '../../infra/local/running.ts'
import { type System, startSystem } from '../../infra/local/system.ts'

/** An organization whose roles are groups in an Okta: pulled at the exchange, hinted at by an event hook. */

const folder = mkdtempSync(join(tmpdir(), 'rolecast-okta-'))
let system: System

beforeAll(async () => {
  const assembly = join(workFolder, 'test-assembly')
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

/** As an administrator of that Okta. */
async function atOkta(method: string, path: string): Promise<number> {
  const { urls, oktaToken } = system.running
  const answer = await fetch(urls.okta + path, { method, headers: { authorization: `SSWS ${oktaToken}` } })
  return answer.status
}

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
    const soon = { timeout: 15_000, interval: 200 }
    await vi.waitFor(async () => expect(await permissions('hooli.pia')).not.toContain('flows.publish'), soon)
    expect(await atOkta('PUT', member)).toBe(204)
    await vi.waitFor(async () => expect(await permissions('hooli.pia')).toContain('flows.publish'), soon)
  })
})
